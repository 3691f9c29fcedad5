from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

Line = tuple[float, str]


def _page(lines: Sequence[Line], picture: bool) -> bytes:
    drawn = ["q 1 0 0 1 0 0 cm /Scan Do Q"] if picture else []
    for at, (size, words) in enumerate(lines):
        drawn.append(
            f"BT /F {size} Tf 50 {800 - 24 * at} Td <{words.encode('utf-16-be').hex()}> Tj ET"
        )
    return "\n".join(drawn).encode()


def _pdf(*pages: Sequence[Line], pictures: Sequence[int] = ()) -> bytes:
    """A PDF written by hand: the words in a font that every viewer has, so nothing is embedded."""
    parts: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /MSung-Light /Encoding /UniCNS-UTF16-H "
        b"/DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /MSung-Light /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (CNS1) /Supplement 0 >> >>",
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 "
        b"/ColorSpace /DeviceGray /Length 1 >>\nstream\n\x00\nendstream",
    ]
    kids: list[str] = []
    for at, lines in enumerate(pages):
        drawn = _page(lines, at in pictures)
        parts.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        images = "/XObject << /Scan 5 0 R >>" if at in pictures else ""
        parts.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(parts)} 0 R "
            f"/Resources << /Font << /F 3 0 R >> {images} >> >>".encode()
        )
        kids.append(f"{len(parts)} 0 R")
    parts[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    made = b"%PDF-1.7\n"
    starts: list[int] = []
    for number, part in enumerate(parts, 1):
        starts.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(parts) + 1, table)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
    return made + end + trailer % (len(parts) + 1, len(made))


@pytest.fixture
def pdf() -> Callable[..., bytes]:
    return _pdf

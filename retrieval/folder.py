"""The knowledge folder itself: which files lie in it, and putting in, renaming and taking out one of them."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from shutil import copyfile
from uuid import uuid4

from domain.errors import InputError
from domain.knowledge import SeenFile
from retrieval.formats.content import LARGEST_FILE

ABOUT = ".about.txt"  # `prices.pdf.about.txt` describes `prices.pdf`
OUR_OWN = frozenset({"README.md", "REPORT.md"})
# What programs leave beside documents while they write them.
_LITTER = ("~$", ".~", "thumbs.db", "desktop.ini")
_LITTER_ENDS = (".tmp", ".part", ".crdownload", ".swp", "~", ".lock")
_LONGEST_NAME = 200  # characters, with the folders
_LONGEST_PART = 255  # bytes; what disks allow, and a Chinese character takes three


@dataclass(frozen=True)
class Found:
    """A file as it lies in the folder; `about` is the file that describes it, if there is one."""

    path: Path
    seen: SeenFile
    about: Path | None = None


def look_through(root: Path) -> dict[str, Found]:
    """Every file that is a document, or should be one, by its path below the folder.

    A file that can never be read (a link, a name that cannot be used) carries its fault.

    Raises:
        OSError: the folder itself is not there; a drive that went away does not mean that all was deleted.
    """
    files = {name: path for name, path in _walk(root) if not _ours(name)}
    found: dict[str, Found] = {}
    for name, path in files.items():
        owner = name.removesuffix(ABOUT)
        if owner != name:
            if owner not in files:
                found[name] = _faulty(name, path, "folder.lonely", file=owner)
            continue
        about = files.get(name + ABOUT)
        if path.is_symlink() or (about is not None and about.is_symlink()):
            found[name] = _faulty(name, path, "folder.link")
        elif not _usable(name):
            printable = name.encode("utf-8", "replace").decode()
            found[printable] = _faulty(printable, path, "folder.name")
        else:
            found[name] = _stamped(name, path, about)
    return found


def digest_of(data: bytes, about: bytes) -> str:
    """What stands for the content of a file and of the file beside it."""
    return hashlib.sha256(b"%d\x00%b%b" % (len(data), data, about)).hexdigest()


class KnowledgeFolder:
    """Changes the folder for somebody who does not sit at the machine. No path leads out of it."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()  # readers in processes of their own start elsewhere

    def put(self, name: str, data: bytes) -> str:
        """Lay a file down whole; the name is returned as it is used.

        Raises:
            InputError: the name cannot be used, or the file is too large.
        """
        path = self._place(name)
        if len(data) > LARGEST_FILE:
            raise InputError(f"{name} is larger than {LARGEST_FILE // 2**20} MB; split it")
        self._make_room(path, name)
        beside = path.with_name(f".{uuid4().hex}.tmp")
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        return self._name(path)

    def rename(self, old: str, new: str) -> str:
        """Give a file another name or folder, with what describes it.

        Raises:
            InputError: there is no such file, or the new name is taken or cannot be used.
        """
        source, target = self._existing(old), self._place(new)
        if target.exists():
            raise InputError(
                f"there is a file {new!r} already; choose another name or delete it first"
            )
        if source.suffix.lower() != target.suffix.lower():
            raise InputError(
                f"keep the ending {source.suffix!r}: it says what kind of file this is"
            )
        self._make_room(target, new)
        about = source.with_name(source.name + ABOUT)
        if described := about.is_file() and not about.is_symlink():
            # First, so that at no moment a file lies there without the lines that say whom it is for.
            copyfile(about, target.with_name(target.name + ABOUT))
        source.rename(target)
        if described:
            about.unlink()
        self._tidy(source.parent)
        return self._name(target)

    def delete(self, name: str) -> None:
        """Take a file out, with what describes it.

        Raises:
            InputError: there is no such file.
        """
        path = self._existing(name)
        path.unlink()
        path.with_name(path.name + ABOUT).unlink(missing_ok=True)
        self._tidy(path.parent)

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            InputError: there is no such file.
        """
        return self._existing(name).read_bytes()

    def _place(self, name: str) -> Path:
        return self._checked(unicodedata.normalize("NFC", name.replace("\\", "/")))

    def _checked(self, name: str) -> Path:
        parts = PurePosixPath(name).parts
        hidden = any(part.startswith(".") for part in parts)
        if not parts or hidden or parts[0] == "/" or not _usable(name) or _ours("/".join(parts)):
            raise InputError(f"{name!r} cannot be the name of a document; choose another")
        path = self.root.joinpath(*parts)
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise InputError(f"{name!r} leads out of the knowledge folder")
        return path

    def _existing(self, name: str) -> Path:
        # What other programs laid down has the name they gave it, in whatever form of Unicode.
        for path in (self._checked(name), self._place(name)):
            if path.is_file() and not path.is_symlink():
                return path
        raise InputError(f"there is no document {name!r}; look at the list again")

    def _make_room(self, path: Path, name: str) -> None:
        """Make the folders that a new file lies in."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as fault:
            raise InputError(f"{name!r} would lie within a file; choose another name") from fault
        if path.is_dir():
            raise InputError(f"{name!r} is a folder; choose another name")

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _tidy(self, folder: Path) -> None:
        """Take out a folder that has become empty; the knowledge folder itself stays."""
        if folder != self.root and not any(folder.iterdir()):
            folder.rmdir()


def _walk(root: Path) -> Iterator[tuple[str, Path]]:
    with os.scandir(root):
        pass  # os.walk would say that a folder that is not there is empty
    for folder, folders, names in os.walk(root, onerror=_raised):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_symlink() or path.is_file():
                yield path.relative_to(root).as_posix(), path


def _raised(fault: OSError) -> None:
    """A folder that cannot be listed is not an empty one, whose documents were all deleted."""
    raise fault


def _ours(name: str) -> bool:
    last = name.rsplit("/", 1)[-1].lower()
    litter = last.startswith(_LITTER) or last.endswith(_LITTER_ENDS)
    return last.startswith(".") or litter or name in OUR_OWN


def _usable(name: str) -> bool:
    if len(name) > _LONGEST_NAME or any(ord(char) < 32 for char in name):
        return False
    try:
        longest = max(len(part.encode()) for part in name.split("/"))
    except UnicodeEncodeError:  # bytes of the disk that are no text
        return False
    return longest + len(ABOUT) <= _LONGEST_PART


def _stamped(name: str, path: Path, about: Path | None) -> Found:
    try:
        stats = [one.stat() for one in (path, about) if one is not None]
    except OSError as fault:  # gone, or closed to us, since it was listed
        return _faulty(name, path, "folder.unreadable", cause=fault.strerror or "?")
    size, modified = sum(one.st_size for one in stats), sum(one.st_mtime_ns for one in stats)
    return Found(path, SeenFile(name, size, modified % 2**62, ""), about)


def _faulty(name: str, path: Path, fault: str, **values: str) -> Found:
    return Found(path, SeenFile(name, 0, 0, "", fault, values))

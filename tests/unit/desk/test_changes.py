"""What can be changed on the desk, and what is refused."""

from __future__ import annotations

import re

import pytest

from desk.writing import LARGEST_TEXT
from domain.errors import InputError, UpstreamUnavailable
from domain.knowledge import Edition
from retrieval.formats.content import LARGEST_FILE
from tests.unit.desk.conftest import NOW, Browser, SmallDesk


async def test_an_upload_lies_in_the_folder_as_it_was_sent(
    desk: SmallDesk, browser: Browser
) -> None:
    response = await browser.upload("價目.pdf", b"%PDF-\x00\xff", into=" products/ ")
    assert response.status_code == 200
    assert response.json()["path"] == "products/價目.pdf"
    assert desk.keeper.folder.read("products/價目.pdf") == b"%PDF-\x00\xff"
    assert desk.woken == 1


async def test_an_upload_of_the_same_name_takes_its_place(
    desk: SmallDesk, browser: Browser
) -> None:
    await browser.upload("parcels.md", b"# New", into="faq")
    assert desk.keeper.folder.read("faq/parcels.md") == b"# New"


@pytest.mark.parametrize(
    ("name", "into"),
    [
        ("../evil.md", ""),
        ("evil.md", ".."),
        ("evil.md", "faq/../.."),
        ("..\\evil.md", ""),
        (".hidden.md", ""),
        ("REPORT.md", ""),
        ("", ""),
        ("a\x00b.md", ""),
        ("a\nb.md", ""),
        ("x" * 300 + ".md", ""),
    ],
)
async def test_a_name_that_leads_elsewhere_is_refused_in_words(
    desk: SmallDesk, browser: Browser, name: str, into: str
) -> None:
    before = desk.files()
    response = await browser.upload(name, b"# Evil", into=into)
    assert response.status_code == 400
    assert "choose another" in response.json()["said"]
    assert before == desk.files()
    assert not list(desk.keeper.folder.root.parent.glob("evil*"))


async def test_a_name_that_the_disk_cannot_take_is_refused_in_words(browser: Browser) -> None:
    response = await browser.upload("貨" * 150 + ".md", b"# Long")
    assert response.status_code in (400, 503)
    assert response.json()["said"]


async def test_a_file_over_the_limit_is_refused_before_it_has_all_arrived(
    desk: SmallDesk, browser: Browser
) -> None:
    response = await browser.upload("large.pdf", b"x" * (LARGEST_FILE + 1))
    assert response.status_code == 413
    assert "50 MB" in response.json()["said"]
    assert "large.pdf" not in desk.files()


async def test_a_rename_moves_the_file(desk: SmallDesk, browser: Browser) -> None:
    response = await browser.send("/rename", path="faq/parcels.md", to="guides/post.md")
    assert response.status_code == 303
    assert {"guides/post.md", "faq/hours.md"} == desk.files()
    assert desk.woken == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("faq/none.md", "faq/x.md", "There is no document"),
        ("faq/parcels.md", "faq/hours.md", "already"),
        ("faq/parcels.md", "faq/parcels.exe", "Keep the ending"),
        ("faq/parcels.md", "../parcels.md", "cannot be the name"),
        ("../secret.md", "faq/x.md", "There is no document"),
    ],
)
async def test_a_rename_that_cannot_be_is_explained(
    desk: SmallDesk, browser: Browser, old: str, new: str, said: str
) -> None:
    response = await browser.send("/rename", path=old, to=new)
    assert response.status_code in (400, 404)
    assert said in response.text
    assert {"faq/parcels.md", "faq/hours.md"} == desk.files()


async def test_a_delete_asks_first_and_then_takes_the_file_out(
    desk: SmallDesk, browser: Browser
) -> None:
    assert "Delete this document?" in await browser.see("/delete", path="faq/parcels.md")
    assert "faq/parcels.md" in desk.files()
    response = await browser.send("/delete", path="faq/parcels.md")
    assert response.status_code == 303
    assert {"faq/hours.md"} == desk.files()
    assert desk.woken == 1
    again = await browser.send("/delete", path="faq/parcels.md")
    assert again.status_code == 404


async def test_an_edited_text_is_saved(desk: SmallDesk, browser: Browser) -> None:
    page = await browser.see("/edit", path="faq/parcels.md")
    response = await browser.send(
        "/edit", path="faq/parcels.md", stamp=_stamp(page), text="# Parcels\r\n\r\n四日。\r\n"
    )
    assert response.status_code == 303
    assert desk.keeper.folder.read("faq/parcels.md") == "# Parcels\n\n四日。\n".encode()
    assert desk.woken == 1


async def test_line_ends_and_the_mark_of_excel_stay_as_they_were(
    desk: SmallDesk, browser: Browser
) -> None:
    desk.keeper.folder.put("faq.csv", b"\xef\xbb\xbfquestion,answer\r\na,b\r\n")
    page = await browser.see("/edit", path="faq.csv")
    text = "question,answer\r\na,c\r\n"
    await browser.send("/edit", path="faq.csv", stamp=_stamp(page), text=text)
    assert desk.keeper.folder.read("faq.csv") == b"\xef\xbb\xbfquestion,answer\r\na,c\r\n"


async def test_what_somebody_else_changed_meanwhile_is_not_lost(
    desk: SmallDesk, browser: Browser
) -> None:
    page = await browser.see("/edit", path="faq/parcels.md")
    desk.keeper.folder.put("faq/parcels.md", b"# Theirs")
    response = await browser.send("/edit", path="faq/parcels.md", stamp=_stamp(page), text="mine")
    assert response.status_code == 409
    assert "Somebody changed this document" in response.text
    assert desk.keeper.folder.read("faq/parcels.md") == b"# Theirs"


async def test_only_short_texts_are_edited(desk: SmallDesk, browser: Browser) -> None:
    desk.keeper.folder.put("long.md", b"x" * (LARGEST_TEXT + 1))
    desk.keeper.folder.put("slides.pptx", b"PK")
    for path, said in (("long.md", "200 KB"), ("slides.pptx", "cannot be edited here")):
        response = await browser.client.get("/desk/knowledge/edit", params={"path": path})
        assert response.status_code == 400
        assert said in response.text
    page = await browser.see("/edit", path="faq/parcels.md")
    text = "長" * (LARGEST_TEXT // 3 + 1)
    response = await browser.send("/edit", path="faq/parcels.md", stamp=_stamp(page), text=text)
    assert "200 KB" in response.text
    response = await browser.send("/edit", path="slides.pptx", stamp="", text="x")
    assert "cannot be edited here" in response.text


async def test_a_question_starts_a_draft_that_opens_in_the_editor(
    desk: SmallDesk, browser: Browser
) -> None:
    response = await browser.send("/drafts", question="有冇得租車？\n可以租幾耐")
    assert response.status_code == 303
    assert response.headers["location"].startswith("/desk/knowledge/edit?path=drafts")
    (path,) = (each for each in desk.files() if each.startswith("drafts/"))
    assert path == "drafts/有冇得租車-可以租幾耐.md"
    text = desk.keeper.folder.read(path).decode()
    assert text == "---\ndraft: yes\n---\n\n# 有冇得租車？ 可以租幾耐\n\n"
    assert text in (await browser.see("/edit", path=path)).replace("&#34;", '"')


async def test_the_same_question_opens_the_same_draft_and_another_one_gets_its_own(
    desk: SmallDesk, browser: Browser
) -> None:
    for question in ("Is it open?", "Is it open?", "Is it... open!"):
        await browser.send("/drafts", question=question)
    drafts = {each for each in desk.files() if each.startswith("drafts/")}
    assert drafts == {"drafts/is-it-open.md", "drafts/is-it-open-2.md"}


@pytest.mark.parametrize(
    "question", ["../../etc/passwd", "？！", "a/b\\c", "--- draft: no", "x" * 900]
)
async def test_a_draft_never_leaves_its_folder(
    desk: SmallDesk, browser: Browser, question: str
) -> None:
    response = await browser.send("/drafts", question=question)
    assert response.status_code == 303
    (path,) = desk.files() - {"faq/parcels.md", "faq/hours.md"}
    assert re.fullmatch(r"drafts/[^/.]+\.md", path)
    assert desk.keeper.folder.read(path).startswith(b"---\ndraft: yes\n---\n\n# ")


async def test_no_question_is_no_draft(desk: SmallDesk, browser: Browser) -> None:
    assert (await browser.send("/drafts", question=" \n")).status_code == 400
    assert {"faq/parcels.md", "faq/hours.md"} == desk.files()


async def test_an_earlier_state_is_brought_back(desk: SmallDesk, browser: Browser) -> None:
    desk.states = [Edition(2, NOW, "folder"), Edition(1, NOW, "start")]
    response = await browser.send("/rollback", number="1")
    assert response.status_code == 303
    assert desk.rolled_back == [1]
    for number in ("9", "-1", "x", ""):
        assert (await browser.send("/rollback", number=number)).status_code in (400, 404)
    assert desk.rolled_back == [1]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (UpstreamUnavailable("the index does not answer"), "the index does not answer"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (InputError("there is no state 1"), "there is no state 1"),
    ],
)
async def test_a_fault_is_told_on_a_page_and_not_as_a_stack_trace(
    desk: SmallDesk, browser: Browser, monkeypatch: pytest.MonkeyPatch, fault: Exception, said: str
) -> None:
    async def fail(_: int) -> list[str]:
        raise fault

    monkeypatch.setattr(desk, "roll_back", fail)
    response = await browser.send("/rollback", number="1")
    assert response.status_code == (400 if isinstance(fault, InputError) else 503)
    assert said in response.text
    assert "Traceback" not in response.text


def _stamp(page: str) -> str:
    found = re.search(r'name="stamp" value="(\w+)"', page)
    assert found
    return found[1]

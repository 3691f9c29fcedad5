"""What the pages show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from desk.knowledge import HOME
from domain.knowledge import Edition, FoundedAnswer
from retrieval.findings import Finding
from retrieval.following import Progress
from retrieval.formats.content import Note
from retrieval.search import ANYBODY, COLLEAGUES, Hit
from retrieval.unanswered import Wanted
from tests.unit.desk.conftest import EVIL, NOW, Browser, SmallDesk, cited, document

ESCAPED = "&lt;img src=x onerror="


async def test_the_overview_counts_and_lists_the_documents(browser: Browser) -> None:
    page = await browser.see()
    assert "2 documents answer questions, with 2 passages." in page
    assert "faq/parcels.md" in page
    assert "Post room" in page
    assert "Nothing needs a look." in page


async def test_an_empty_folder_says_how_to_begin(desk: SmallDesk, browser: Browser) -> None:
    desk.librarian.documents.clear()
    assert "There are no documents yet." in await browser.see()


async def test_documents_are_found_by_their_words(browser: Browser) -> None:
    page = await browser.see(q="POST parcels")
    assert "faq/parcels.md" in page
    assert "faq/hours.md" not in page
    assert "There is no such document." in await browser.see(q="nothing of the kind")


async def test_a_long_table_is_shown_a_hundred_at_a_time(desk: SmallDesk, browser: Browser) -> None:
    for number in range(230):
        path = f"many/{number:03}.md"
        desk.librarian.documents[path] = document(path, f"# Paper {number}\n\nWords.")
    first, last = await browser.see(q="many/"), await browser.see(q="many/", page="9")
    assert first.count('<th scope="row">') == 100
    assert "page=2" in first
    assert last.count('<th scope="row">') == 30
    assert "Page 3 of 3" in last


async def test_progress_is_shown_while_documents_are_read(
    desk: SmallDesk, browser: Browser
) -> None:
    assert 'role="status" hidden' in await browser.see()
    desk.follower.progress = Progress(3, 12)
    page = await browser.see()
    assert 'role="status" hidden' not in page
    assert "Reading documents: 3 of 12 passages" in page


async def test_findings_are_told_as_in_the_report_and_lead_to_the_document(
    desk: SmallDesk, browser: Browser
) -> None:
    refused = Finding("refused.never", {"path": "broken.pdf"}, Note("file.encrypted"), "broken.pdf")
    desk.find("refused", refused)
    desk.find("care", *(Finding("care.owner", {"path": f"faq/{n}.md"}) for n in range(8)))
    page = await browser.see()
    assert "The file is locked with a password." in page
    assert 'href="/desk/knowledge/document?path=broken.pdf"' in page
    assert "See all 8" in page
    assert "faq/7.md" not in page
    assert "faq/7.md" in await browser.see("/findings", of="care")


async def test_a_document_shows_its_passages_and_how_often_they_answered(
    desk: SmallDesk, browser: Browser
) -> None:
    passage = desk.librarian.documents["faq/parcels.md"].passages[0]
    desk.answers.counts[passage.id] = 7
    page = await browser.see("/document", path="faq/parcels.md")
    assert "They take three days." in page
    assert "7×" in page
    assert "/desk/knowledge/edit?path=faq%2Fparcels.md" in page


async def test_a_file_that_waits_or_was_refused_has_a_page(
    desk: SmallDesk, browser: Browser
) -> None:
    desk.keeper.folder.put("new.pdf", b"%PDF-")
    page = await browser.see("/document", path="new.pdf")
    assert "waits to be read" in page
    assert "/edit?" not in page
    desk.find(
        "refused", Finding("refused.never", {"path": "new.pdf"}, Note("file.broken"), "new.pdf")
    )
    assert "damaged" in await browser.see("/document", path="new.pdf")


async def test_a_document_whose_file_is_gone_says_so(desk: SmallDesk, browser: Browser) -> None:
    desk.keeper.folder.delete("faq/hours.md")
    page = await browser.see("/document", path="faq/hours.md")
    assert "stops answering in a moment" in page
    assert "Delete…" not in page


@pytest.mark.parametrize("page", ["document", "download", "edit", "delete"])
@pytest.mark.parametrize(
    "path", ["../secret.md", "/etc/passwd", "..\\secret.md", "faq/../../secret.md", ".env", "no.md"]
)
async def test_no_path_leads_out_of_the_folder(
    desk: SmallDesk, browser: Browser, page: str, path: str
) -> None:
    (desk.keeper.folder.root.parent / "secret.md").write_text("secret")
    response = await browser.client.get(f"{HOME}/{page}", params={"path": path})
    assert response.status_code == 404
    assert "There is no document" in response.text


async def test_a_download_is_the_file_itself_and_never_a_page(
    desk: SmallDesk, browser: Browser
) -> None:
    desk.keeper.folder.put('faq/退貨 "1".html', b"<script>alert(1)</script>")
    response = await browser.client.get(f"{HOME}/download", params={"path": 'faq/退貨 "1".html'})
    assert response.content == b"<script>alert(1)</script>"
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E9%80")
    assert '"' not in response.headers["content-disposition"]


async def test_the_search_page_asks_the_librarian_as_the_assistant_does(
    desk: SmallDesk, browser: Browser
) -> None:
    parcels = desk.librarian.documents["faq/parcels.md"]
    other = document("faq/old.md", "# Parcels\n\nThey take nine days.", 2)
    hit = Hit(parcels.passages[0], 0.87, cited(parcels), "the whole section", (cited(other),))
    desk.librarian.hits = [hit]
    page = await browser.see("/search", q=" How long? ")
    assert desk.librarian.asked == [("How long?", "en", 5, ANYBODY)]
    for shown in ("0.87", "They take three days.", "They take nine days.", "version 2"):
        assert shown in page
    assert "the whole section" in page
    assert "sure enough" in page
    desk.librarian.certain = False
    assert "Answered: as the nearest thing" in await browser.see("/search", q="How long?")


async def test_the_search_page_says_when_the_assistant_would_not_answer(
    desk: SmallDesk, browser: Browser
) -> None:
    desk.librarian.answers = False
    page = await browser.see("/search", q="幾點開門？", language="zh-Hans", who="staff")
    assert desk.librarian.asked == [("幾點開門？", "zh-Hans", 5, COLLEAGUES)]
    assert "No passage was found." in page
    assert "Not answered:" in page


async def test_nothing_is_searched_before_something_is_asked(
    desk: SmallDesk, browser: Browser
) -> None:
    assert "Answered:" not in await browser.see("/search", q="  ")
    assert desk.librarian.asked == []


async def test_open_questions_show_how_often_they_were_asked(
    desk: SmallDesk, browser: Browser
) -> None:
    desk.inspector.questions = [Wanted("有冇得租車？", "yue", 4, ("可唔可以租車",), NOW)]
    page = await browser.see("/questions")
    for shown in ("有冇得租車？", "asked 4×", "可唔可以租車", "2026-03-12 10:30", "Start a draft"):
        assert shown in page


async def test_history_shows_each_state_in_hong_kong_time(
    desk: SmallDesk, browser: Browser
) -> None:
    desk.states = [
        Edition(2, NOW, "folder", removed=("gone.md",)),
        Edition(1, NOW, "start", added=tuple(f"{n}.md" for n in range(250))),
    ]
    page = await browser.see("/history")
    assert "2026-03-12 10:30" in page
    assert "gone.md" in page
    assert "And 50 more." in page
    assert page.count("/desk/knowledge/rollback?number=") == 1  # not for the state that is now
    asked = await browser.see("/rollback", number="1")
    assert "Go back to state 1?" in asked
    response = await browser.client.get(f"{HOME}/rollback", params={"number": "9"})
    assert response.status_code == 404


async def test_why_shows_what_an_answer_was_founded_on(desk: SmallDesk, browser: Browser) -> None:
    parcels = desk.librarian.documents["faq/parcels.md"]
    gone = document("faq/gone.md", "# Gone\n\nOnce upon a time.")
    desk.answers.answers = [
        FoundedAnswer("m-1", "talk", NOW, (cited(parcels), cited(gone))),
        FoundedAnswer("m-2", "talk", NOW, (cited(replace(parcels, number=5)),)),
    ]
    page = await browser.see("/why")
    for shown in ("m-1", "They take three days.", "no longer there", "now version 1"):
        assert shown in page
    assert "m-2" not in await browser.see("/why", message="m-1")
    assert "There is no such message" in await browser.see("/why", message="m-9")


async def test_names_questions_and_documents_of_strangers_show_as_text(
    desk: SmallDesk, browser: Browser
) -> None:
    path = f"faq/{EVIL}.md".replace("/", "_")
    desk.lay(path, f"# {EVIL}\n\n{EVIL}\n")
    evil = desk.librarian.documents[path]
    values = {"count": "2", "example": EVIL, "others": f" · `{EVIL}`"}
    desk.find("unanswered", Finding("unanswered.cluster", values))
    desk.find("care", Finding("care.no_english", {"name": EVIL}))
    desk.inspector.questions = [Wanted(EVIL, "en", 2, (EVIL,), NOW)]
    desk.states = [Edition(1, NOW, EVIL, added=(path,))]
    desk.answers.answers = [FoundedAnswer(EVIL, EVIL, NOW, (cited(evil),))]
    desk.librarian.hits = [Hit(evil.passages[0], 0.9, cited(evil), EVIL, (cited(evil),))]
    asked: list[tuple[str, dict[str, str]]] = [
        ("", {"q": EVIL}),
        ("", {"done": "deleted", "what": EVIL}),
        ("/findings", {"of": "care"}),
        ("/document", {"path": path}),
        ("/edit", {"path": path}),
        ("/delete", {"path": path}),
        ("/search", {"q": EVIL}),
        ("/questions", {}),
        ("/history", {}),
        ("/why", {"message": EVIL}),
    ]
    for page, query in asked:
        text = await browser.see(page, **query)
        assert ESCAPED in text, page
        assert "<img src=x" not in text, page


async def test_only_our_own_sentences_say_what_was_done(browser: Browser) -> None:
    assert "was deleted" in await browser.see(done="deleted", what="x.md")
    assert 'class="notice"' not in await browser.see(done="title", what="x.md")


async def test_a_document_that_ended_or_was_refused_is_marked(
    desk: SmallDesk, browser: Browser
) -> None:
    ended = replace(desk.librarian.documents["faq/hours.md"], valid_until=date(2026, 3, 1))
    desk.librarian.documents["faq/hours.md"] = ended
    desk.find(
        "refused",
        Finding(
            "refused.earlier",
            {"path": "faq/parcels.md", "number": "1"},
            Note("file.empty"),
            "faq/parcels.md",
        ),
    )
    page = await browser.see()
    assert 'class="state ended"' in page
    assert 'class="state earlier"' in page
    assert "2026-03-01" in page

from __future__ import annotations

from domain.ports import Embedder
from retrieval.index import Index
from retrieval.ranking import Shelf
from retrieval.wordings import Wordings


def shelf(embedder: Embedder, texts: dict[str, str]) -> Shelf:
    index = Index(embedder, "shop")
    index.sync(texts)
    return Shelf(texts, index, embedder, Wordings({"保幾耐": "保養期"}))


def test_a_spoken_wording_finds_the_written_one(embedder: Embedder) -> None:
    texts = {"w": "電器保養期十二個月", "d": "送貨要等幾耐", "b": "早餐時間"}
    assert shelf(embedder, texts).find(["個煲保幾耐"])[0][0].id == "w"


def test_a_code_beyond_the_nearest_neighbours_is_still_found(embedder: Embedder) -> None:
    texts = {f"n{number}": f"kettle kettle number {number}" for number in range(60)}
    texts["code"] = "spare lid, fits only model ZX900 and other things of our house"
    found = shelf(embedder, texts).find(["kettle zx900"], depth=3)[0]
    assert "code" in {each.id for each in found}


def test_the_very_phrase_beats_everything(embedder: Embedder) -> None:
    texts = {"many": "泊車 泊車 泊車", "phrase": "本店設免費泊車優惠供會員使用,詳情請向職員查詢"}
    assert shelf(embedder, texts).find(["免費泊車優惠"])[0][0].id == "phrase"


def test_a_passage_the_index_knows_and_the_shelf_does_not_is_left_out(
    embedder: Embedder,
) -> None:
    index = Index(embedder, "shop")
    index.sync({"a": "退貨", "gone": "退貨期限"})
    kept = Shelf({"a": "退貨"}, index, embedder, Wordings({}))
    assert [each.id for each in kept.find(["退貨期限"])[0]] == ["a"]

from __future__ import annotations

import pytest

from channels.whatsapp.forms import Template, addressed, forms, message_of, template_body
from domain.channels import Button, Outgoing
from domain.errors import Undeliverable
from simulators.whatsapp_graph import check
from tests.unit.channels.whatsapp_world import outgoing

ASK = (Button("yes:0a", "係"), Button("no:0a", "唔係"))
LONG = "這一段說明很長。" * 160


def stars(number: int) -> tuple[Button, ...]:
    return tuple(Button(f"csat:{one}", f"{one} 分") for one in range(number))


def made(message: Outgoing) -> tuple[str, list[str]]:
    """The form, and the kinds of its bodies; each is one that the platform takes."""
    form, bodies = forms(message)
    for body in bodies:
        assert check(addressed(body, "1", ""), {}) is None
    return form, [str(body["type"]) for body in bodies]


def test_a_text_is_a_text() -> None:
    _, (body,) = forms(outgoing("**好**"))
    assert body["text"] == {"body": "*好*", "preview_url": False}


def test_a_button_says_which_message_it_stands_under() -> None:
    form, (body,) = forms(outgoing("取消？", buttons=ASK))
    assert form == "buttons"
    buttons = body["interactive"]["action"]["buttons"]
    assert [one["reply"] for one in buttons] == [
        {"id": "out-7|yes:0a", "title": "係"},
        {"id": "out-7|no:0a", "title": "唔係"},
    ]


@pytest.mark.parametrize(
    ("buttons", "form"),
    [
        (stars(3), "buttons"),
        (stars(4), "list"),
        (stars(10), "list"),
        (stars(11), "text"),
        ((Button("a", "一" * 20), Button("b", "二")), "buttons"),
        ((Button("a", "一" * 21), Button("b", "二")), "list"),
        ((Button("a", "一" * 72), Button("b", "二")), "list"),
        ((Button("a", "一" * 73), Button("b", "二")), "text"),
        ((Button("a", "同"), Button("b", "同")), "text"),
        ((Button("a", " "), Button("b", "二")), "text"),
        ((Button("v" * 190, "一"),), "buttons"),
        ((Button("v" * 196, "一" * 21),), "text"),
        ((Button("v" * 300, "一"),), "text"),
    ],
)
def test_buttons_take_the_best_form_they_fit_into(buttons: tuple[Button, ...], form: str) -> None:
    assert made(outgoing("揀邊個？", buttons=buttons))[0] == form


def test_what_fits_no_form_is_numbered() -> None:
    _, (body,) = forms(outgoing("揀", buttons=stars(11)))
    assert body["text"]["body"].endswith("10. 9 分\n11. 10 分")


def test_a_label_too_long_for_a_row_stands_whole_under_it() -> None:
    label = "改送到公司地址，聽日下晝三點後先收得到貨"
    _, (body,) = forms(outgoing("點？", buttons=(Button("a", label * 2), *stars(1))))
    row = body["interactive"]["action"]["sections"][0]["rows"][0]
    assert (len(row["title"]), row["description"]) == (24, label * 2)


def test_a_long_text_with_buttons_is_told_first_and_the_question_keeps_its_buttons() -> None:
    form, bodies = forms(outgoing(f"{LONG}\n\n係咪取消？", buttons=ASK))
    assert form == "buttons"
    assert [body["type"] for body in bodies] == ["text", "interactive"]
    assert bodies[1]["interactive"]["body"]["text"] == "係咪取消？"
    made(outgoing(f"{LONG}\n\n係咪取消？", buttons=ASK))


def test_a_long_text_without_a_short_end_asks_to_choose() -> None:
    _, bodies = forms(outgoing(LONG, buttons=ASK, language="en"))
    assert bodies[1]["interactive"]["body"]["text"] == "Please choose"


def test_buttons_without_a_text_ask_to_choose() -> None:
    assert made(outgoing("", buttons=ASK)) == ("buttons", ["interactive"])


def test_an_empty_message_is_not_sent() -> None:
    with pytest.raises(Undeliverable, match="empty"):
        forms(outgoing(" \n "))


def test_a_template_is_given_one_line() -> None:
    message = outgoing("**已發貨**\n\n單號：\tHB-1", buttons=ASK)
    body = template_body(message, Template("ticket_update", "zh_HK"))
    assert check(addressed(body, "1", ""), {"ticket_update": 1}) is None
    (component,) = body["template"]["components"]
    assert component["parameters"][0]["text"] == "*已發貨* · 單號： HB-1 · 1. 係 · 2. 唔係"


def test_a_template_is_not_given_more_than_it_takes() -> None:
    body = template_body(outgoing("長" * 5000), Template("ticket_update", "zh_HK"))
    assert check(addressed(body, "1", ""), {"ticket_update": 1}) is None


@pytest.mark.parametrize(
    ("key", "message"), [("out-7", "out-7"), ("out-7#2", "out-7"), ("out#x", "out#x"), ("", "")]
)
def test_a_key_says_which_message_it_is_of(key: str, message: str) -> None:
    assert message == message_of(key)

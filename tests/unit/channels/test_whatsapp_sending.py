from __future__ import annotations

import asyncio

import httpx
import pytest
from structlog.testing import capture_logs

from domain.channels import Address, Button
from domain.errors import (
    NightdeskError,
    RateLimited,
    Undeliverable,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from tests.unit.channels.whatsapp_world import (
    NUMBER,
    OPEN,
    Sender,
    outgoing,
    refused,
    taken,
)

ASK = (Button("yes", "係"), Button("no", "唔係"))
TWO_PIECES = "一" * 3000 + "\n\n" + "二" * 3000


async def test_a_message_goes_out_with_its_id_and_comes_back_with_a_wamid() -> None:
    sender = Sender(taken("wamid.A"))
    receipt = await sender.sending.send(outgoing())
    assert (receipt.external_ids, receipt.form) == (("wamid.A",), "text")
    (request,) = sender.line.requests
    assert str(request.url) == f"https://graph.example/v26.0/{NUMBER}/messages"
    assert request.headers["authorization"] == "Bearer secret-access-token"
    (body,) = sender.line.bodies
    assert (body["biz_opaque_callback_data"], body["to"]) == ("out-7", "15551234567")
    assert "recipient" not in body
    assert "context" not in body


async def test_somebody_without_a_phone_number_is_written_to_by_the_scoped_id() -> None:
    sender = Sender()
    await sender.sending.send(outgoing(route={**OPEN, "to": ""}))
    (body,) = sender.line.bodies
    assert (body.get("to"), body["recipient"]) == (None, "US.1001demo")


@pytest.mark.parametrize(("user", "member"), [("85253182046", "to"), ("HK.77x", "recipient")])
async def test_without_a_route_the_address_says_whom_to_write_to(user: str, member: str) -> None:
    sender = Sender()
    await sender.sending.send(outgoing(address=Address("whatsapp", NUMBER, user, user), route={}))
    assert sender.line.bodies[0][member] == user


async def test_an_address_of_nobody_is_undeliverable() -> None:
    with pytest.raises(Undeliverable):
        await Sender().sending.send(outgoing(address=Address("whatsapp", NUMBER, ""), route={}))


async def test_an_answer_to_a_late_message_quotes_it() -> None:
    sender = Sender()
    sender.windows.seen("US.1001demo", OPEN["window_expires"])
    await sender.sending.send(outgoing(route={**OPEN, "window_expires": "1", "late": "1"}))
    assert sender.line.bodies[0]["context"] == {"message_id": "wamid.DEMO1"}


async def test_after_24_hours_nothing_is_even_tried_without_a_template() -> None:
    sender = Sender()
    sender.clock.move(hours=24)
    with pytest.raises(Undeliverable, match="131047"):
        await sender.sending.send(outgoing())
    assert sender.line.bodies == []


async def test_after_24_hours_a_template_carries_the_message() -> None:
    sender = Sender(template="ticket_update")
    sender.clock.move(hours=25)
    receipt = await sender.sending.send(outgoing(buttons=ASK))
    assert receipt.form == "template"
    (body,) = sender.line.bodies
    assert (body["type"], body["template"]["language"]) == ("template", {"code": "zh_HK"})


async def test_a_newer_message_keeps_the_window_open_for_the_answer_to_an_old_one() -> None:
    sender = Sender()
    newer = str(int(OPEN["window_expires"]) + 10 * 3600 * 1000)
    sender.windows.seen("US.1001demo", newer)
    sender.windows.seen("US.1001demo", OPEN["window_expires"])
    sender.clock.move(hours=30)
    assert (await sender.sending.send(outgoing())).form == "text"


async def test_a_window_that_the_platform_says_is_closed_is_closed() -> None:
    sender = Sender(refused(131047), template="ticket_update")
    assert (await sender.sending.send(outgoing())).form == "template"
    with pytest.raises(Undeliverable, match="131047"):
        await Sender(refused(131047)).sending.send(outgoing())


async def test_of_somebody_unknown_only_a_template_is_sure() -> None:
    assert (await Sender(template="t").sending.send(outgoing(route={}))).form == "template"
    assert (await Sender().sending.send(outgoing(route={}))).form == "text"


async def test_a_message_goes_on_where_it_stopped() -> None:
    sender = Sender(taken("wamid.A"), refused(130429))
    message = outgoing(TWO_PIECES)
    with pytest.raises(RateLimited):
        await sender.sending.send(message)
    receipt = await sender.sending.send(message)
    assert receipt.external_ids == ("wamid.A", "wamid.OUT3")
    keys = [body["biz_opaque_callback_data"] for body in sender.line.bodies]
    assert keys == ["out-7", "out-7#2", "out-7#2"]


async def test_a_lost_answer_is_proved_by_a_status() -> None:
    sender = Sender(httpx.ReadTimeout("slow"), proof_within=5)
    told = {"id": "wamid.A", "status": "sent", "biz_opaque_callback_data": "out-7"}

    def later(_: object) -> None:
        asyncio.get_running_loop().call_later(0.01, sender.receipts.told, told)

    sender.line.before = later
    receipt = await sender.sending.send(outgoing())
    assert (receipt.external_ids, len(sender.line.bodies)) == (("wamid.A",), 1)


async def test_a_lost_answer_without_proof_is_unknown_and_a_late_proof_saves_the_second_try() -> (
    None
):
    sender = Sender(httpx.ReadTimeout("slow"), proof_within=0.01)
    with pytest.raises(UpstreamTimeout):
        await sender.sending.send(outgoing())
    told = {"id": "wamid.A", "status": "failed", "biz_opaque_callback_data": "out-7"}
    sender.receipts.told(told)
    receipt = await sender.sending.send(outgoing())
    assert (receipt.external_ids, len(sender.line.bodies)) == (("wamid.A",), 1)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(0, 401), UpstreamError),
        (refused(190, 401), UpstreamError),
        (refused(10, 403), UpstreamError),
        (refused(200, 403), UpstreamError),
        (refused(131031), UpstreamError),
        (refused(368, 403), UpstreamError),
        (refused(131042), UpstreamError),
        (refused(4), RateLimited),
        (refused(80007), RateLimited),
        (refused(130429), RateLimited),
        (refused(131056), RateLimited),
        (refused(131048), RateLimited),
        (refused(131049), Undeliverable),
        (refused(131047), Undeliverable),
        (refused(131026), Undeliverable),
        (refused(131021), Undeliverable),
        (refused(131030), Undeliverable),
        (refused(131008), Undeliverable),
        (refused(131009), Undeliverable),
        (refused(100), Undeliverable),
        (refused(131050), Undeliverable),
        (refused(131062), Undeliverable),
        (refused(132001, 404), Undeliverable),
        (refused(132000), Undeliverable),
        (refused(131016, 500), UpstreamUnavailable),
        (refused(131057, 500), UpstreamUnavailable),
        (refused(131000, 500), UpstreamTimeout),
        (refused(1, 500), UpstreamTimeout),
        (refused(999999, 500), UpstreamTimeout),
        (refused(999999), Undeliverable),
        (httpx.Response(429), RateLimited),
        (httpx.Response(401), UpstreamError),
        (httpx.Response(503), UpstreamUnavailable),
        (httpx.Response(502, text="<html>"), UpstreamTimeout),
        (httpx.Response(200, json={"error": {"code": 131026}}), UpstreamTimeout),
        (httpx.ConnectError("no"), UpstreamUnavailable),
        (httpx.ReadTimeout("no"), UpstreamTimeout),
        (httpx.RemoteProtocolError("no"), UpstreamTimeout),
    ],
)
async def test_an_error_says_in_our_words_what_to_do(
    answer: httpx.Response | Exception, kind: type[NightdeskError]
) -> None:
    sender = Sender(answer, proof_within=0.001)
    with pytest.raises(UpstreamError) as caught:
        await sender.sending.send(outgoing())
    exact = {UpstreamError, RateLimited, UpstreamTimeout, UpstreamUnavailable}
    assert type(caught.value) is kind if kind in exact else isinstance(caught.value, kind)
    assert "555" not in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_the_platform_may_name_a_longer_wait() -> None:
    answer = httpx.Response(429, headers={"retry-after": "90"}, json={"error": {"code": 130429}})
    with pytest.raises(RateLimited) as caught:
        await Sender(answer).sending.send(outgoing())
    assert caught.value.after == 90


@pytest.mark.parametrize(
    ("code", "event"),
    [
        (190, "whatsapp_token_refused"),
        (200, "whatsapp_permission_missing"),
        (131042, "whatsapp_account_blocked"),
        (132001, "whatsapp_message_wrong"),
    ],
)
async def test_what_an_operator_must_mend_is_an_alert(code: int, event: str) -> None:
    with capture_logs() as logs, pytest.raises(UpstreamError):
        await Sender(refused(code)).sending.send(outgoing())
    assert next((one["event"], one["log_level"]) for one in logs) == (event, "error")
    assert "secret" not in str(logs)
    assert "你好" not in str(logs)


async def test_one_person_gets_ten_messages_at_once_and_then_one_every_six_seconds() -> None:
    sender = Sender()
    for number in range(10):
        await sender.sending.send(outgoing(id=f"out-{number}"))
    with pytest.raises(RateLimited) as caught:
        await sender.sending.send(outgoing(id="out-10"))
    assert caught.value.after == pytest.approx(6)
    other = Address("whatsapp", NUMBER, "US.2", "US.2")
    await sender.sending.send(outgoing(id="other", address=other, route={}))
    sender.clock.move(seconds=6)
    await sender.sending.send(outgoing(id="out-10"))
    assert len(sender.line.bodies) == 12


async def test_a_failure_after_200_is_logged_by_our_own_id_and_counted_once() -> None:
    sender = Sender()
    errors = [{"code": 131047, "title": "about +1 555"}]
    told = {"id": "wamid.A", "status": "failed", "biz_opaque_callback_data": "out-7#2"}
    with capture_logs() as logs:
        for _ in range(2):
            sender.receipts.told({**told, "errors": errors})
    (entry,) = [one for one in logs if one["event"] == "whatsapp_failed_after_sending"]
    assert (entry["message_id"], entry["code"], entry["log_level"]) == ("out-7", 131047, "error")


@pytest.mark.parametrize(
    "status",
    [{}, {"id": "a"}, {"status": "sent"}, {"id": "a", "status": {}}, {"id": "a", "errors": "x"}],
)
async def test_a_status_that_says_little_breaks_nothing(status: dict[str, object]) -> None:
    Sender().receipts.told(status)

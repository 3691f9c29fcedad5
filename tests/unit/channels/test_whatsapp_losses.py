from __future__ import annotations

import httpx
import pytest

from channels.whatsapp.inbound import parse_message
from domain.channels import Click
from domain.errors import Undeliverable, UpstreamError, UpstreamTimeout
from tests.unit.channels.whatsapp_world import NOW, NUMBER, Sender, outgoing, recording

PAGE = "<html>Down for maintenance</html>"
PAYLOAD = "YES|NO"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text=PAGE),
        httpx.Response(200, json={}),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"messages": []}),
        httpx.Response(200, json={"messages": [{"message_status": "accepted"}]}),
    ],
)
async def test_a_200_that_names_no_message_is_not_taken_for_sent(answer: httpx.Response) -> None:
    sender = Sender(answer)
    with pytest.raises(UpstreamTimeout):
        await sender.sending.send(outgoing())
    assert (await sender.sending.send(outgoing())).external_ids == ("wamid.OUT2",)


@pytest.mark.parametrize("status", [302, 403, 404, 407])
async def test_a_no_of_something_in_between_does_not_bury_a_message(status: int) -> None:
    sender = Sender(httpx.Response(status, text=PAGE))
    with pytest.raises(UpstreamError) as raised:
        await sender.sending.send(outgoing())
    assert not isinstance(raised.value, Undeliverable)
    assert (await sender.sending.send(outgoing())).external_ids == ("wamid.OUT2",)


def test_a_line_in_the_payload_of_a_template_is_no_id_of_ours() -> None:
    value = recording("template_button")["payload"]["entry"][0]["changes"][0]["value"]
    raw = {**value["messages"][0], "button": {"payload": PAYLOAD, "text": "Yes"}}
    arrival = parse_message(raw, value["contacts"], NUMBER, NOW)
    assert arrival is not None
    assert arrival.click == Click(PAYLOAD)
    assert arrival.text == "Yes"

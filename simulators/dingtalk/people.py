"""What people do: write to the robot, in their own chat or in a group, and quote what was said before."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any, Literal
from uuid import uuid4

import httpx
from pydantic import BaseModel, ConfigDict, Field

from simulators.dingtalk.state import CORP, Chat, Person, Platform

MessageKind = Literal["text", "picture", "audio", "video", "file", "richText", "raw"]


class Written(BaseModel):
    """What somebody writes. `raw` replaces fields of the message, to send what no client would."""

    model_config = ConfigDict(extra="forbid")

    user: str
    text: str = ""
    kind: MessageKind = "text"
    conversation: str | None = Field(None, description="a group; usually the person's own chat")
    msg_id: str | None = None
    quoted: str = ""
    at: list[str] = Field(default_factory=list)
    mention: bool = Field(True, description="in a group: the robot is mentioned")
    rich: list[dict[str, Any]] = Field(default_factory=list)
    file_name: str = "file.pdf"
    raw: dict[str, Any] = Field(default_factory=dict)


_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_FILES = {
    "picture": ("image/png", base64.b64decode(_PIXEL)),
    "audio": ("audio/amr", b"#!AMR\n" + bytes(32)),
}
_FILE = ("application/octet-stream", b"simulated")
_NOT_IN_GROUPS = ("audio", "video", "file")  # nobody can mention a robot while sending one


def reaches_robot(platform: Platform, written: Written) -> bool:
    """In a group the robot is told only what mentions it."""
    chat = platform.chats.get(written.conversation or "")
    if chat is None:
        return platform.chat_of(written.user).robot_in
    mentioned = written.mention and written.kind not in _NOT_IN_GROUPS
    return chat.robot_in and (mentioned or not chat.group)


def compose(platform: Platform, written: Written, base_url: str) -> tuple[str, dict[str, Any]]:
    """The message as the robot receives it, and its id.

    Raises:
        KeyError: there is no such person or conversation.
    """
    person = platform.people[written.user]
    own = written.conversation is None
    chat = platform.chat_of(written.user) if own else platform.chats[str(written.conversation)]
    msg_id = written.msg_id or f"msg{uuid4().hex}=="
    data = {
        "msgId": msg_id,
        "conversationId": chat.conversation_id,
        "conversationType": "2" if chat.group else "1",
        **_sender(person),
        **_robot(platform, chat, base_url),
        **_content(platform, written),
    }
    if chat.group:
        others = [_mentioned(platform, user) for user in written.at]
        data["conversationTitle"] = chat.title
        data["isInAtList"] = True
        data["atUsers"] = [{"dingtalkId": "$:LWCP_v1:$bot"}, *others]
    if written.quoted:
        data["text"] = {**data.get("text", {}), **_quoted(written)}
    data.update(written.raw)
    words = written.text or f"[{written.kind}]"
    platform.show(
        chat,
        id=msg_id,
        who=written.user,
        name=person.name,
        form=written.kind,
        text=words,
        quoted=written.quoted,
    )
    return msg_id, {key: value for key, value in data.items() if value is not None}


def _mentioned(platform: Platform, user: str) -> dict[str, str]:
    person = platform.people.get(user)
    staff = {} if person is None or person.external else {"staffId": user}
    return {"dingtalkId": f"$:LWCP_v1:${user}", **staff}


def _sender(person: Person) -> dict[str, Any]:
    return {
        "senderId": f"$:LWCP_v1:${person.user_id}",
        "senderStaffId": None if person.external else person.user_id,
        "senderNick": person.name,
        "senderCorpId": person.corp,
        "isAdmin": False,
        "senderPlatform": "iOS",
    }


def _robot(platform: Platform, chat: Chat, base_url: str) -> dict[str, Any]:
    session, until = platform.webhook(chat)
    return {
        "chatbotCorpId": CORP,
        "chatbotUserId": "$:LWCP_v1:$bot",
        "robotCode": platform.spec.client_id,
        "sessionWebhook": f"{base_url}robot/sendBySession?session={session}",
        "sessionWebhookExpiredTime": until,
        "createAt": int(time.time() * 1000),
    }


def _content(platform: Platform, written: Written) -> dict[str, Any]:
    code = f"dl{uuid4().hex}"
    if written.kind not in ("text", "richText"):
        platform.files[code] = _FILES.get(written.kind, _FILE)
    leading = " " if written.conversation else ""
    match written.kind:
        case "picture":
            content: dict[str, Any] = {"downloadCode": code, "pictureDownloadCode": code}
        case "audio":
            content = {"duration": 4200, "downloadCode": code, "recognition": written.text}
        case "video":
            content = {"duration": "5", "videoType": "mp4", "downloadCode": code}
        case "file":
            ids = {"spaceId": "20001", "fileId": "1"}
            content = {**ids, "fileName": written.file_name, "downloadCode": code}
        case "richText":
            rich = written.rich or [{"text": written.text}]
            return {"msgtype": "richText", "content": {"richText": rich}}
        case _:
            return {"msgtype": "text", "text": {"content": leading + written.text}}
    return {"msgtype": written.kind, "content": content}


def _quoted(written: Written) -> dict[str, Any]:
    said = {"msgId": "msgOld==", "msgType": "text", "content": {"text": written.quoted}}
    return {"isReplyMsg": True, "repliedMsg": said}


def sign(secret: str, timestamp: str) -> str:
    """The signature of HTTP mode: over the time alone, as DingTalk makes it."""
    message = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


async def call_back(platform: Platform, data: dict[str, Any]) -> bool:
    """Deliver a message in HTTP mode."""
    timestamp = str(int(time.time() * 1000))
    headers = {"timestamp": timestamp, "sign": sign(platform.spec.client_secret, timestamp)}
    async with httpx.AsyncClient(timeout=10) as client:
        body = json.dumps(data, ensure_ascii=False).encode()
        headers["content-type"] = "application/json"
        answer = await client.post(str(platform.spec.callback_url), content=body, headers=headers)
    platform.journal.write("ack", msgId=data["msgId"], code=answer.status_code)
    return answer.is_success

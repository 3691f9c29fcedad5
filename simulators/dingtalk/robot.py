"""What a robot sends: replies to a session, messages to people and groups, DING, work notifications, files."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import PurePath
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi.responses import JSONResponse

from simulators.dingtalk.faults import Faults, after, before, error, legacy
from simulators.dingtalk.state import Chat, Platform

LONGEST_PARAM = 15_000
MOST_PEOPLE = 20
_LARGEST = {"image": 20, "voice": 2, "video": 20, "file": 20}  # megabytes

_MSG_KEYS = {
    "sampleText": ["content"],
    "sampleMarkdown": ["title", "text"],
    "sampleImageMsg": ["photoURL"],
    "sampleLink": ["text", "title", "messageUrl"],
    "sampleActionCard": ["title", "text"],
    **{f"sampleActionCard{number}": ["title", "text"] for number in range(2, 7)},
    "sampleAudio": ["mediaId", "duration"],
    "sampleFile": ["mediaId", "fileName", "fileType"],
    "sampleVideo": ["duration", "videoMediaId", "videoType"],
}
_NOT_REACHED = ("invalidStaffIdList", "flowControlledStaffIdList", "filteredStaffIdList")
_TAKEN = {
    "image": "jpg jpeg gif png bmp",
    "voice": "amr mp3 wav",
    "video": "mp4",
    "file": "doc docx xls xlsx ppt pptx zip pdf rar",
}

Effect = Callable[[], Awaitable[Response]]


class Robot:
    """The endpoints by which a robot speaks."""

    def __init__(self, platform: Platform, faults: Faults) -> None:
        self._platform = platform
        self._faults = faults

    def robot_of(self, body: dict[str, Any]) -> bool:
        """Every call about a robot names it."""
        return body.get("robotCode") == self._platform.spec.client_id

    async def call(self, request: Request, effect: Effect, *, token: bool = True) -> Response:
        """Count a call, let it fail as it should, check the token, and have the effect."""
        where = request.url.path
        self._platform.count(where)
        fault = self._faults.take(where)
        failed = await before(fault, where)
        if failed is None and token and not self._authorised(request):
            wrong = "the access token is not valid"
            new = where.startswith("/v1.0/")
            failed = error(400, "InvalidAuthentication", wrong) if new else legacy(40014, wrong)
        if failed is not None:
            self._platform.journal.write("error", endpoint=where, status=failed.status_code)
            return failed
        answer = await effect()
        return after(fault) or answer

    def _authorised(self, request: Request) -> bool:
        given = request.headers.get("x-acs-dingtalk-access-token")
        return self._platform.knows_token(given or request.query_params.get("access_token"))

    def shown(self, chat: Chat, endpoint: str, form: str, text: str, **more: Any) -> None:
        """Put what was said on the screens of a chat, and into the journal."""
        self._platform.show(chat, who="robot", form=form, text=text, **more)
        self._platform.journal.write(
            "send",
            endpoint=endpoint,
            conversation=chat.conversation_id,
            user="" if chat.group else chat.members[0],
            form=form,
            text=text,
        )

    async def by_session(self, session: str, body: dict[str, Any]) -> Response:
        """A reply to the chat that a session belongs to."""
        chat = self._platform.chat_of_session(session)
        if chat is None or not chat.robot_in:
            return legacy(300001, "session 不存在")
        form = str(body.get("msgtype"))
        content = body.get(form)
        if form not in ("text", "markdown", "actionCard", "link") or not isinstance(content, dict):
            return legacy(400105, "unsupported msgtype")
        if form in ("markdown", "actionCard") and not content.get("title"):
            return legacy(40035, "title is empty")
        text = content.get("content") or content.get("text")
        if not isinstance(text, str):
            return legacy(40035, "there is nothing to show")
        at = body.get("at")
        users = at.get("atUserIds") if isinstance(at, dict) else None
        self.shown(chat, "sendBySession", form, text, at=users or [])
        return legacy(0, "ok")

    async def to_people(self, body: dict[str, Any]) -> Response:
        """Messages to people's own chats, by their user ids."""
        if not self.robot_of(body):
            return error(400, "invalidParameter.robotCode.empty")
        users = body.get("userIds")
        if not isinstance(users, list) or not users or len(users) > MOST_PEOPLE:
            return error(400, "invalidParameter.userIds.invalid")
        if any(str(user).startswith("$:LWCP") for user in users):
            return error(400, "staffId.notExisted")
        said = _param(body)
        if isinstance(said, Response):
            return said
        answer = {name: list[str]() for name in _NOT_REACHED}
        for user in users:
            chat = self._platform.staff(user)
            not_reached = self._not_reached(chat)
            if not_reached:
                answer[not_reached].append(user)
            elif chat is not None:
                self.shown(chat, "batchSend", *said)
        return JSONResponse({"processQueryKey": uuid4().hex, **answer})

    def _not_reached(self, chat: Chat | None) -> str:
        """The list of the answer, which says yes, for somebody who gets nothing."""
        if chat is None:
            return "invalidStaffIdList"
        if self._faults.take("flow_controlled"):
            return "flowControlledStaffIdList"
        return "" if chat.robot_in else "filteredStaffIdList"

    async def to_group(self, body: dict[str, Any]) -> Response:
        """A message to a group that the robot is in."""
        if not self.robot_of(body):
            return error(400, "invalidParameter.robotCode.empty")
        chat = self._platform.chats.get(str(body.get("openConversationId")))
        if chat is None or not chat.group or not chat.robot_in:
            return error(400, "resource.not.found")
        said = _param(body)
        if isinstance(said, Response):
            return said
        self.shown(chat, "groupMessages", *said)
        return JSONResponse({"processQueryKey": uuid4().hex})


def _param(body: dict[str, Any]) -> tuple[str, str] | Response:
    """The form and the text of a `msgParam`, which has to be a text of JSON."""
    raw = body.get("msgParam")
    if not isinstance(raw, str) or len(raw.encode()) > LONGEST_PARAM:
        return error(400, "invalidParameter.msgParam.invalid")
    try:
        values = json.loads(raw)
    except ValueError:
        values = None
    form = str(body.get("msgKey"))
    if form not in _MSG_KEYS or not isinstance(values, dict):
        return error(400, "invalidParameter.msgKey.invalid")
    needed = [values.get(name) for name in _MSG_KEYS[form]]
    if not all(isinstance(one, str) for one in values.values()) or not all(needed):
        return error(400, "invalidParameter.msgParam.invalid", "strings, and none of them empty")
    shown = (values.get(name) for name in ("text", "content", "fileName", "title"))
    return form, next(filter(None, shown), f"[{form}]")


def routes(platform: Platform, robot: Robot) -> APIRouter:
    """The endpoints of both API hosts that a robot uses, but cards."""
    router = APIRouter()
    _tokens(router, platform, robot)
    _downloads(router, platform, robot)
    _uploads(router, platform, robot)

    @router.post("/robot/sendBySession")
    async def by_session(request: Request, session: str) -> Response:
        body = await body_of(request)
        return await robot.call(request, lambda: robot.by_session(session, body), token=False)

    post(router, "/v1.0/robot/oToMessages/batchSend", robot, robot.to_people)
    post(router, "/v1.0/robot/groupMessages/send", robot, robot.to_group)
    return router


def post(
    router: APIRouter,
    path: str,
    robot: Robot,
    effect: Callable[[dict[str, Any]], Awaitable[Response]],
) -> None:
    """An endpoint that wants a token and a body."""

    @router.post(path)
    async def endpoint(request: Request) -> Response:
        body = await body_of(request)
        return await robot.call(request, lambda: effect(body))


async def body_of(request: Request) -> dict[str, Any]:
    """What a call says; of what is no JSON object, nothing, so that everything it needs is missing."""
    try:
        found = json.loads(await request.body())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _tokens(router: APIRouter, platform: Platform, robot: Robot) -> None:
    def right(key: object, secret: object) -> bool:
        return (key, secret) == (platform.spec.client_id, platform.spec.client_secret)

    @router.post("/v1.0/oauth2/accessToken")
    async def token(request: Request) -> Response:
        body = await body_of(request)

        async def give() -> Response:
            if not right(body.get("appKey"), body.get("appSecret")):
                return error(400, "invalidClientIdOrSecret")
            spec = platform.spec
            return JSONResponse({"accessToken": platform.token(), "expireIn": spec.expire_in})

        return await robot.call(request, give, token=False)

    @router.get("/gettoken")
    async def old_token(request: Request, appkey: str, appsecret: str) -> Response:
        async def give() -> Response:
            if not right(appkey, appsecret):
                return legacy(40089, "invalid appkey or secret")
            body = {"errcode": 0, "access_token": platform.token(), "expires_in": 7200}
            return JSONResponse(body)

        return await robot.call(request, give, token=False)


def _downloads(router: APIRouter, platform: Platform, robot: Robot) -> None:
    @router.post("/v1.0/robot/messageFiles/download")
    async def address(request: Request) -> Response:
        body = await body_of(request)

        async def give() -> Response:
            code = str(body.get("downloadCode"))
            if code not in platform.files:
                return error(400, "invalidParameter.downloadCode.invalid")
            return JSONResponse({"downloadUrl": f"{request.base_url}simulator/files/{code}"})

        return await robot.call(request, give)

    @router.get("/simulator/files/{code}")
    async def download(code: str) -> Response:
        if code not in platform.files:
            return Response(status_code=404)
        kind, content = platform.files[code]
        return Response(content, media_type=kind)


def _uploads(router: APIRouter, platform: Platform, robot: Robot) -> None:
    @router.post("/media/upload")
    async def upload(request: Request, type: str, media: UploadFile) -> Response:
        content = await media.read()

        async def keep() -> Response:
            if type not in _LARGEST or len(content) > _LARGEST[type] * 1024 * 1024:
                return legacy(40009, "invalid media size or type")
            if PurePath(media.filename or "").suffix.lower()[1:] not in _TAKEN[type].split():
                return legacy(40005, "this kind of file is not taken")
            media_id = f"@lAD{uuid4().hex}"
            platform.files[media_id] = (media.content_type or "", content)
            return JSONResponse({"errcode": 0, "errmsg": "ok", "media_id": media_id, "type": type})

        return await robot.call(request, keep)

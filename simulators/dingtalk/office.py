"""What reaches the organisation's own people: DING, work notifications, todos; and reactions to messages."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from simulators.dingtalk.faults import error, legacy
from simulators.dingtalk.robot import Robot, body_of, post
from simulators.dingtalk.state import Platform

MOST_NOTIFIED = 100
_REMINDERS = (1, 2, 3)
_DAY = 86_400


class Office:
    """The endpoints that are not about a conversation."""

    def __init__(self, platform: Platform, robot: Robot) -> None:
        self._platform = platform
        self._robot = robot
        self._notified: set[tuple[str, str, int]] = set()
        self._todos: dict[str, dict[str, Any]] = {}

    async def ding(self, body: dict[str, Any]) -> Response:
        """An urgent reminder. Who does not get it stands in the answer, which says yes."""
        people, text = body.get("receiverUserIdList"), body.get("content")
        if not self._robot.robot_of(body) or not isinstance(people, list) or not people:
            return error(400, "invalidParameter.receiverUserIdList.empty")
        if body.get("remindType") not in _REMINDERS or not isinstance(text, str) or not text:
            return error(400, "invalidParameter.remindType.invalid")
        reached = [user for user in people if self._platform.staff(str(user)) is not None]
        self._platform.journal.write("ding", users=reached, text=text, by=body["remindType"])
        self._show(reached, "ding", text)
        failed = {str(user): "user not found" for user in people if user not in reached}
        return JSONResponse({"openDingId": uuid4().hex, "failedList": failed})

    async def recall_ding(self, body: dict[str, Any]) -> Response:
        """Take a reminder back."""
        if not self._robot.robot_of(body) or not body.get("openDingId"):
            return error(400, "invalidParameter.openDingId.empty")
        self._platform.journal.write("ding_recalled", ding=body["openDingId"])
        return JSONResponse({"openDingId": body["openDingId"]})

    async def notify(self, body: dict[str, Any]) -> Response:
        """A work notification. What a person was told today already is dropped, and called a success."""
        message = body.get("msg")
        users = [one for one in str(body.get("userid_list") or "").split(",") if one]
        if not isinstance(body.get("agent_id"), int) or not isinstance(message, dict):
            return legacy(40035, "agent_id or msg is missing")
        if not users or len(users) > MOST_NOTIFIED:
            return legacy(40033, "userid_list names 1 to 100 people")
        inside = message.get(str(message.get("msgtype")))
        found = inside if isinstance(inside, dict) else {}
        text = str(found.get("content") or found.get("text") or json.dumps(message))
        told = [one for one in users if self._new(one, text)]
        kind = "work" if told else "work_dropped"
        self._platform.journal.write(kind, users=",".join(told or users), text=text)
        self._show(told, "work", text)
        return JSONResponse({"errcode": 0, "task_id": 1, "request_id": "simulated"})

    def _new(self, user: str, text: str) -> bool:
        told = (user, text, int(time.time() // _DAY))
        if self._platform.staff(user) is None or told in self._notified:
            return False
        self._notified.add(told)
        return True

    def _show(self, users: list[str], form: str, text: str) -> None:
        for user in users:
            self._platform.show(self._platform.chat_of(user), who="robot", form=form, text=text)

    async def react(self, body: dict[str, Any]) -> Response:
        return self._reaction(body, shown=True)

    async def react_no_more(self, body: dict[str, Any]) -> Response:
        return self._reaction(body, shown=False)

    def _reaction(self, body: dict[str, Any], *, shown: bool) -> Response:
        """An emoji on a message, which is all there is instead of a typing indicator."""
        chat = self._platform.chats.get(str(body.get("openConversationId")))
        message = (
            next((m for m in chat.shown if m["id"] == body.get("openMsgId")), None)
            if chat
            else None
        )
        if not self._robot.robot_of(body) or chat is None or message is None:
            return error(400, "invalidParameter.openMsgId.invalid")
        name = str(body.get("emotionName") or "")
        others = [one for one in message.get("reactions", []) if one != name]
        message["reactions"] = [*others, *([name] if shown else [])]
        self._platform.journal.write(
            "reaction", conversation=chat.conversation_id, name=name, shown=shown
        )
        return JSONResponse({"success": True})

    async def person(self, body: dict[str, Any]) -> Response:
        """The union id of somebody, which todos want."""
        chat = self._platform.staff(str(body.get("userid")))
        if chat is None:
            return legacy(60121, "no such user")
        found = {"userid": body["userid"], "unionid": union_id(body["userid"]), "name": chat.title}
        return JSONResponse({"errcode": 0, "errmsg": "ok", "result": found})

    def create_todo(self, creator: str, body: dict[str, Any]) -> Response:
        everybody = {union_id(user) for user in self._platform.people}
        if not {creator, *body.get("executorIds", [])} <= everybody or not body.get("subject"):
            return error(400, "param.error", "a unionId or the subject is wrong")
        now = int(time.time() * 1000)
        about = {"subject": body["subject"], "done": False, "creatorId": creator}
        todo = {"id": f"task{uuid4().hex}", **about, "createdTime": now, "modifiedTime": now}
        self._todos[todo["id"]] = todo
        self._platform.journal.write("todo", task=todo["id"], text=todo["subject"], done=False)
        return JSONResponse(todo)

    def update_todo(self, task: str, body: dict[str, Any]) -> Response:
        todo = self._todos.get(task)
        if todo is None:
            return error(400, "param.error", "task not exist")
        todo |= {"done": bool(body.get("done")), "modifiedTime": int(time.time() * 1000)}
        self._platform.journal.write("todo", task=task, text=todo["subject"], done=todo["done"])
        return JSONResponse({"requestId": uuid4().hex, "result": True})

    def todo(self, task: str) -> Response:
        found = self._todos.get(task)
        return JSONResponse(found) if found else error(400, "param.error", "task not exist")


def union_id(user: str) -> str:
    """Somebody's id across organisations."""
    return f"union-{user}"


def routes(platform: Platform, robot: Robot) -> APIRouter:
    """The endpoints of both API hosts that are not about a conversation."""
    office, router = Office(platform, robot), APIRouter()
    for path, effect in (
        ("/v1.0/robot/ding/send", office.ding),
        ("/v1.0/robot/ding/recall", office.recall_ding),
        ("/topapi/message/corpconversation/asyncsend_v2", office.notify),
        ("/topapi/v2/user/get", office.person),
        ("/v1.0/robot/emotion/reply", office.react),
        ("/v1.0/robot/emotion/recall", office.react_no_more),
    ):
        post(router, path, robot, effect)

    @router.post("/v1.0/todo/users/{union}/tasks")
    async def create(request: Request, union: str) -> Response:
        body = await body_of(request)

        async def effect() -> Response:
            return office.create_todo(union, body)

        return await robot.call(request, effect)

    @router.put("/v1.0/todo/users/{union}/tasks/{task}")
    async def update(request: Request, task: str) -> Response:
        body = await body_of(request)

        async def effect() -> Response:
            return office.update_todo(task, body)

        return await robot.call(request, effect)

    @router.get("/v1.0/todo/users/{union}/tasks/{task}")
    async def look(request: Request, task: str) -> Response:
        async def effect() -> Response:
            return office.todo(task)

        return await robot.call(request, effect)

    return router

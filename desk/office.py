"""The rooms where conversations are led: the inbox, the conversation, what waits for approval."""

from __future__ import annotations

from fastapi import APIRouter

from desk.approvals import serve_approvals
from desk.company import OfficeDesk
from desk.conversation import Room, serve_conversation
from desk.deeds import serve_deeds
from desk.inbox import serve_inbox
from desk.live import LOOK_EVERY, Watch
from desk.rendering import Pages
from desk.second_looks import serve_second_looks
from security.permissions import Permissions


def serve_office(
    routes: APIRouter,
    desk: OfficeDesk,
    pages: Pages,
    permissions: Permissions,
    *,
    look_every: float = LOOK_EVERY,
) -> None:
    """Every route of the office; open pages look for news every `look_every` seconds."""
    pages.rooms |= {"inbox", "approvals"}
    watch = Watch(desk.store, look_every)
    room = Room(desk, pages, permissions, watch)
    serve_inbox(routes, desk, pages, watch)
    serve_conversation(routes, room)
    serve_deeds(routes, room)
    serve_second_looks(routes, room)
    serve_approvals(routes, desk, pages)

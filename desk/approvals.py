"""What waits for somebody's yes: shown with its amount, approved or refused once."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from desk.company import OfficeDesk
from desk.deeds import asked
from desk.guard import requires
from desk.rendering import Pages
from desk.telling import Teller

APPROVALS = "/desk/approvals"
APPROVE = "refunds:approve"


def serve_approvals(routes: APIRouter, desk: OfficeDesk, pages: Pages) -> None:
    """The list, and the decision."""

    async def listed(request: Request, said: str = "", status: int = 200) -> Response:
        return pages.page(
            request,
            "approvals.html",
            status=status,
            tab="approvals",
            teller=Teller(pages, request, desk.staff, desk.now()),
            waiting=await desk.approvals.waiting(),
            said=said,
        )

    @routes.get(APPROVALS)
    @requires(APPROVE)
    async def approvals(request: Request) -> Response:
        return await listed(request)

    @routes.post(APPROVALS)
    @requires(APPROVE)
    async def decide(request: Request) -> Response:
        yes = asked(request, "yes") == "yes"
        done = await desk.approvals.decide(asked(request, "task"), request.state.colleague, yes=yes)
        if not done:  # a colleague was quicker, or it cannot be done now
            return await listed(request, pages.say(request, "inbox.fault.decided"), 409)
        return RedirectResponse(f"{APPROVALS}?done={'approved' if yes else 'refused'}", 303)

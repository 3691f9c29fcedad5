"""Who is asked next: by team, language, skill and load, fairly, and never the same colleague twice in a row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from domain.casework import Handover
from domain.office import Colleague, Load

VIP = "vip"  # the skill that customers with a tier are given to first


def next_colleague(
    handover: Handover,
    there: Sequence[Colleague],
    loads: Mapping[str, Load],
    supervisors: Collection[str],
) -> Colleague | None:
    """The colleague to ask next, or None when everybody who could take it was asked.

    Those of the team come first, then supervisors. Among them: who is skilled for a customer with a tier, who
    answers in the customer's language, who has room, who has least, and who waited longest since the last one.
    """
    free = [
        one for one in there if one.id not in handover.tried and not loads.get(one.id, Load()).away
    ]
    able = [one for one in free if handover.team in one.teams or one.role in supervisors]
    if not able:
        return None

    def rank(one: Colleague) -> tuple[bool, bool, bool, bool, int, float, str]:
        load = loads.get(one.id, Load())
        return (
            bool(handover.vip) and VIP not in one.skills,
            handover.language not in one.languages,
            handover.team not in one.teams,
            load.held >= one.at_once,
            load.held,
            load.last,
            one.id,
        )

    return min(able, key=rank)

"""Verbs of the objectives of service management (clause 6.2): set, changed, closed with a result."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.indicators.models import Indicator
from audit_app.indicators.objective_models import Objective, ObjectiveState
from audit_app.indicators.objective_standing import measured_words
from audit_app.trail import services as trail

NEEDED = {
    "measures": _l("Say what will be done to achieve it (6.2.2)."),
    "evaluation": _l("Say how the result will be evaluated (6.2.2)."),
}


def add_objective(*, indicator_ids: Iterable[int] = (), by: Person | None, **facts: Any) -> Objective:
    """Set an objective with its plan; ``indicator_ids`` are those that measure it.

    Raises Refused, with the field, for a code that is taken, for what 6.2.2 asks and nobody said, and for an
    indicator that measures another objective in force.
    """
    values = _checked(facts, None)
    objective = Objective(**values)
    chosen = _chosen(objective, indicator_ids)
    with trail.act("objective.add", objective, by=by, indicators=[each.code for each in chosen]):
        db.session.add(objective)
        db.session.flush()
    _measure_by(objective, chosen, by=by)
    return objective


def edit_objective(
    objective: Objective, *, indicator_ids: Iterable[int] = (), by: Person | None, **facts: Any
) -> Objective:
    """Change what is aimed at, the plan, or which indicators measure it. Raises Refused as
    :func:`add_objective`, and for one that is closed.
    """
    if not objective.in_force:
        raise Refused(_l("This objective is closed. Put it in force again first."))
    values = _checked(facts, objective)
    chosen = _chosen(objective, indicator_ids)
    with trail.act("objective.edit", objective, by=by):
        for name, value in values.items():
            setattr(objective, name, value)
    _measure_by(objective, chosen, by=by)
    return objective


def close_objective(
    objective: Objective, *, state: Any, result: str, closed_on: date, by: Person | None
) -> Objective:
    """Say how it ended and why; what its indicators say on that day is kept with it.

    Raises Refused for one that is closed, without the sentence, and for a day to come or before it was set.
    """
    wanted = ObjectiveState(state)
    if not objective.in_force:
        raise Refused(_l("This objective is closed. Put it in force again first."))
    if wanted is ObjectiveState.IN_FORCE:
        raise Refused(_l("Say how it ended: achieved, not achieved, or withdrawn."), "state")
    if not result.strip():
        raise Refused(_l("Say in a sentence why: what was reached, or what stood in the way."), "result")
    if not objective.set_on <= closed_on <= today():
        raise Refused(_l("Choose a day between the one it was set on and today."), "closed_on")
    told = measured_words(objective)
    with trail.act("objective.close", objective, by=by):
        objective.state, objective.result, objective.closed_on = wanted, result.strip(), closed_on
        objective.closed_by_id = by.id if by else None
        objective.closed_with = told[:2000]
    return objective


def reopen_objective(objective: Objective, *, reason: str, by: Person | None) -> Objective:
    """In force again: the result was recorded too early. Both stay in the trail. Raises Refused."""
    if objective.in_force:
        raise Refused(_l("This objective is in force."))
    if not reason.strip():
        raise Refused(_l("Say why it is in force again."), "reason")
    with trail.act("objective.reopen", objective, by=by, reason=reason.strip()):
        objective.state, objective.result = ObjectiveState.IN_FORCE, ""
        objective.closed_on = objective.closed_by_id = None
        objective.closed_with = ""
    return objective


def free_indicators(objective: Objective | None) -> list[Indicator]:
    """Those that may measure it: in use, and not measuring another objective in force; its own too."""
    free = (
        Indicator.active
        & or_(Indicator.objective_id.is_(None), Objective.state != ObjectiveState.IN_FORCE)
    )  # fmt: skip
    mine = Indicator.objective_id == objective.id if objective is not None and objective.id else false()
    query = select(Indicator).outerjoin(Objective, Indicator.objective_id == Objective.id)
    query = query.options(joinedload(Indicator.objective))
    return list(db.session.scalars(query.where(or_(free, mine)).order_by(Indicator.id)))


def may_measure(objective_id: int | None, present: int | None) -> None:
    """An indicator is attached to an objective in force, or stays with the one it has. Raises Refused."""
    if objective_id is None or objective_id == present:
        return
    found = db.session.get(Objective, objective_id)
    if found is None or not found.in_force:
        raise Refused(_l("Choose an objective that is in force."), "objective_id")


def _chosen(objective: Objective, ids: Iterable[int]) -> list[Indicator]:
    wanted = set(ids or ())
    with db.session.no_autoflush:
        found = [each for each in free_indicators(objective) if each.id in wanted]
    if len(found) < len(wanted):
        raise Refused(
            _l("One of the indicators is out of use or measures another objective. Choose again."),
            "indicator_ids",
        )
    return found


def _measure_by(objective: Objective, chosen: Sequence[Indicator], *, by: Person | None) -> None:
    """Attach those chosen and let the others go; the trail says it of each indicator."""
    for each in [*(one for one in objective.indicators if one not in chosen), *chosen]:
        wanted = objective if each in chosen else None
        if each.objective is wanted:
            continue
        act = "indicator.attach" if wanted is not None else "indicator.detach"
        with trail.act(act, each, by=by, objective=objective.code):
            each.objective = wanted


def _checked(facts: dict[str, Any], mine: Objective | None) -> dict[str, Any]:
    values = {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}
    values["code"] = str(values.get("code") or "").upper()
    if not values["code"]:
        raise Refused(_l("Give the objective a code, such as OBJ-2026-1."), "code")
    with db.session.no_autoflush:
        found = db.session.scalar(
            select(Objective).where(func.lower(Objective.code) == values["code"].lower())
        )
    if found is not None and found is not mine:
        raise Refused(
            _l("There is already an objective %(code)s. Choose another code.", code=values["code"]), "code"
        )
    values |= {name: values.get(name) or "" for name in ("name_en", "name_zh", "resources", *NEEDED)}
    if not values["name_en"] and not values["name_zh"]:
        raise Refused(_l("Say the objective in at least one language."), "name_en")
    for name, words in NEEDED.items():
        if not values[name]:
            raise Refused(words, name)
    if not values.get("owner_id"):
        raise Refused(_l("Say who is responsible (6.2.2)."), "owner_id")
    values["set_on"] = values.get("set_on") or (mine.set_on if mine is not None else today())
    if values.get("due_on") is None:
        raise Refused(_l("Say when it will be achieved (6.2.2)."), "due_on")
    if values["due_on"] < values["set_on"]:
        raise Refused(_l("It is due before the day it was set on."), "due_on")
    return values

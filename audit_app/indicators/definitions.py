"""Redefining an indicator: from a month on something else is measured; nothing is compared over it."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.core.clock import now, today
from audit_app.core.errors import Refused
from audit_app.indicators import taking_back, targets
from audit_app.indicators.goals import NO_GOAL
from audit_app.indicators.models import Direction, Frequency, Indicator, ValueKind
from audit_app.indicators.periods import Month
from audit_app.indicators.register_models import ChangeKind, IndicatorTarget, ProcessChange
from audit_app.trail import services as trail

WORDS = (
    "formula_en",
    "formula_zh",
    "numerator_en",
    "numerator_zh",
    "denominator_en",
    "denominator_zh",
)
HARD = ("unit", "direction", "value_kind", "measure", "frequency")
"""Another one of these cannot be a matter of wording: the numbers mean something else."""
KEPT = (*WORDS, *HARD, "decimals", "note_en", "note_zh")
LABELS: dict[str, Any] = {"direction": Direction, "value_kind": ValueKind, "frequency": Frequency}
SAME, OTHER = "wording", "other"


def changed(indicator: Indicator, values: dict[str, Any]) -> list[str]:
    """Which facts of the definition differ."""
    return [name for name in (*WORDS, *HARD) if _plain(values.get(name)) != _plain(getattr(indicator, name))]


def _plain(value: Any) -> Any:
    return "\n".join(value.split("\r\n")) if isinstance(value, str) else value or ""


def take_in(
    indicator: Indicator,
    values: dict[str, Any],
    *,
    meaning: str,
    since: Month | None,
    why: str,
    by: Person | None,
) -> None:
    """Called before an edit: refuse what would silently give measured months another meaning, or record it.

    ``meaning`` says whether only the wording changes or something else is measured from ``since`` on.
    """
    found = changed(indicator, values)
    if not found or not targets.was_measured(indicator):
        return
    if meaning not in (SAME, OTHER):
        raise Refused(
            _l("The definition changes: say whether the same is still measured, or since when it is not."),
            "meaning",
        )
    if meaning == SAME:
        if set(found) & set(HARD):
            words = _l(
                "With another unit, direction, kind, computation or frequency something else is measured."
            )
            raise Refused(words, "meaning")
        return
    _redefine(indicator, values, since, why, by=by)


def _redefine(
    indicator: Indicator, values: dict[str, Any], since: Month | None, why: str, *, by: Person | None
) -> ProcessChange:
    if since is None or since > Month.of(today()):
        raise Refused(_l("Say from which month on it is measured otherwise; not one to come."), "since")
    if not why.strip():
        raise Refused(_l("Say why it is measured otherwise."), "why")
    if any(each.stands and each.month >= since for each in indicator.changes if each.is_redefinition):
        raise Refused(_l("It was redefined in this month or later already."), "since")
    if any(each.stands and each.month == since for each in indicator.changes):
        raise Refused(_l("A change is recorded for this month already. Take it back first."), "since")
    before = {name: getattr(getattr(indicator, name), "value", getattr(indicator, name)) for name in KEPT}
    made = ProcessChange(
        kind=ChangeKind.DEFINITION,
        before=before,
        period=since.first,
        reason=why.strip(),
        by_id=by.id if by else None,
        at=now(),
    )
    with trail.act("indicator.redefine", made, by=by):
        indicator.changes.append(made)
    other_scale = (values.get("unit", ""), values["direction"]) != (indicator.unit, indicator.direction)
    if other_scale and indicator.goal(since).is_set:
        targets.end(indicator, since, why, by=by)
    return made


def restore(change: ProcessChange, reason: str, *, by: Person | None) -> None:
    """Taking a redefinition back: the definition before holds again, and so does its target.

    Raises Refused without a reason, and where a later one stands: that one is taken back first.
    """
    indicator = change.indicator
    if not reason.strip():
        raise Refused(_l("Say why it is taken back."), "reason")
    if any(each.stands and each.month > change.month for each in indicator.changes if each.is_redefinition):
        raise Refused(_l("It was redefined once more later: take that back first."), "reason")
    for row in ended_with(change):
        taking_back.take_back(row, reason, "indicator.target_back", by=by)
    with trail.act("indicator.edit", indicator, by=by):
        for name, value in change.before.items():
            setattr(indicator, name, LABELS[name](value) if name in LABELS else value)


def ended_with(change: ProcessChange) -> list[IndicatorTarget]:
    """The row that says "no target" which a redefinition with another unit or direction set."""
    return [
        row
        for row in change.indicator.targets
        if row.stands and row.goal == NO_GOAL and row.period == change.period and row.reason == change.reason
    ]

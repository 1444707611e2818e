"""Entering one monthly value: plausible, never over somebody else's, the old one kept in the trail."""

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import Conflict, Refused
from audit_app.indicators import corrections, locks
from audit_app.indicators.goals import exact
from audit_app.indicators.models import Direction, Import, Indicator, Meaning, Measurement, Source, ValueKind
from audit_app.indicators.periods import Month
from audit_app.trail import services as trail

PLACES = Decimal(1).scaleb(-10)
"""Values are kept to ten digits after the point."""
FIRST_YEAR = 1990


def at(indicator: Indicator, month: Month) -> Measurement | None:
    """What is stored for a month, or None."""
    query = select(Measurement).where(
        Measurement.indicator_id == indicator.id, Measurement.period == month.first
    )
    return db.session.scalar(query)


def may_enter(indicator: Indicator, person: Person) -> bool:
    """Whether a person may enter values of this indicator.

    Whoever defines indicators enters all; a process owner those they own, and those of a process they own.
    """
    if not person.may(Permission.MEASUREMENT_ENTER):
        return False
    if person.may(Permission.INDICATOR_DEFINE) or indicator.owner_id == person.id:
        return True
    return indicator.process is not None and indicator.process.owner_id == person.id


def refuse_stranger(indicator: Indicator, person: Person | None) -> None:
    """Refuse values from somebody who answers for neither indicator nor process; None is the command line."""
    if person is None or may_enter(indicator, person):
        return
    raise Refused(
        _l(
            "%(code)s is entered by its owner or the owner of its process. "
            "Ask them, or the audit programme manager.",
            code=indicator.code,
        ),
        "value",
    )


def enter_measurement(
    indicator: Indicator,
    month: Month | date,
    *,
    value: Any = None,
    numerator: Any = None,
    denominator: Any = None,
    comment: str = "",
    by: Person | None,
    version: int | None = None,
    imported: Import | None = None,
    reason: str = "",
) -> Measurement:
    """Store the value of one month; a value there before is replaced and kept in the trail.

    In a closed month a value that stands is not replaced: the other one is proposed, with the ``reason`` or
    the file it came from, and the row is returned as it is (see :mod:`corrections`).

    Give ``value``, or numerator and denominator, from which the value is worked out (a ratio is in percent);
    an empty denominator gives no value. ``version`` is that of the row the person saw (0: none was there):
    another save meanwhile raises Conflict. Raises Refused, with the field, for what cannot be, and for
    somebody who may not (see :func:`may_enter`).
    """
    refuse_stranger(indicator, by)
    period = month if isinstance(month, Month) else Month.of(month)
    numbers = worked_out(indicator.told_in(period), value, numerator, denominator)
    may_be_entered(indicator, period)
    stored = at(indicator, period)
    _unchanged(stored, version)
    if stored is not None and _from_log(stored):
        raise Refused(
            _l(
                "%(code)s of %(month)s was computed from a log. "
                "Import a newer log instead of typing over it.",
                code=indicator.code,
                month=period,
            )
        )
    facts: dict[str, Any] = {**numbers, "comment": comment.strip(), "extra": {}, "imported": imported}
    return store(indicator, period, facts, stored, by=by, reason=reason)


def store(
    indicator: Indicator,
    period: Month,
    facts: dict[str, Any],
    stored: Measurement | None,
    *,
    by: Person | None,
    reason: str = "",
) -> Measurement:
    """Write facts that were checked; the trail holds what they replace. Nothing is written when nothing
    changed, and a value of a closed month is only proposed. Raises Refused when that has no reason.
    """
    if stored is not None and all(getattr(stored, name) == new for name, new in facts.items()):
        return stored
    if stored is not None and corrections.touches(stored, facts):
        closed = locks.standing().why(period)
        if closed:
            _propose(stored, facts, closed, reason, by=by)
            return stored
    row = stored or Measurement(indicator_id=indicator.id, indicator=indicator, period=period.first)
    with trail.act("measurement.change" if stored else "measurement.enter", row, by=by, code=indicator.code):
        for name, new in facts.items():
            setattr(row, name, new)
        row.entered_by_id, row.entered_at = (by.id if by is not None else None), now()
        if stored is None:
            db.session.add(row)
    return row


def _propose(
    stored: Measurement, facts: dict[str, Any], closed: Any, reason: str, *, by: Person | None
) -> None:
    """Propose a value for a closed month; those who decide hear of it (of a file the import tells)."""
    imported = facts.get("imported")
    if not reason.strip() and imported is None:
        raise Refused(
            _l(
                "%(code)s is closed: %(why)s. Say why the value has to change; "
                "somebody else then approves it.",
                code=stored.code,
                why=closed,
            ),
            "reason",
        )
    made, new = corrections.propose(stored, facts, reason=reason, by=by, imported=imported)
    if new and imported is None:
        corrections.tell(made)


def rounded(number: Any) -> Decimal | None:
    """A computed number as it is stored: 15 significant digits, ten of them at most after the point."""
    if number is None:
        return None
    exactly = Decimal(format(float(number), ".15g")) if isinstance(number, float) else Decimal(number)
    kept = Decimal(format(exactly.quantize(PLACES), "f"))
    return kept.normalize() + 0 if kept else Decimal(0)


def worked_out(
    indicator: Indicator | Meaning, value: Any, numerator: Any, denominator: Any
) -> dict[str, Decimal | None]:
    """Value, numerator and denominator as numbers that fit together. Raises Refused naming the field."""
    given, upper, lower = (
        _number(each, field)
        for each, field in ((value, "value"), (numerator, "numerator"), (denominator, "denominator"))
    )
    if indicator.value_kind is ValueKind.COUNT:
        given = upper if given is None else given
        upper, lower = given, None
    elif (upper is None) != (lower is None):
        missing = "denominator" if lower is None else "numerator"
        raise Refused(_l("Give both numerator and denominator, or neither."), missing)
    elif upper is not None and lower is not None:
        made = _divided(indicator, upper, lower)
        if given is not None and made is not None and abs(given - made) > tolerance(indicator):
            raise Refused(
                _l("The value does not fit its numerator and denominator, which give %(made)s.", made=made),
                "value",
            )
        given = made
    if given is None and upper is None:
        raise Refused(
            _l("Enter a value, or numerator and denominator. A month without data is left empty."), "value"
        )
    _plausible(indicator, given)
    return {"value": given, "numerator": upper, "denominator": lower}


def tolerance(indicator: Indicator | Meaning) -> Decimal:
    """How far a rounded value may lie from numerator over denominator: half of the last digit shown."""
    return Decimal(5).scaleb(-indicator.decimals - 1)


def _divided(indicator: Indicator | Meaning, upper: Decimal, lower: Decimal) -> Decimal | None:
    if lower < 0:
        raise Refused(_l("The denominator cannot be negative."), "denominator")
    if lower == 0:
        return None
    factor = 100 if indicator.value_kind is ValueKind.RATIO and indicator.unit == "%" else 1
    return rounded(float(upper * factor / lower))


def _number(value: Any, field: str) -> Decimal | None:
    try:
        number = exact(value)
    except Refused as refused:
        raise Refused(refused.words, field) from None
    return None if number is None else rounded(number)


def _plausible(indicator: Indicator | Meaning, value: Decimal | None) -> None:
    if value is None or indicator.direction is Direction.BAND:
        return
    if indicator.unit == "%" and not 0 <= value <= 100:
        raise Refused(_l("A percentage lies between 0 and 100; %(value)s does not.", value=value), "value")
    if value < 0:
        raise Refused(_l("This figure cannot be negative."), "value")


def may_be_entered(indicator: Indicator, period: Month) -> None:
    """Refuse months that have not begun, and figures that this system works out itself."""
    if indicator.source is Source.SYSTEM:
        raise Refused(
            _l("%(code)s is worked out by this system from its own records.", code=indicator.code), "value"
        )
    frequency = indicator.told_in(period).frequency
    if not indicator.is_due(period):
        words = _l(
            "%(code)s is measured less often than every month: give the last month of the period, %(month)s.",
            code=indicator.code,
            month=frequency.last_ended(period).plus(frequency.months),
        )
        raise Refused(words, "month")
    if period.plus(1 - frequency.months) > Month.of(today()):
        raise Refused(_l("%(month)s has not begun yet.", month=period), "month")
    if period.year < FIRST_YEAR:
        raise Refused(_l("%(month)s is too long ago to be right.", month=period), "month")


def _from_log(stored: Measurement) -> bool:
    return stored.imported is not None and stored.imported.kind in (
        Source.TICKETS.value,
        Source.OUTAGES.value,
    )


def _unchanged(stored: Measurement | None, version: int | None) -> None:
    present = stored.version if stored is not None else 0
    if version is None or version == present:
        return
    raise Conflict(
        _l(
            "Somebody else saved this month meanwhile: %(value)s. "
            "Look at it, and save again if yours is right.",
            value=stored.value if stored is not None and stored.value is not None else "–",
        ),
        {"value": stored.value, "version": present} if stored is not None else {"version": 0},
    )

"""Corrections of values in closed months: proposed with a reason, decided by somebody else (clause 7.5.3).

The old value stands until then, and is kept beside the new one for good.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.accounts.queries import people_with
from audit_app.core.clock import now
from audit_app.core.db import db, serialize_writes
from audit_app.core.errors import Conflict, NotVisible, Refused
from audit_app.indicators.correction_models import NUMBERS, CorrectionDecision, Outcome, ValueCorrection
from audit_app.indicators.models import Import, Measurement
from audit_app.notifications.services import queue
from audit_app.trail import services as trail


def touches(row: Measurement, facts: Mapping[str, Any]) -> bool:
    """Whether the facts would make a stored value another one."""
    return any(getattr(row, name) != facts[name] for name in NUMBERS)


def propose(
    row: Measurement, facts: Mapping[str, Any], *, reason: str, by: Person | None, imported: Import | None
) -> tuple[ValueCorrection, bool]:
    """Propose other facts for a closed month; the row stays as it is. Returns it, and whether it is new.

    The very same proposal again changes nothing; another one takes the place of the one that waits. Raises
    Refused without a person: whoever made it could approve it too (7.5.3).
    """
    if by is None:
        raise Refused(
            _l(
                "The file says other values for closed months. These are proposed, and somebody else approves"
                " them: name the person who proposes them with --as ADDRESS. Nothing was imported."
            )
        )
    serialize_writes()
    before = waiting_of([row.id]).get(row.id)
    if before is not None and all(getattr(before, name) == facts[name] for name in NUMBERS):
        return before, False
    made = ValueCorrection(
        measurement=row,
        **{name: facts[name] for name in NUMBERS},
        **{f"was_{name}": getattr(row, name) for name in NUMBERS},
        comment=facts.get("comment", row.comment),
        reason=reason.strip(),
        imported=imported,
        by_id=by.id if by is not None else None,
        at=now(),
    )
    with trail.act("correction.propose", made, by=by):
        db.session.add(made)
    if before is not None:
        _decided(before, Outcome.REPLACED, "", by)
        trail.note("correction.replace", before, by=by)
    return made, True


def tell(made: ValueCorrection) -> None:
    """Tell those who may decide it: of a file once, by the first correction that it brought."""
    kind = "correction.proposed" if made.import_id is None else "correction.from_file"
    for person in people_with(Permission.MEASUREMENT_APPROVE):
        if person.id != made.by_id:
            queue(kind, to=person, subject=made)


def tell_of_file(made: Import) -> int:
    """Tell of what a file proposed; how many months that were."""
    found = of_import(made.id)
    if found:
        tell(found[0])
    return len(found)


def why_not_decide(correction: ValueCorrection, person: Person) -> Any:
    """Why a person may not decide it, in words; empty if they may."""
    if not person.may(Permission.MEASUREMENT_APPROVE):
        return _l("Corrections are decided by the audit programme manager or an administrator.")
    if correction.by_id == person.id:
        return _l("You proposed it: somebody else decides.")
    if correction.state is not Outcome.WAITING:
        return _l("It is decided already.")
    return ""


def approve(correction: ValueCorrection, reason: str = "", *, by: Person) -> ValueCorrection:
    """Put the proposed value into its month. Raises Refused for who may not, and Conflict when it is decided
    already or the value that it was to replace is another one by now.
    """
    _may(correction, by)
    if correction.by_id is None:  # Some were proposed by the command line before it had to name a person.
        raise Refused(
            _l("Nobody is named who proposed it. Refuse this correction, and let it be proposed anew.")
        )
    row = correction.measurement
    db.session.refresh(row)
    if any(getattr(row, name) != getattr(correction, f"was_{name}") for name in NUMBERS):
        raise Conflict(
            _l("The value is another one by now. Refuse this correction, and let it be proposed anew.")
        )
    with trail.act("measurement.correct", row, by=by, reason=correction.title, correction=correction.id):
        for name in (*NUMBERS, "comment"):
            setattr(row, name, getattr(correction, name))
        row.imported, row.entered_by, row.entered_at = correction.imported, correction.by, now()
    _decided(correction, Outcome.APPROVED, reason, by)
    trail.note("correction.approve", correction, by=by, reason=reason.strip())
    queue("correction.approved", to=correction.by, subject=correction)
    return correction


def refuse(correction: ValueCorrection, reason: str, *, by: Person) -> ValueCorrection:
    """Leave the value as it is. Raises Refused without a reason, and as :func:`approve`."""
    if not reason.strip():
        raise Refused(_l("Say why the value stays as it is."), "reason")
    _may(correction, by)
    _decided(correction, Outcome.REFUSED, reason, by)
    trail.note("correction.refuse", correction, by=by, reason=reason.strip())
    queue("correction.refused", to=correction.by, subject=correction)
    return correction


def _may(correction: ValueCorrection, by: Person) -> None:
    """Refuse who may not decide; look under the lock whether somebody else was faster."""
    serialize_writes()
    made = db.session.scalar(
        select(CorrectionDecision).where(CorrectionDecision.correction_id == correction.id)
    )
    if made is not None:
        name = made.by.name if made.by is not None else "–"
        raise Conflict(
            _l("It is decided already: %(outcome)s, by %(name)s.", outcome=made.outcome.label, name=name)
        )
    why = why_not_decide(correction, by)
    if why:
        raise Refused(why)


def _decided(correction: ValueCorrection, outcome: Outcome, reason: str, by: Person | None) -> None:
    correction.decision = CorrectionDecision(
        outcome=outcome, reason=reason.strip(), by_id=by.id if by is not None else None, at=now()
    )
    db.session.flush()


WAITS = ~exists().where(CorrectionDecision.correction_id == ValueCorrection.id)


def listed() -> Select[Any]:
    """All corrections, those that wait first, then the newest."""
    return _loaded(select(ValueCorrection)).order_by(
        exists().where(CorrectionDecision.correction_id == ValueCorrection.id), ValueCorrection.id.desc()
    )


def to_decide(person: Person) -> Select[Any]:
    """What waits and is not the person's own."""
    others = or_(ValueCorrection.by_id.is_(None), ValueCorrection.by_id != person.id)
    return _loaded(select(ValueCorrection)).where(WAITS, others).order_by(ValueCorrection.id)


def _loaded(query: Select[Any]) -> Select[Any]:
    return query.options(
        joinedload(ValueCorrection.measurement).joinedload(Measurement.indicator),
        joinedload(ValueCorrection.imported),
        joinedload(ValueCorrection.by),
    )


def waiting_of(measurement_ids: Iterable[int]) -> dict[int, ValueCorrection]:
    """What waits, by the id of the month's row."""
    query = _loaded(select(ValueCorrection)).where(
        WAITS, ValueCorrection.measurement_id.in_(list(measurement_ids))
    )
    return {each.measurement_id: each for each in db.session.scalars(query)}


def waiting_count() -> int:
    """How many wait."""
    return db.session.scalar(select(func.count()).select_from(ValueCorrection).where(WAITS)) or 0


def of_row(row: Measurement) -> list[ValueCorrection]:
    """Everything that was proposed for a month, newest first."""
    query = _loaded(select(ValueCorrection)).where(ValueCorrection.measurement_id == row.id)
    return list(db.session.scalars(query.order_by(ValueCorrection.id.desc())))


def of_import(import_id: int) -> list[ValueCorrection]:
    """What a file proposed, in the order of the file."""
    query = _loaded(select(ValueCorrection)).where(ValueCorrection.import_id == import_id)
    return list(db.session.scalars(query.order_by(ValueCorrection.id)))


def get(correction_id: int, *, to: Person) -> ValueCorrection:
    """One correction, for whoever may see indicators. Raises :class:`NotVisible`."""
    found = db.session.scalar(_loaded(select(ValueCorrection)).where(ValueCorrection.id == correction_id))
    if found is None or not to.may(Permission.INDICATOR_SEE):
        raise NotVisible
    return found


def may_attach(_correction: ValueCorrection, _person: Person) -> Any:
    """No file hangs on a correction: evidence belongs to the import or the finding."""
    return _l("Files are not attached to a correction.")

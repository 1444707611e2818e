"""Taking in an old register: all of its rows, or none."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core import clock
from audit_app.core.clock import now, today
from audit_app.core.counters import at_least, next_code
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import policy
from audit_app.findings.action_services import CODE
from audit_app.findings.models import SERIES, Action, ActionKind, Finding, FindingState
from audit_app.findings.old_actions import OldAction
from audit_app.findings.old_importing import Known, by_names
from audit_app.findings.old_models import OldRegister
from audit_app.findings.steps import short
from audit_app.trail import services as trail

OURS = re.compile(rf"({'|'.join(sorted({*SERIES.values(), 'ACT'}))})-(\d{{4}})-(\d{{1,6}})")


def known() -> Known:
    """What a file may refer to, and the numbers that are taken."""
    return Known(
        by_names(accounts.processes(all_=True), "code", "name_en", "name_zh"),
        by_names(accounts.departments(all_=True), "code", "name_en", "name_zh"),
        by_names(accounts.people_with(Permission.FINDING_ANSWER), "name", "email"),
        by_names(db.session.scalars(select(Person)), "name", "email"),
        set(db.session.scalars(select(Finding.code))),
        set(db.session.scalars(select(Action.code))),
        today(),
    )


def remembered(source: str) -> dict[str, str]:
    """The columns of the last file of a source, by heading."""
    query = select(OldRegister).where(OldRegister.source == source.strip()).order_by(OldRegister.id.desc())
    last = db.session.scalar(query.limit(1))
    return dict(last.mapping) if last is not None else {}


def sources() -> list[str]:
    """Names under which registers came in before."""
    return list(db.session.scalars(select(OldRegister.source).distinct().order_by(OldRegister.source)))


def take_in(
    rows: Sequence[Mapping[str, Any]],
    numbers: Sequence[int],
    *,
    source: str,
    filename: str,
    sha256: str,
    sheet: str = "",
    mapping: Mapping[str, str] | None = None,
    owner: Person | None = None,
    by: Person,
) -> OldRegister:
    """Import the rows of a preview as findings with their own numbers and dates, in one transaction.

    ``numbers`` are their rows in the sheet. Open ones enter as issued and need an owner: of the row, of its
    process, or ``owner``. Closed ones are marked as closed before this system. Raises :class:`Refused`.
    """
    if not by.may(Permission.AUDIT_PLAN):
        raise Refused(_l("Old registers are taken in by the audit programme manager."))
    if not source.strip():
        raise Refused(_l("Say whose register this is: the next file of it is read the same way."), "source")
    if not rows:
        raise Refused(_l("There is no row to import."))
    register = OldRegister(
        source=source.strip(), filename=filename[-255:], sha256=sha256, sheet=sheet[:100],
        mapping=dict(mapping or {}), rows=len(rows), imported_by=by, imported_at=now(),
    )  # fmt: skip
    with db.session.begin_nested():
        with trail.act("old_register.import", register, by=by):
            db.session.add(register)
        actions = [each["action"] for each in rows if each["action"] is not None]
        _mind_the_counters([each["code"] for each in rows] + [each.code for each in actions])
        for number, row in zip(numbers, rows, strict=True):
            finding = _finding(register, number, row, owner, by)
            if row["action"] is not None:
                _action(finding, row["action"], by)
    return register


def _finding(
    register: OldRegister, number: int, row: Mapping[str, Any], owner: Person | None, by: Person
) -> Finding:
    closed = row["state"] == "closed"
    process = row["process"]
    who = row["owner"] or (process.owner if process is not None else None) or owner
    if who is None and not closed:
        raise Refused(
            _l("Row %(row)s is open and nobody owns it: choose an owner for such rows.", row=number),
            "owner_id",
        )
    finding = Finding(
        code=row["code"], origin=row["origin"], grade=row["grade"],
        state=FindingState.CLOSED if closed else FindingState.ISSUED,
        title=row["title"] or short(row["nonconformity"]), nonconformity=row["nonconformity"],
        requirement=row["requirement"] or "", objective_evidence=row["objective_evidence"] or "",
        location=row["location"] or "", clause=row["clause"] or "", process=process,
        department=row["department"] or (process.department if process is not None else None), owner=who,
        raised_by=by, raised_on=row["raised_on"], due_on=row["due_on"], original_due_on=row["due_on"],
        correction=_measures(row), cause=row["cause"] or "", effectiveness_note=row["effectiveness"] or "",
        closed_on=row["closed_on"], closed_before=closed, old_register_id=register.id, old_row=number,
        reopened=0,
    )  # fmt: skip
    if not closed:
        finding.issued_by, finding.issued_at = by, now()
        finding.next_due_on = policy.next_due(finding)
    with trail.act("finding.import", finding, by=by), db.session.no_autoflush:
        db.session.add(finding)
    return finding


def _action(finding: Finding, said: OldAction, by: Person) -> None:
    """The action with its own dates and number; without a number the next of the year it was promised in."""
    action = Action(
        code=said.code or next_code(CODE, finding.raised_on.year), kind=ActionKind.CORRECTIVE,
        state=said.state, title=said.title, finding=finding, owner=said.owner,
        created_on=finding.raised_on, due_on=said.due_on, original_due_on=said.due_on,
        done_by=said.owner if said.done_on else None,
        done_at=_noon(said.done_on), verified_by=said.verified_by, verified_at=_noon(said.verified_on),
    )  # fmt: skip
    with db.session.no_autoflush, trail.act("action.import", action, by=by):
        db.session.add(action)


def _noon(day: date | None) -> datetime | None:
    """A register knows days, a record a moment: noon keeps the day in every zone near that of the people."""
    return datetime.combine(day, time(12), clock.zone()) if day is not None else None


def _measures(row: Mapping[str, Any]) -> str:
    """The correction as the old register had it, with a corrective action that cannot be one of ours."""
    said = [row["correction"] or ""]
    if row["corrective"] and row["action"] is None:
        said.append(_("Corrective action in the old register: %(words)s", words=row["corrective"]))
    return "\n\n".join(part for part in said if part)


def _mind_the_counters(codes: Sequence[str]) -> None:
    """An old number that looks like ours is never given again."""
    highest: dict[tuple[str, int], int] = {}
    for code in codes:
        match = OURS.fullmatch(code)
        if match:
            key = (match[1], int(match[2]))
            highest[key] = max(highest.get(key, 0), int(match[3]))
    for (prefix, year), number in sorted(highest.items()):
        at_least(prefix + "-{year}-{number:03d}", year, number)

"""What a programme does not cover, said in words, and why that was accepted (9.2.2, rule R1).

A clause or a process that no audit of the year covers blocks the approval of the programme until somebody
gives the reason. Only our own audits count.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.programme.coverage import coverage
from audit_app.programme.models import Audit, Programme, ProgrammeState, TeamMember
from audit_app.programme.record_models import CoverageGap, GapKind
from audit_app.trail import services as trail

LONGEST_REASON = 2000
Key = tuple[GapKind, str]


@dataclass(frozen=True)
class Gap:
    """A clause or process that the audits of a year leave out, and the justification, if there is one."""

    kind: GapKind
    key: str
    name: str
    justified: CoverageGap | None = None

    @property
    def value(self) -> str:
        """Kind and key as a form sends them."""
        return f"{self.kind.value}:{self.key}"

    @property
    def words(self) -> Any:
        """The sentence that says what is left out."""
        if self.kind is GapKind.CLAUSE:
            return _l("Clause %(clause)s is not covered by any audit of this year.", clause=self.key)
        return _l("The process %(code)s %(name)s is not covered by any audit of this year.",
                  code=self.key, name=self.name)  # fmt: skip


def scoped_audits(programme: Programme) -> list[Audit]:
    """The audits of a year with everything of their scope, in a constant number of queries."""
    query = select(Audit).where(Audit.programme_id == programme.id).options(
        joinedload(Audit.lead).lazyload(Person.roles),
        selectinload(Audit.processes),
        selectinload(Audit.departments),
        selectinload(Audit.sites),
        selectinload(Audit.members).joinedload(TeamMember.person).lazyload(Person.roles),
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Audit.starts_on, Audit.id)))


def of(programme: Programme) -> list[Gap]:
    """Every gap of a year, clauses first, in the order of the standard; each with its justification."""
    found = coverage(scoped_audits(programme), accounts.process_scopes())
    kept = {(each.kind, each.key): each for each in programme.gaps}
    clauses = [(GapKind.CLAUSE, clause, "") for clause in found.missing_clauses]
    processes = [(GapKind.PROCESS, each.code, each.name) for each in found.missing_processes]
    return [Gap(kind, key, name, kept.get((kind, key))) for kind, key, name in clauses + processes]


def unjustified(programme: Programme) -> list[Gap]:
    """The gaps that nobody has justified."""
    return [gap for gap in of(programme) if gap.justified is None]


def justify(programme: Programme, wanted: Iterable[str], reason: str, *, by: Person) -> list[CoverageGap]:
    """Give the reason why clauses or processes (``clause:8.6.1``, ``process:INC``) are not audited this year.

    What was justified before gets the new reason. Raises :class:`Refused` naming the field.
    """
    _open(programme)
    chosen = {gap.value: gap for gap in of(programme)}
    values = list(dict.fromkeys(wanted))
    if not values:
        raise Refused(_l("Choose what the reason is for: at least one clause or process."), field="gaps")
    if not reason.strip():
        raise Refused(
            _l("Write down why this is not audited this year: a gap needs its reason."), field="reason"
        )
    if len(reason.strip()) > LONGEST_REASON:
        raise Refused(_l("At most %(max)d characters, please.", max=LONGEST_REASON), field="reason")
    known = [chosen[value] for value in values if value in chosen]
    if len(known) < len(values):
        raise Refused(_l("Some of these are covered by now. Look at the list again."), field="gaps")
    earlier = {gap.value: gap.justified.reason for gap in known if gap.justified}
    details = {"before": earlier} if earlier else {}
    with trail.act("programme.justify", programme, by=by, gaps=values, reason=reason.strip(), **details):
        rows = [gap.justified or CoverageGap(kind=gap.kind, key=gap.key) for gap in known]
        for row in rows:
            row.reason, row.by, row.at, row.programme = reason.strip(), by, now(), programme
            db.session.add(row)
    return rows


def withdraw(programme: Programme, value: str, *, by: Person) -> None:
    """Take a justification back; the gap blocks the approval again."""
    _open(programme)
    row = next((each for each in programme.gaps if f"{each.kind.value}:{each.key}" == value), None)
    if row is None:
        raise Refused(_l("This justification was taken back already."))
    with trail.act("programme.unjustify", programme, by=by, gap=value, reason=row.reason):
        programme.gaps.remove(row)


def _open(programme: Programme) -> None:
    if programme.state is ProgrammeState.CLOSED:
        raise Refused(_l("The programme %(code)s is closed: its record stays as it is.", code=programme.code))

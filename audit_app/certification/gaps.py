"""The gap list (差距清单): what the gap audit found missing, and the plan that closes it.

Its rows are the findings of the gap audit and those of its answers that no finding speaks of. There is no
second list: a nonconformity is planned by its actions, anything lighter by one plan row.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.certification import queries
from audit_app.certification.models import GapPlan
from audit_app.checklists import queries as checklists
from audit_app.checklists.models import AnswerRevision, ChecklistItem, Verdict
from audit_app.competence.standards import clause_told
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.findings.models import Action, ActionState, Finding, FindingState
from audit_app.findings.told import clause_of
from audit_app.programme.models import Audit
from audit_app.trail import services as trail

GAPS = (Verdict.MAJOR, Verdict.MINOR, Verdict.OBSERVATION, Verdict.OFI)
"""Answers that say that something is missing or could be better."""
HALF = 50
"""Percent that an action counts when it is reported done and not yet verified."""


@dataclass(frozen=True)
class Gap:
    """One row of the list. ``key`` names it in addresses: finding or item, and its number."""

    kind: str
    id: int
    code: str
    clause: str
    label: Any
    title: str
    text: str
    measures: tuple[str, ...]
    owners: tuple[str, ...]
    due: date | None
    progress: int
    settled: bool
    plan: GapPlan | None
    by_actions: bool

    @property
    def planned(self) -> bool:
        """Whether somebody has said what will be done."""
        return bool(self.measures) or self.settled

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.settled or self.progress == 100


@dataclass(frozen=True)
class GapList:
    """The rows, and how far they have come."""

    audit: Audit
    rows: tuple[Gap, ...]

    @property
    def done(self) -> int:
        """Gaps that are closed."""
        return sum(row.done for row in self.rows)

    @property
    def planned(self) -> int:
        """Gaps with a plan."""
        return sum(row.planned for row in self.rows)

    @property
    def progress(self) -> int:
        """Mean progress in percent; a closed gap counts whole."""
        return round(sum(row.progress for row in self.rows) / len(self.rows)) if self.rows else 0

    def late(self, on: date) -> int:
        """Gaps past their date that are not closed."""
        return sum(row.due is not None and row.due < on and not row.done for row in self.rows)


def gaps(audit: Audit, *, to: Person) -> GapList:
    """The list of one gap audit as a person may see it. Five queries, whatever its length."""
    plans, findings = queries.gap_plans(), queries.gap_findings(audit, to=to)
    spoken = {each.item_id for each in findings if each.item_id is not None}
    heads = {
        number: found[-1]
        for number, found in checklists.heads(audit).items()
        if found[-1].value in GAPS and number not in spoken
    }
    items = queries.gap_items(list(heads))
    rows = [_of_finding(each, plans.get(("finding", each.id))) for each in findings]
    rows += [_of_answer(items[number], head, plans.get(("item", number))) for number, head in heads.items()]
    return GapList(audit, tuple(sorted(rows, key=lambda row: (_order(row.clause), row.code))))


def _order(told: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """Clauses as people count them, 8.2 before 8.10; those of another standard after our own."""
    standard, _space, clause = told.rpartition(" ")
    return standard, tuple((int(part) if part.isdecimal() else 0, part) for part in clause.split("."))


def _of_finding(finding: Finding, plan: GapPlan | None) -> Gap:
    actions = [each for each in finding.actions if each.state is not ActionState.CANCELLED]
    own = plan if not finding.is_nonconformity else None
    measures = [each.title for each in actions] + ([own.measure] if own else [])
    owners = [each.owner.name for each in actions] + ([own.owner.name] if own else [])
    dues = [each.due_on for each in actions] + ([own.due_on] if own else [])
    closed = finding.state is FindingState.CLOSED
    most = 99 if finding.is_nonconformity else 100  # a nonconformity is done when it is closed, not before
    shares = [_share(each) for each in actions] + ([own.progress] if own else [])
    mean = round(sum(shares) / len(shares)) if shares else 0
    return Gap(
        "finding", finding.id, finding.code, clause_of(finding), finding.grade, finding.title,
        finding.nonconformity or finding.objective_evidence, tuple(measures), tuple(dict.fromkeys(owners)),
        max(dues, default=finding.due_on), 100 if closed else min(most, mean),
        closed, own, finding.is_nonconformity,
    )  # fmt: skip


def _share(action: Action) -> int:
    return {ActionState.VERIFIED: 100, ActionState.DONE: HALF}.get(action.state, 0)


def _of_answer(item: ChecklistItem, head: AnswerRevision, plan: GapPlan | None) -> Gap:
    standard = item.checklist.template_version.template.standard
    return Gap(
        "item", item.id, "", clause_told(standard, item.clause), head.value, item.title or item.prompt,
        head.note, (plan.measure,) if plan else (), (plan.owner.name,) if plan else (),
        plan.due_on if plan else None, plan.progress if plan else 0, False, plan, False,
    )  # fmt: skip


def get_gap(audit: Audit, kind: str, number: int, *, to: Person) -> Gap:
    """One row of the list. Raises :class:`NotVisible`."""
    found = next((row for row in gaps(audit, to=to).rows if (row.kind, row.id) == (kind, number)), None)
    if found is None:
        raise NotVisible
    return found


def plan_gap(
    gap: Gap,
    *,
    measure: str,
    owner: Person | None,
    due_on: date | None,
    progress: int = 0,
    note: str = "",
    by: Person,
) -> GapPlan:
    """Say what will be done about a gap, by whom, until when, how far it is. Raises :class:`Refused`."""
    if not by.may(Permission.AUDIT_PLAN):
        raise Refused(_l("Your role does not plan how gaps are closed. Tell the audit programme manager."))
    if gap.by_actions:
        raise Refused(
            _l("%(code)s is a nonconformity: its plan is its actions. Add them there.", code=gap.code)
        )
    if not measure.strip():
        raise Refused(_l("Say what will be done."), "measure")
    if owner is None:
        raise Refused(_l("Name who does it."), "owner_id")
    if due_on is None:
        raise Refused(_l("Say until when it will be done."), "due_on")
    if not 0 <= progress <= 100:
        raise Refused(_l("Progress is a percentage from 0 to 100."), "progress")
    if progress == 100 and not note.strip():
        raise Refused(
            _l("A gap is closed by showing what was done: say it, and where it can be seen."), "note"
        )
    plan = gap.plan or GapPlan(**{f"{gap.kind}_id": gap.id})
    with db.session.begin_nested(), trail.act("gap_plan.write", plan, by=by), db.session.no_autoflush:
        plan.measure, plan.owner, plan.due_on = measure.strip(), owner, due_on
        plan.progress, plan.note = progress, note.strip()
        db.session.add(plan)
    return plan

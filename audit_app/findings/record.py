"""All that is on record of findings, for their papers: what the trail, the checks and the requests say.

The columns of a finding hold what stands now. What was said and signed before it was opened again stands in
the trail alone; nothing of that is left out here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, lazyload

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.evidence import queries as evidence
from audit_app.evidence.models import Attachment
from audit_app.findings.deadline_models import Escalation, Extension, OriginalDate
from audit_app.findings.models import Action, CheckKind, Finding, FindingCheck
from audit_app.trail import queries as trail
from audit_app.trail.models import TrailEntry

RESTARTS = frozenset({"finding.reopen", "finding.fail_check", "finding.resume"})
"""Acts that open a finding again: what was agreed, done and verified before them no longer counts."""
ENDINGS = frozenset({"finding.withdraw", "finding.concede"})
"""Acts that end a finding which does not hold."""


@dataclass(frozen=True)
class Check:
    """A verification or a check of effectiveness; ``shown`` and ``record`` are of one that was passed."""

    kind: CheckKind
    passed: bool
    by: str
    at: datetime
    note: str
    shown: str = ""
    record: str = ""
    record_on: str = ""


@dataclass(frozen=True)
class Round:
    """What stood when a finding was opened again, by the names of its columns; ``act`` is the reopening."""

    act: TrailEntry
    facts: dict[str, Any]


@dataclass(frozen=True)
class Record:
    """One finding with everything on record about it; ``files`` are those on itself and on its actions."""

    finding: Finding
    acts: Sequence[TrailEntry] = ()
    action_acts: dict[int, list[TrailEntry]] = field(default_factory=dict)
    files: Sequence[tuple[str, Attachment]] = ()
    extensions: Sequence[Extension] = ()
    escalations: Sequence[Escalation] = ()
    first_dates: Sequence[OriginalDate] = ()

    def last(self, *actions: str) -> TrailEntry | None:
        """The newest act of these names."""
        return next((each for each in reversed(self.acts) if each.action in actions), None)

    @property
    def rounds(self) -> list[Round]:
        """What stood each time the finding was opened again, oldest first."""
        return rounds(self.acts)

    @property
    def checks(self) -> list[Check]:
        """Every verification and check of effectiveness, failed ones too, oldest first."""
        return checks(self.finding, self.acts)


def rounds(acts: Sequence[TrailEntry]) -> list[Round]:
    """The facts before each reopening, put together from the changes the trail holds."""
    facts: dict[str, Any] = {}
    found = []
    for act in acts:
        if act.action in RESTARTS:
            found.append(Round(act, dict(facts)))
        facts |= {key: after for key, (_before, after) in act.facts.get("changes", {}).items()}
    return found


def checks(finding: Finding, acts: Sequence[TrailEntry]) -> list[Check]:
    """The rows of ``finding_check``; what was verified before those rows existed comes from the columns."""
    closings = {act.at: act for act in acts if act.action == "finding.close"}
    found = [_check(each, closings) for each in finding.checks]
    known = {each.kind for each in found if each.passed}
    if finding.verified_by and finding.verified_at and CheckKind.VERIFICATION not in known:
        found.append(
            Check(CheckKind.VERIFICATION, True, finding.verified_by.name, finding.verified_at,
                  finding.verification_note)
        )  # fmt: skip
    seen = finding.is_nonconformity and finding.effectiveness_note and CheckKind.EFFECTIVENESS not in known
    if seen and finding.closed_by and finding.closed_at:
        found.append(
            Check(CheckKind.EFFECTIVENESS, True, finding.closed_by.name, finding.closed_at,
                  finding.effectiveness_note)
        )  # fmt: skip
    return sorted(found, key=lambda each: each.at)


def _check(row: FindingCheck, closings: dict[datetime, TrailEntry]) -> Check:
    """A row with the record it was judged by, which the closing wrote in the same moment."""
    near = [act for at, act in closings.items() if abs((at - row.at).total_seconds()) < 5]
    passed = row.kind is CheckKind.EFFECTIVENESS and row.passed and near
    changes = near[0].facts.get("changes", {}) if passed else {}
    said = {name: (changes.get(f"effectiveness_{name}") or (None, ""))[1] or "" for name in
            ("shown_by", "record", "record_on")}  # fmt: skip
    return Check(
        row.kind,
        row.passed,
        row.by.name,
        row.at,
        row.note,
        said["shown_by"],
        said["record"],
        said["record_on"],
    )


def of(finding: Finding) -> Record:
    """Everything about one finding."""
    return of_many([finding])[0]


def of_many(findings: Sequence[Finding]) -> list[Record]:
    """Everything about several findings, in a number of queries that does not depend on how many they are."""
    ids = [each.id for each in findings]
    actions = [action for each in findings for action in each.actions]
    promised = [each.id for each in actions]
    acts = trail.acts(Finding.__tablename__, ids)
    action_acts = trail.acts(Action.__tablename__, promised)
    own, theirs = evidence.of_many("finding", ids), evidence.of_many("action", promised)
    _meet({key for each in actions for key in (each.owner_id, each.done_by_id, each.verified_by_id)})
    asked = _rows(Extension, ids, promised, Extension.asked_at, Extension.asked_by, Extension.decided_by)
    escalated = _rows(Escalation, ids, promised, Escalation.day, Escalation.to)
    dates = list(
        db.session.scalars(
            select(OriginalDate)
            .where(OriginalDate.finding_id.in_(ids))
            .order_by(OriginalDate.round, OriginalDate.id)
        )
    )
    found = []
    for finding in findings:
        mine = {each.id for each in finding.actions}
        files = [(finding.code, file) for file in own.get(finding.id, ())]
        files += [(each.code, file) for each in finding.actions for file in theirs.get(each.id, ())]
        found.append(
            Record(
                finding,
                acts.get(finding.id, []),
                {key: rows for key, rows in action_acts.items() if key in mine},
                files,
                [row for row in asked if row.finding_id == finding.id or row.action_id in mine],
                [row for row in escalated if row.finding_id == finding.id or row.action_id in mine],
                [row for row in dates if row.finding_id == finding.id],
            )
        )
    return found


def _meet(ids: set[int | None]) -> None:
    """Read the people of all actions at once, so that none of them is read alone later."""
    query = select(Person).where(Person.id.in_([each for each in ids if each is not None]))
    db.session.scalars(query.options(lazyload(Person.roles))).all()


def _rows(kind: Any, findings: list[int], actions: list[int], order: Any, *people: Any) -> list[Any]:
    """Requests or escalations of findings and of their actions, with the people they name."""
    query = (
        select(kind)
        .where(or_(kind.finding_id.in_(findings), kind.action_id.in_(actions)))
        .order_by(order, kind.id)
        .options(*(joinedload(each).lazyload(Person.roles) for each in people))
    )
    return list(db.session.scalars(query).unique())

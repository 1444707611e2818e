"""Has this happened before? Earlier findings that look like the one being written, and chains of repeats.

The rule (R10 of the procedure): the same clause, the same process or department, within the months of the
policy, in similar words. Where only the clause agrees, the words must agree more. Several minors on one
requirement speak for a major, whoever committed them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, case, func, literal, or_, select
from sqlalchemy.orm import aliased, joinedload

from audit_app.accounts.models import Person, Process
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.findings.figures import COUNTED
from audit_app.findings.likeness import DEFAULT, ELSEWHERE, of_tokens, says_enough, tokens
from audit_app.findings.models import NONCONFORMITY, Finding, FindingState, Grade
from audit_app.findings.repeat_models import FindingRepeat, RepeatPolicy
from audit_app.findings.visibility import seen_by, visible_to

MOST = 1000
"""Candidates compared at most, the newest first: far more than one clause collects in a year."""
SHOWN = 5
"""Proposals shown at a time."""


def policy() -> RepeatPolicy:
    """What counts as a repeat here; the defaults until somebody decides otherwise."""
    return db.session.get(RepeatPolicy, 1) or RepeatPolicy(id=1, months=12, likeness=DEFAULT, minors=3)


@dataclass(frozen=True)
class Wording:
    """What is known of a finding while it is written; everything may still be empty."""

    title: str = ""
    nonconformity: str = ""
    clause: str = ""
    process_id: int | None = None
    department_id: int | None = None
    grade: Grade | None = None
    day: date | None = None
    finding_id: int | None = None
    """The finding itself, when it has been stored already."""

    @property
    def text(self) -> str:
        """What is compared."""
        return f"{self.title} {self.nonconformity}".strip()


def wording(finding: Finding) -> Wording:
    """A stored finding as it would be written now."""
    return Wording(
        finding.title, finding.nonconformity, finding.clause, finding.process_id, finding.department_id,
        finding.grade, finding.raised_on, finding.id,
    )  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """An earlier finding that may be the same fault: where it agrees, and how alike the words are (%)."""

    id: int
    code: str
    title: str
    grade: Grade
    state: FindingState
    raised_on: date
    same_clause: bool
    same_process: bool
    same_department: bool
    likeness: int
    chosen: bool = False
    area_named: bool = True
    """Whether the finding being written says where it belongs at all."""

    @property
    def same_area(self) -> bool:
        """Process or department agree."""
        return self.same_process or self.same_department


@dataclass(frozen=True)
class Upgrade:
    """What speaks for a major: repeats in the same area, and minors on the requirement with this one."""

    repeats: int
    minors: int
    clause: str
    months: int
    enough: bool
    """Whether there are as many minors as the policy asks for."""


# --- proposals ----------------------------------------------------------------------------------------------


def proposals(draft: Wording, *, to: Person, chosen: Collection[int] = ()) -> list[Proposal]:
    """Earlier findings that may be the same fault, the likest first; those chosen already come always.

    At most two queries and the policy, whatever the number of findings.
    """
    rule, draft = policy(), _placed(draft)
    text = tokens(draft.text)
    found = []
    for row in _candidates(draft, rule, to) if says_enough(draft.text) else ():
        made = _compared(row, draft, text, row.id in chosen)
        if made.likeness >= rule.likeness + (0 if made.same_clause and made.same_area else ELSEWHERE):
            found.append(made)
    found.sort(key=lambda each: (-each.likeness, -each.raised_on.toordinal(), -each.id))
    shown = found[:SHOWN]
    lacking = set(chosen) - {each.id for each in shown}
    query = _plain(visible_to(to).where(Finding.id.in_(lacking))) if lacking else None
    kept = db.session.execute(query).all() if query is not None else ()
    return [*(_compared(row, draft, text, True) for row in kept), *shown]


def _placed(draft: Wording) -> Wording:
    """The department of the process, where none is named: as it will be when the finding is stored."""
    if draft.department_id is not None or draft.process_id is None:
        return draft
    department = db.session.scalar(select(Process.department_id).where(Process.id == draft.process_id))
    return replace(draft, department_id=department)


def _window(draft: Wording, months: int) -> list[ColumnElement[bool]]:
    day = draft.day or today()
    conditions: list[ColumnElement[bool]] = [
        COUNTED,
        Finding.raised_on.between(day - relativedelta(months=months), day),
    ]
    return conditions if draft.finding_id is None else [*conditions, Finding.id != draft.finding_id]


def _candidates(draft: Wording, rule: RepeatPolicy, to: Person) -> Sequence[Any]:
    area: list[ColumnElement[bool]] = []
    if draft.process_id is not None:
        area.append(Finding.process_id == draft.process_id)
    if draft.department_id is not None:
        area.append(Finding.department_id == draft.department_id)
    if draft.clause:
        where = Finding.clause == draft.clause
    elif area:
        where = or_(*area)
    else:
        return ()
    found = visible_to(to).where(where, *_window(draft, rule.months)).with_only_columns(Finding.id)
    newest = found.order_by(Finding.raised_on.desc(), Finding.id.desc()).limit(MOST)
    # The long texts are fetched for the newest alone, not for all that are sorted.
    return db.session.execute(
        _plain(select(Finding).where(Finding.id.in_(select(newest.subquery().c.id))))
    ).all()


def _plain(query: Any) -> Any:
    return query.with_only_columns(
        Finding.id, Finding.code, Finding.title, Finding.nonconformity, Finding.grade, Finding.state,
        Finding.raised_on, Finding.clause, Finding.process_id, Finding.department_id,
    )  # fmt: skip


def _compared(row: Any, draft: Wording, text: str, chosen: bool) -> Proposal:
    return Proposal(
        row.id, row.code, row.title, row.grade, row.state, row.raised_on,
        same_clause=bool(draft.clause) and row.clause == draft.clause,
        same_process=draft.process_id is not None and row.process_id == draft.process_id,
        same_department=draft.department_id is not None and row.department_id == draft.department_id,
        likeness=of_tokens(text, tokens(f"{row.title} {row.nonconformity}")),
        chosen=chosen,
        area_named=draft.process_id is not None or draft.department_id is not None,
    )  # fmt: skip


def upgrade(draft: Wording, found: Sequence[Proposal], *, to: Person) -> Upgrade | None:
    """What speaks for grading a minor as major; None for another grade, or when nothing does."""
    if draft.grade not in (None, Grade.MINOR):
        return None
    rule = policy()
    again = [each for each in found if each.same_area and each.grade in NONCONFORMITY]
    minors = 0
    if draft.clause:
        query = visible_to(to).where(Finding.clause == draft.clause, Finding.grade == Grade.MINOR)
        earlier = query.where(*_window(draft, rule.months)).with_only_columns(func.count())
        minors = (db.session.scalar(earlier) or 0) + 1
    enough = minors >= rule.minors
    return Upgrade(len(again), minors, draft.clause, rule.months, enough) if again or enough else None


def earlier(finding: Finding, *, to: Person) -> list[Finding]:
    """R10: nonconformities on the same clause and department within the months of the policy, as far as the
    person sees them; the newest first."""
    if not (finding.is_nonconformity and finding.clause and finding.department_id):
        return []
    query = visible_to(to).where(
        Finding.clause == finding.clause,
        Finding.department_id == finding.department_id,
        Finding.grade.in_(NONCONFORMITY),
        Finding.id < finding.id,
        *_window(wording(finding), policy().months),
    )
    return list(db.session.scalars(query.order_by(Finding.raised_on.desc(), Finding.id.desc()).limit(20)))


# --- chains -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chained:
    """One finding of a chain, as its page, paper and pack show it."""

    id: int
    code: str
    title: str
    grade: Grade
    state: FindingState
    raised_on: date


def chain(finding: Finding, *, to: Person | None) -> list[Chained]:
    """All findings linked with this one by repeats, back and forth, oldest first, itself among them.

    Only what the person may see; ``to=None`` is for the report of the finding, which is one paper whoever
    prints it and names codes and dates alone. Empty when nothing is linked.
    """
    link = FindingRepeat
    start = select(literal(finding.id).label("id")).cte("chain", recursive=True)
    other = case((link.later_id == start.c.id, link.earlier_id), else_=link.later_id)
    linked = start.union(
        select(other).join_from(start, link, or_(link.later_id == start.c.id, link.earlier_id == start.c.id))
    )
    query = select(
        Finding.id, Finding.code, Finding.title, Finding.grade, Finding.state, Finding.raised_on
    ).where(Finding.id.in_(select(linked.c.id)))
    if to is not None:
        query = query.where(seen_by(to))
    rows = db.session.execute(query.order_by(Finding.raised_on, Finding.id)).all()
    return [Chained(*row) for row in rows] if len(rows) > 1 else []


def links_of(finding: Finding, *, to: Person) -> list[FindingRepeat]:
    """The confirmed links from this finding to earlier ones that the person may see."""
    query = (
        select(FindingRepeat)
        .join(Finding, Finding.id == FindingRepeat.earlier_id)
        .where(FindingRepeat.later_id == finding.id, seen_by(to))
        .options(
            joinedload(FindingRepeat.earlier), joinedload(FindingRepeat.confirmed_by).lazyload(Person.roles)
        )
        .order_by(Finding.raised_on, FindingRepeat.id)
    )
    return list(db.session.scalars(query))


def chosen(finding: Finding, *, to: Person) -> list[int]:
    """Ids of the earlier findings this one is confirmed to repeat."""
    return [link.earlier_id for link in links_of(finding, to=to)]


def earlier_codes(*, to: Person | None = None) -> dict[int, str]:
    """Codes of the findings that each finding repeats, by its id: one query for a whole register."""
    earlier = aliased(Finding)
    query = (
        select(FindingRepeat.later_id, earlier.code)
        .join(earlier, earlier.id == FindingRepeat.earlier_id)
        .order_by(FindingRepeat.later_id, earlier.raised_on, earlier.id)
    )
    if to is not None:
        query = query.where(earlier.id.in_(select(Finding.id).where(seen_by(to))))
    found: dict[int, list[str]] = {}
    for later_id, code in db.session.execute(query):
        found.setdefault(later_id, []).append(code)
    return {number: ", ".join(codes) for number, codes in found.items()}

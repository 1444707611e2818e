"""What became of a finding, as blocks for paper: plan, actions, dates, checks, reopenings, every single step.

Nothing is cut: each table holds all its rows, those that failed or were refused among them.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from audit_app.core.clock import local, today
from audit_app.exports.document import Block, Callout, Facts, Grid, GridCell, GridColumn, Heading, Text
from audit_app.exports.values import Badge, Strong, listed, titled, tone_of
from audit_app.findings import deadlines, escalation
from audit_app.findings.cause_models import CauseCategory
from audit_app.findings.deadline_models import Extension
from audit_app.findings.models import Action, ActionState, Finding, FindingState, Grade, Proof
from audit_app.findings.record import Check, Record
from audit_app.trail import words
from audit_app.trail.models import TrailEntry

DASH = "–"
ELSEWHERE = ("finding.cause_", "finding.extend", "finding.extension_", "finding.escalate")
"""Acts that stand elsewhere on the paper: in the drawing of the cause, among the dates."""
REASONED = ("send_back", "cancel", "hand_over", "edit")
"""What happened to an action beside being done and verified."""


def moment(at: datetime | None) -> str:
    """A moment to the minute on the organisation's clocks."""
    return f"{local(at):%Y-%m-%d %H:%M}" if at is not None else DASH


def who(name: str, at: datetime | None) -> str:
    return _("%(name)s, %(at)s", name=name, at=moment(at)) if name else moment(at)


def _columns(*given: tuple[str, float]) -> tuple[GridColumn, ...]:
    return tuple(GridColumn(title, width) for title, width in given)


# --- dispute, plan ------------------------------------------------------------------------------------------


def dispute(on_record: Record) -> list[Block]:
    """What the owner did not accept, and what somebody else decided, each with moment and reason."""
    finding = on_record.finding
    if finding.disputed_at is None:
        return []
    act = on_record.last("finding.dispute")
    name = act.actor_name if act is not None else finding.owner.name if finding.owner else ""
    rows: list[tuple[GridCell, ...]] = [(finding.disputed_at, _("Disputed"), name, finding.dispute_reason)]
    if finding.dispute_decided_at is not None and finding.dispute_decided_by is not None:
        decision = _("Decided: the finding stands") if finding.accepted_at else _("Decided: it does not hold")
        rows.append(
            (finding.dispute_decided_at, decision, finding.dispute_decided_by.name, finding.dispute_answer)
        )
    columns = _columns((_("When"), 2), (_("What"), 2.2), (_("Who"), 1.8), (_("Reason"), 6))
    note = [] if len(rows) > 1 else [Text(_("The dispute is not decided yet."), "note")]
    return [Grid(columns, tuple(rows), compact=True), *note]


def plan(on_record: Record) -> list[Block]:
    """Who proposed and approved the plan and when, what came back, by what and when effectiveness is seen."""
    finding = on_record.finding
    proposed = on_record.last("finding.propose") if finding.proposed_at is not None else None
    approver = finding.planned_by.name if finding.planned_by else ""
    rows: list[tuple[str, GridCell]] = [
        (_("Plan proposed by"), who(proposed.actor_name if proposed else "", finding.proposed_at)),
        (_("Plan approved by"), who(approver, finding.planned_at)),
        (_("Criterion of effectiveness"), finding.effectiveness_criterion or DASH),
        (_("Effectiveness check due"), finding.effectiveness_due_on or DASH),
    ]
    back = [each for each in on_record.acts if each.action == "finding.return_plan"]
    rows += [(_("Plan returned"), (who(each.actor_name, each.at), _reason(each))) for each in back]
    return [Facts(tuple(rows))]


def _reason(act: TrailEntry) -> str:
    details = act.facts.get("details", {})
    return str(details.get("reason") or details.get("note") or "")


# --- actions ------------------------------------------------------------------------------------------------


def actions(on_record: Record) -> list[Block]:
    """Every action with who, until when (first and present date), how it was done, who verified it."""
    columns = _columns(
        (_("Code"), 2), (_("What will be done, and what was done"), 5), (_("Who does it"), 2), (_("Due"), 2),
        (_("Reported done"), 2.1), (_("Verified by"), 2.1), (_("State"), 1.8),
    )  # fmt: skip
    rows = tuple(_action(each, on_record.action_acts.get(each.id, ())) for each in on_record.finding.actions)
    return [Grid(columns, rows, compact=True, empty=_("No action was planned."))]


def _action(action: Action, acts: Iterable[TrailEntry]) -> tuple[GridCell, ...]:
    due: GridCell = action.due_on
    if action.due_on != action.original_due_on:
        due = (action.due_on, titled(_("first"), action.original_due_on.isoformat()))
    done_by = (action.done_by or action.owner).name
    verifier = action.verified_by.name if action.verified_by else ""
    return (
        (Strong(action.code), action.kind.label),
        (action.title, *_told(action, acts)),
        action.owner.name,
        due,
        (done_by, moment(action.done_at)) if action.done_at else DASH,
        (verifier, moment(action.verified_at)) if action.verified_at else DASH,
        Badge(action.state.label, tone_of(action.state.tone)),
    )


def _told(action: Action, acts: Iterable[TrailEntry]) -> list[str]:
    """Each report and what was sent back or given up, in the order of time."""
    lines = []
    for act in acts:
        name = act.action.removeprefix("action.")
        note = (
            (act.facts.get("changes", {}).get("done_note") or (None, ""))[1]
            if name == "done"
            else _reason(act)
        )
        if name == "done" or (name in REASONED and (note or name == "hand_over")):
            what = words.sentence(act.action)
            line = _("%(at)s, %(name)s %(what)s", at=moment(act.at), name=act.actor_name, what=what)
            lines.append(titled(line, str(note)) if note else line)
    if not lines and action.done_note:
        lines.append(titled(_("Done"), action.done_note))
    if not lines and action.state is ActionState.CANCELLED:
        lines.append(titled(_("Cancelled"), action.cancel_reason))
    return lines


# --- dates --------------------------------------------------------------------------------------------------


def dates(on_record: Record) -> list[Block]:
    """First dates of every round, requests for more time with their decisions, escalations by date."""
    blocks: list[Block] = []
    finding = on_record.finding
    promised = [*_earlier_dates(on_record)]
    promised += [_promise(each, finding) for each in deadlines.promises(finding)]
    if finding.body_due_on is not None:
        body = finding.body_due_on
        promised.append((_("Deadline of the certification body"), body, body, DASH, ""))
    if promised:
        columns = _columns(
            (_("Type"), 4), (_("First date"), 2), (_("Date that counts"), 2), (_("Kept on"), 2),
            (_("Days late"), 1.6),
        )  # fmt: skip
        blocks.append(Grid(columns, tuple(promised), compact=True))
    codes = {each.id: each.code for each in finding.actions}
    if on_record.extensions:
        columns = _columns(
            (_("Of what"), 2), (_("From, to"), 2), (_("Asked by"), 2.6), (_("Reason"), 4),
            (_("Decided by"), 3.4), (_("Result"), 2),
        )  # fmt: skip
        rows = tuple(_extension(each, _code(each, finding, codes)) for each in on_record.extensions)
        blocks += [Heading(_("Requests for more time"), 3), Grid(columns, rows, compact=True)]
    if on_record.escalations:
        columns = _columns(
            (_("Day"), 1.8), (_("Of what"), 2), (_("Missed date"), 3.4), (_("Rung"), 2.8),
            (_("Who was told"), 2.6),
        )  # fmt: skip
        rows = tuple(
            (each.day, _code(each, finding, codes), (each.term.label, each.first_on), each.rung.label,
             each.to.name if each.to else each.told.label)
            for each in on_record.escalations
        )  # fmt: skip
        blocks += [Heading(_("Escalation"), 3), Grid(columns, rows, compact=True)]
    return blocks


def _code(row: Any, finding: Finding, codes: dict[int, str]) -> str:
    return finding.code if row.action_id is None else codes[row.action_id]


def _earlier_dates(on_record: Record) -> list[tuple[GridCell, ...]]:
    """The first dates of rounds that were opened again since: they stay on record."""
    now = on_record.finding.reopened or 0
    found: list[tuple[GridCell, ...]] = []
    for row in on_record.first_dates:
        if row.round < now:
            when = _("before it was opened again (%(number)s)", number=row.round + 1)
            found.append(((row.term.label, when), row.due_on, DASH, DASH, ""))
    return found


def _promise(promise: deadlines.Promise, finding: Finding) -> tuple[GridCell, ...]:
    """A line of the dates; what somebody else owes, or what was withdrawn, is not late of its owner."""
    first = promise.first_on or promise.due_on
    met = promise.met_on or (None if finding.settled else today())
    counts = promise.term in escalation.OWED and finding.state is not FindingState.WITHDRAWN
    late = max(0, (met - first).days) if first is not None and met is not None and counts else 0
    return promise.term.label, first or DASH, promise.due_on or DASH, promise.met_on or DASH, late or ""


def _extension(row: Extension, code: str) -> tuple[GridCell, ...]:
    asked = row.asked_by.name if row.asked_by is not None else _("given without a request")
    decided: GridCell = DASH
    if row.decided_by is not None:
        decided = (row.decided_by.name, moment(row.decided_at), *((row.decision,) if row.decision else ()))
    return (
        code,
        (row.from_on, row.to_on),
        (asked, moment(row.asked_at)),
        row.reason,
        decided,
        Badge(row.state.label, tone_of(row.state.tone)),
    )


# --- checks, reopenings -------------------------------------------------------------------------------------


def checks(on_record: Record) -> list[Block]:
    """Every verification and every check of effectiveness, passed or not, with what it was judged by."""
    finding = on_record.finding
    columns = _columns(
        (_("When"), 2), (_("Kind"), 1.9), (_("Who"), 1.7), (_("Result"), 1.9), (_("What was seen"), 6)
    )
    empty = _("Nobody has verified the actions yet.")
    if finding.closed_before and not finding.reopened:
        empty = finding.effectiveness_note or _("Closed before this system, with what the old register says.")
    return [Grid(columns, tuple(_check(each) for each in on_record.checks), compact=True, empty=empty)]


def _check(check: Check) -> tuple[GridCell, ...]:
    proof = next((each.label for each in Proof if each.value == check.shown), "")
    shown = str(check.record or check.record_on)
    if check.record and check.record_on:
        shown = _("%(name)s, %(at)s", name=check.record, at=check.record_on)
    lines = [check.note, *([titled(str(proof), shown)] if proof and shown else [])]
    result = Badge(_("Passed"), "good") if check.passed else Badge(_("Not passed"), "bad")
    return check.at, check.kind.label, check.by, result, tuple(lines)


def ends(finding: Finding) -> list[Block]:
    """When effectiveness is or was to be seen, how often that failed, and when the finding was closed."""
    told: list[tuple[str, GridCell]] = [
        (_("Effectiveness check due"), finding.effectiveness_due_on or DASH),
        (_("Closed on"), finding.closed_on or DASH),
    ]
    if finding.effectiveness_failures:
        told.insert(1, (_("Failed checks of effectiveness"), str(finding.effectiveness_failures)))
    return [Facts(tuple(told))]


def rounds(on_record: Record) -> list[Block]:
    """Each reopening with who, when and why, and what had been said before it."""
    blocks: list[Block] = []
    for place, each in enumerate(on_record.rounds, 1):
        act, facts = each.act, each.facts
        head = _("%(number)s. %(name)s, %(at)s", number=place, name=act.actor_name, at=moment(act.at))
        tone = "bad" if act.action == "finding.fail_check" else "warn"
        blocks.append(Callout(_reason(act) or DASH, tone, titled(head, str(words.sentence(act.action)))))
        kind = next((one.label for one in CauseCategory if one.value == facts.get("cause_category")), "")
        before = (
            (_("Correction"), facts.get("correction")),
            (_("Corrected on"), facts.get("correction_done_on")),
            (_("Cause"), facts.get("cause")),
            (_("Kind of cause"), str(kind)),
            (_("Similar cases"), facts.get("similar_cases")),
            (_("Criterion of effectiveness"), facts.get("effectiveness_criterion")),
            (_("Effectiveness"), facts.get("effectiveness_note")),
            (_("Closed on"), facts.get("closed_on")),
        )  # fmt: skip
        known = tuple((title, str(text)) for title, text in before if text)
        if known:
            blocks += [Heading(_("What had been said before"), 3), Facts(known)]
    return blocks


# --- every step ---------------------------------------------------------------------------------------------


def course(on_record: Record) -> list[Block]:
    """Every step of the finding in the order of time, as it was signed: when, who, what, and the reason."""
    acts = [each for each in on_record.acts if not each.action.startswith(ELSEWHERE)]
    if not acts:
        return []
    columns = _columns(
        (_("When"), 2), (_("Signed in the system by"), 2.2), (_("What"), 3.2), (_("Reason"), 5)
    )
    rows = tuple((each.at, _actor(each), words.sentence(each.action), _why(each)) for each in acts)
    return [Grid(columns, rows, compact=True)]


def _actor(act: TrailEntry) -> str:
    return act.actor_name if act.actor_id is not None else _("the daily command")


def _why(act: TrailEntry) -> str:
    """The reason given; of a change of words which ones; of another grade, which."""
    changes = act.facts.get("changes", {})
    lines = [_reason(act)]
    if act.action == "finding.regrade" and "grade" in changes:
        names = {each.value: str(each.label) for each in Grade}
        before, after = changes["grade"]
        lines.insert(0, f"{names.get(before, before)} → {names.get(after, after)}")
    elif act.action in ("finding.edit", "finding.hand_over") and changes:
        lines.insert(0, listed(dict.fromkeys(str(words.field(each)) for each in changes)))
    return "\n".join(line for line in lines if line)

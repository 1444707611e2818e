"""The chapter of the generator: what weighs, the proposal of the next three years, and what it leaves out."""

from datetime import date
from functools import partial
from typing import Any

from audit_app.demo.story import Story, texts
from audit_app.planning import maps, phrases, queries, services
from audit_app.planning.models import NoteKind
from audit_app.programme import gaps, versions
from audit_app.programme import services as programme
from audit_app.programme.models import ProgrammeState
from audit_app.programme.record_models import GapKind

PROPOSED, PLANNED, APPROVED_ANEW = -9, -6, -240
CYCLE = 3


def tell(story: Story) -> None:
    """Put the events on the list."""
    for note in texts("planning")["notes"]:
        story.plan(note["since"] + 2, 11, partial(_note, story, note))
    story.plan(APPROVED_ANEW, 15, partial(_approve_changes, story))
    story.plan(PROPOSED, 9, partial(_propose, story))
    story.plan(PLANNED, 14, partial(_plan, story))


def justify(story: Story, plan: Any) -> None:
    """Give the reason for what a programme leaves out, as the manager does before the approval."""
    left = [gap.value for gap in gaps.unjustified(plan)]
    if left:
        gaps.justify(plan, left, story.said(texts("planning")["gap"]), by=story.people["lin"])


def _note(story: Story, note: dict[str, Any]) -> None:
    process, since = story.processes[note["process"]], story.day(note["since"])
    services.add_note(process, NoteKind(note["kind"]), story.said(note), since, by=story.people["lin"])


def _approve_changes(story: Story) -> None:
    """An audit of the year was cancelled since the approval: the programme gets another version."""
    for key, plan in story.audits.items():
        if not key.startswith("programme") or plan.state is not ProgrammeState.APPROVED:
            continue
        if any(versions.since_approval(plan)):
            justify(story, plan)
            programme.approve_changes(plan, story.said(texts("planning")["carrier"]), by=story.people["chen"])


def _propose(story: Story) -> None:
    lin, first = story.people["lin"], story.today.year + 1
    story.audits["proposal"] = made = services.propose(first, CYCLE, by=lin)
    lines = {line.code: line for line in made.lines}
    for each in texts("planning")["adjust"]:
        line = lines[each["process"]]
        chosen = [date(first, month, 1) for month in each["months"]]
        wanted = [day.year * 12 + day.month - 1 for day in chosen]
        rest = [month for month in line.months if month // 12 != first]
        services.adjust(line, wanted + rest, each["days"], story.said(each), by=lin)


def _plan(story: Story) -> None:
    """The proposal becomes audits; what the first year leaves out is justified with its own words."""
    lin, proposal = story.people["lin"], story.audits["proposal"]
    audits = services.plan_audits(proposal, by=lin)
    plan = next(each.programme for each in audits if each.programme.year == proposal.first_year)
    reasons = {key: phrases.absence(line, plan.year) for key, line in queries.reasons_for(plan.year).items()}
    for each in maps.left_out(plan, reasons, to=lin):
        if each.suggestion and each.gap.kind is GapKind.PROCESS:
            gaps.justify(plan, [each.gap.value], each.suggestion, by=lin)

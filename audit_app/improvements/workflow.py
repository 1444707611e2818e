"""The life of an improvement (clause 10.2) as a table: recorded, evaluated, approved with a target, done,
measured against the target, reported.

Whoever proposes does not decide; whoever carries it out does not close it.
"""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.core.workflow import Guard, Offer, Step, Workflow
from audit_app.improvements.models import Improvement, ImprovementState

S = ImprovementState


def scored(improvement: Improvement, _person: Person) -> Any:
    """The criteria of the evaluation: benefit, effort and risk, each with 1 to 5."""
    return None if improvement.points is not None else _l("Score benefit, effort and risk with 1 to 5.")


def not_own_proposal(improvement: Improvement, person: Person) -> Any:
    """Four eyes."""
    if person.id == improvement.proposed_by_id:
        return _l("You proposed this. Somebody else decides about it.")
    return None


def has_target(improvement: Improvement, _person: Person) -> Any:
    """10.2: a target is set before anything is done."""
    if improvement.target is None or improvement.target_kind is None:
        return _l("Set a target first: what for, how much, in which unit.")
    return None


def has_owner(improvement: Improvement, _person: Person) -> Any:
    """Somebody carries it out, until a day."""
    if improvement.owner is None or improvement.due_on is None:
        return _l("Name who carries it out and until when.")
    if not improvement.owner.active:
        return _l("%(name)s is no longer active. Choose somebody else.", name=improvement.owner.name)
    return None


def carries_out(improvement: Improvement, person: Person) -> Any:
    """The owner acts; who manages the register may write it down for them."""
    if person.id == improvement.owner_id or person.may(P.IMPROVEMENT_EVALUATE):
        return None
    return _l("Only who carries it out does this.")


def not_own_work(improvement: Improvement, person: Person) -> Any:
    """Nobody closes what they carried out."""
    if person.id == improvement.owner_id:
        return _l("You carried this out. Somebody else closes it.")
    return None


IMPROVEMENT = Workflow(
    "improvement",
    (
        Step("evaluate", _l("Evaluate"), (S.PROPOSED, S.EVALUATED), S.EVALUATED, P.IMPROVEMENT_EVALUATE,
             (scored,)),
        Step("approve", _l("Approve"), (S.EVALUATED,), S.APPROVED, P.IMPROVEMENT_APPROVE,
             (not_own_proposal, scored, has_target, has_owner), "success"),
        Step("decline", _l("Decline the proposal"), (S.PROPOSED, S.EVALUATED), S.DECLINED,
             P.IMPROVEMENT_APPROVE, (not_own_proposal,), "warning"),
        Step("start", _l("Start"), (S.APPROVED,), S.IN_PROGRESS, P.IMPROVEMENT_PROPOSE, (carries_out,)),
        Step("implement", _l("Report implemented"), (S.IN_PROGRESS,), S.IMPLEMENTED, P.IMPROVEMENT_PROPOSE,
             (carries_out,)),
        Step("measure", _l("Measure against the target"), (S.IMPLEMENTED, S.MEASURED), S.MEASURED,
             P.IMPROVEMENT_PROPOSE, (carries_out,)),
        Step("close", _l("Close with the result"), (S.MEASURED,), S.CLOSED, P.IMPROVEMENT_APPROVE,
             (not_own_work,), "success"),
        Step("resume", _l("Go on: not reached yet"), (S.MEASURED,), S.IN_PROGRESS, P.IMPROVEMENT_APPROVE,
             (), "warning"),
    ),
)  # fmt: skip

CONCERNS: frozenset[Guard] = frozenset({carries_out})
"""Guards that say a step is not for this person: such a step is not shown at all."""
SUPPLIED: frozenset[Guard] = frozenset({scored})
"""Guards over facts that the form of the step itself asks for."""

NEXT: dict[ImprovementState, Any] = {
    S.PROPOSED: _l("Benefit, effort and risk are scored, and a target is set."),
    S.EVALUATED: _l("Somebody who did not propose it approves or declines it."),
    S.APPROVED: _l("Who carries it out starts."),
    S.IN_PROGRESS: _l("Who carries it out reports it implemented."),
    S.IMPLEMENTED: _l("The result is measured against the target."),
    S.MEASURED: _l("Somebody who did not carry it out closes it with the result, or lets it go on."),
    S.CLOSED: _l("Nothing more to do: the result is on record."),
    S.DECLINED: _l("Nothing more to do: the proposal was declined with a reason."),
}


def offers(improvement: Improvement, person: Person) -> list[Offer]:
    """The steps to show, each with what must be there before its form opens."""
    shown = []
    for step in IMPROVEMENT.steps:
        if improvement.state not in step.frm or not person.may(step.needs):
            continue
        said = {guard: guard(improvement, person) for guard in step.guards}
        if any(words is not None for guard, words in said.items() if guard in CONCERNS):
            continue
        given = SUPPLIED if step.name == "evaluate" else frozenset()
        shown.append(
            Offer(
                step,
                tuple(words for guard, words in said.items() if words is not None and guard not in given),
            )
        )
    return shown


def may_edit(improvement: Improvement, person: Person) -> bool:
    """Until it is decided: who proposed it, and who evaluates."""
    if improvement.state not in (S.PROPOSED, S.EVALUATED):
        return False
    return person.may(P.IMPROVEMENT_EVALUATE) or (
        person.id == improvement.proposed_by_id and improvement.state is S.PROPOSED
    )


def may_attach(improvement: Improvement, person: Person) -> Any:
    """Why this person cannot attach a file now; None when they can."""
    if improvement.settled:
        return _l("This improvement is settled, so its files stay as they are.")
    if person.id in (improvement.owner_id, improvement.proposed_by_id) or person.may(P.IMPROVEMENT_EVALUATE):
        return None
    return _l("Files are attached by who proposed it, who carries it out, and who evaluates.")

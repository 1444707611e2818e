"""The verbs on decisions: asked for before the meeting, taken or refused in it, tracked as actions after
it.
"""

from datetime import date

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import action_services
from audit_app.findings.models import ActionKind
from audit_app.reviews.models import AnyKey, Decision, DecisionState, Review, key_of
from audit_app.reviews.workflow import may_decide
from audit_app.trail import services as trail


def ask_decision(
    review: Review,
    *,
    text: str,
    input_key: AnyKey | str,
    rationale: str = "",
    options: str = "",
    resources: str = "",
    owner: Person | None = None,
    due_on: date | None = None,
    by: Person,
) -> Decision:
    """Put a decision before the meeting: what is asked, why, which options at what cost, who would do it
    by when.
    """
    _open(review, by)
    number = max((row.number for row in review.decisions), default=0) + 1
    with db.session.begin_nested():
        decision = Decision(
            review=review,
            number=number,
            input_key=key_of(input_key),
            state=DecisionState.ASKED,
            text=_said(text),
            rationale=rationale.strip(),
            options=options.strip(),
            chosen="",
            resources=resources.strip(),
            owner=_able(owner),
            due_on=due_on,
        )
        with trail.act("decision.ask", decision, by=by):
            db.session.add(decision)
    return decision


def edit_decision(
    decision: Decision,
    *,
    text: str,
    input_key: AnyKey | str,
    rationale: str = "",
    options: str = "",
    resources: str = "",
    owner: Person | None = None,
    due_on: date | None = None,
    by: Person,
) -> Decision:
    """Word a decision better, or change who and when, until approval."""
    _open(decision.review, by)
    if decision.state is DecisionState.TAKEN and (owner is None or due_on is None):
        raise Refused(
            _l("A decision that is taken needs an owner and a due date."),
            "owner_id" if owner is None else "due_on",
        )
    with db.session.begin_nested(), trail.act("decision.edit", decision, by=by):
        decision.text, decision.input_key = _said(text), key_of(input_key)
        decision.rationale, decision.options = rationale.strip(), options.strip()
        decision.resources, decision.owner, decision.due_on = resources.strip(), _able(owner), due_on
        if decision.chosen not in decision.considered:
            decision.chosen = ""
    return decision


def take_decision(
    decision: Decision,
    *,
    text: str | None = None,
    owner: Person | None,
    due_on: date | None,
    chosen: str | None = None,
    by: Person,
) -> Decision:
    """The meeting decided: as asked, or in other words; with owner and due date (R13). ``chosen``: which of
    the options, in its own words; "" for none of them, None as before.
    """
    _open(decision.review, by)
    if owner is None:
        raise Refused(_l("Name who carries the decision out."), "owner_id")
    if due_on is None or due_on < decision.review.meets_on:
        raise Refused(_l("Give a due date on or after the meeting."), "due_on")
    if chosen and chosen not in decision.considered:
        raise Refused(_l("This option is not among those considered. Choose one of the list."), "chosen")
    with db.session.begin_nested(), trail.act("decision.take", decision, by=by):
        decision.chosen = decision.chosen if chosen is None else chosen
        decision.text = _said(decision.text if text is None else text)
        decision.owner, decision.due_on, decision.state = _able(owner), due_on, DecisionState.TAKEN
    return decision


def reject_decision(decision: Decision, *, by: Person) -> Decision:
    """The meeting did not approve it; it stays on record."""
    _open(decision.review, by)
    with db.session.begin_nested(), trail.act("decision.reject", decision, by=by):
        decision.state = DecisionState.REJECTED
    return decision


def become_actions(review: Review, *, by: Person) -> None:
    """Each decision taken becomes a tracked action; it returns as input a) of the next review."""
    for decision in review.decisions:
        if (
            decision.state is DecisionState.TAKEN
            and decision.action_id is None
            and decision.due_on is not None
        ):
            action = action_services.add_action(
                title=decision.text[:1000],
                owner=decision.owner,
                due_on=decision.due_on,
                kind=ActionKind.DECISION,
                review=review,
                by=by,
            )
            with trail.act("decision.track", decision, by=by, tracked=action.code):
                decision.action = action


def _open(review: Review, by: Person) -> None:
    if not may_decide(review, by):
        raise Refused(
            _l(
                "Decisions are asked and taken between preparation and approval, by those who "
                "prepare or approve."
            )
        )


def _said(text: str) -> str:
    if not text.strip():
        raise Refused(_l("Say what is to be decided."), "text")
    return text.strip()


def _able(owner: Person | None) -> Person | None:
    if owner is not None and not owner.may(Permission.ACTION_DO):
        raise Refused(
            _l("%(name)s cannot carry out actions. Choose somebody else.", name=owner.name), "owner_id"
        )
    return owner

"""The life of a review as a table, and the guards of its approval (R11, R12, R13)."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.core.clock import today
from audit_app.core.days import SaidDay
from audit_app.core.workflow import Step, Workflow
from audit_app.exports.values import listed
from audit_app.reviews.compile_audits import last_report
from audit_app.reviews.models import (
    AnyKey,
    DecisionState,
    ExtraKey,
    InputKey,
    Review,
    ReviewInput,
    ReviewState,
)
from audit_app.reviews.supplement_models import SupplementState

S = ReviewState


def input_filled(row: ReviewInput) -> bool:
    """Whether an input holds an assessment or a justified "nothing to report"."""
    return bool(row.text.strip()) or (row.nothing_to_report and bool(row.reason.strip()))


def may_attach(review: Review, _person: Person) -> Any:
    """Why files cannot be attached to a review any more; None while they can (R17: approved is frozen)."""
    if not review.frozen:
        return None
    return _l(
        "%(code)s is approved and frozen. Attach the file to an action that follows from it.",
        code=review.code,
    )


def may_attach_to_input(row: ReviewInput, person: Person) -> Any:
    """The same for one input: it is frozen with its review."""
    return may_attach(row.review, person)


def asked_inputs(review: Review) -> list[AnyKey]:
    """The fourteen inputs and the extra ones that a chosen standard opened, in the order of the standards."""
    opened = {row.key for row in review.inputs}
    return [*InputKey, *(extra for extra in ExtraKey if extra in opened)]


def missing_inputs(review: Review) -> list[AnyKey]:
    """Inputs that say nothing yet, in the order of the standard."""
    filled = {row.key for row in review.inputs if input_filled(row)}
    return [key for key in asked_inputs(review) if key not in filled]


def inputs_complete(review: Review, _person: Person) -> Any:
    """R11: all fourteen inputs, and those that a chosen standard adds."""
    missing = missing_inputs(review)
    if not missing:
        return None
    return _l(
        "Inputs without assessment: %(letters)s. Write each, or declare “nothing to report” with a reason.",
        letters=", ".join(key.value for key in missing),
    )


def after_audits(review: Review, _person: Person) -> Any:
    """R12: the review met after the last audit report of its period."""
    last = last_report(review.period_from, review.period_to)
    if last is None or review.meets_on > last:
        return None
    return _l(
        "The last audit of the period was reported on %(day)s. The review must meet "
        "after it, because audit results "
        "are an input: move the meeting.",
        day=SaidDay(last),
    )


def decisions_settled(review: Review, _person: Person) -> Any:
    """Nothing is left merely asked."""
    asked = [row.code for row in review.decisions if row.state is DecisionState.ASKED]
    if not asked:
        return None
    return _l("Not decided yet: %(codes)s. Take each decision or refuse it.", codes=", ".join(asked))


def decisions_owned(review: Review, _person: Person) -> Any:
    """R13: each decision taken has an owner and a date that is still ahead when it becomes an action."""
    taken = [row for row in review.decisions if row.state is DecisionState.TAKEN]
    bare = [row.code for row in taken if row.owner_id is None or row.due_on is None]
    if bare:
        return _l("Without owner or due date: %(codes)s.", codes=", ".join(bare))
    past = [row.code for row in taken if row.due_on is not None and row.due_on < today()]
    if past:
        return _l("The due date has passed: %(codes)s. Set a day from today on.", codes=", ".join(past))
    return None


def chair_attended(review: Review, _person: Person) -> Any:
    """Top management leads the review itself (5.1, 9.3); a deputy only if they may approve it too."""
    chair = next((each for each in review.participants if each.person_id == review.chair_id), None)
    came = chair.who_came if chair is not None else None
    if came is not None and came.may(P.REVIEW_APPROVE):
        return None
    if came is not None:
        return _l("%(name)s stood in for the chair and may not approve a review.", name=came.name)
    return _l("%(name)s chairs the review and is not recorded as present.", name=review.chair.name)


def quorum_met(review: Review, _person: Person) -> Any:
    """As many as were stated were there, and every required function; deputies count. Before the attendance
    is recorded nothing can be said."""
    if all(each.attended is None for each in review.participants):
        return None
    away = [
        f"{each.person.name} ({each.function})" if each.function else each.person.name
        for each in review.participants
        if each.required and not each.there
    ]
    if away:
        return _l(
            "No quorum without %(names)s: neither they nor a deputy were there. Meet again, or "
            "record who came.",
            names=listed(away),
        )
    there = sum(each.there for each in review.participants)
    if there >= review.quorum:
        return None
    return _l(
        "No quorum: %(there)s of the %(count)s who must be there came. Meet again, or record who came.",
        there=there,
        count=review.quorum,
    )


def concluded(review: Review, _person: Person) -> Any:
    """Suitability, adequacy and effectiveness, each in words."""
    texts = (review.suitability, review.adequacy, review.effectiveness)
    if all(text.strip() for text in texts):
        return None
    return _l("Write the conclusion on suitability, adequacy and effectiveness: three texts.")


def meeting_has_come(review: Review, _person: Person) -> Any:
    """A meeting is recorded when it has taken place."""
    if review.meets_on <= today():
        return None
    return _l("The meeting is on %(day)s. Record it on that day or later.", day=SaidDay(review.meets_on))


APPROVAL = (
    inputs_complete,
    after_audits,
    decisions_settled,
    decisions_owned,
    quorum_met,
    chair_attended,
    concluded,
)

REVIEW = Workflow(
    "review",
    (
        Step("prepare", _l("Start preparing"), (S.PLANNED,), S.PREPARING, P.REVIEW_PREPARE),
        Step(
            "hold",
            _l("Record the meeting"),
            (S.PREPARING,),
            S.HELD,
            P.REVIEW_PREPARE,
            (meeting_has_come, quorum_met),
        ),
        Step(
            "approve", _l("Approve and freeze"), (S.HELD,), S.APPROVED, P.REVIEW_APPROVE, APPROVAL, "success"
        ),
        Step("record", _l("Change minutes, conclusion"), (S.HELD,), S.HELD, P.REVIEW_PREPARE),
    ),
)

W = SupplementState

SUPPLEMENT = Workflow(
    "review_supplement",
    (
        Step("edit", _l("Change the supplement"), (W.WRITTEN,), W.WRITTEN, P.REVIEW_PREPARE, (), "secondary"),
        Step("issue", _l("Issue the supplement"), (W.WRITTEN,), W.ISSUED, P.REVIEW_APPROVE, (), "success"),
        Step(
            "withdraw",
            _l("Withdraw the supplement"),
            (W.WRITTEN,),
            W.WITHDRAWN,
            P.REVIEW_PREPARE,
            (),
            "danger",
        ),
    ),
)
"""A correction of an approved review: written by who prepares reviews, issued by top management;
withdrawn by who prepares them, as long as it is not issued."""

OPEN = frozenset({S.PREPARING, S.HELD})
"""While inputs are written and decisions asked and taken."""


def may_write(row: ReviewInput, person: Person) -> bool:
    """Who prepares the review may write each input, its owner the own one; nobody after approval."""
    owns = row.owner_id == person.id and person.may(P.REVIEW_CONTRIBUTE)
    return row.review.state in OPEN and (person.may(P.REVIEW_PREPARE) or owns)


def may_decide(review: Review, person: Person) -> bool:
    """Decisions are prepared by who prepares the review, and taken by top management or recorded for it."""
    return review.state in OPEN and (person.may(P.REVIEW_PREPARE) or person.may(P.REVIEW_APPROVE))


def may_minute(review: Review, person: Person) -> bool:
    """Who may write down what was said and collect signatures: as :func:`may_decide`."""
    return may_decide(review, person)


def may_plan(review: Review, person: Person) -> bool:
    """Whether title, dates and participants can still be changed, and by this person."""
    return not review.frozen and person.may(P.REVIEW_PREPARE)

"""A finding in plain words, for somebody who comes twice a month and speaks no auditors' language."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person, in_reader_language
from audit_app.checklists.titles import titles_of
from audit_app.findings import cover, deadlines
from audit_app.findings.models import OWNERS_TURN, Action, ActionState, Finding, FindingState, Grade

F = FindingState

MEANS: dict[Grade, Any] = {
    Grade.MAJOR: _l(
        "A major nonconformity: a requirement is not met as a whole, or so often that the result is in doubt."
    ),
    Grade.MINOR: _l("A minor nonconformity: a requirement was not met in single cases."),
    Grade.OBSERVATION: _l("An observation: nothing is broken yet, but it is worth watching."),
    Grade.OFI: _l("An opportunity for improvement: it is in order, and could be better."),
    Grade.GOOD_PRACTICE: _l("A good practice: others can learn from it."),
}
"""What a grade means, without a term of the trade."""

YOURS: dict[FindingState, Any] = {
    F.ISSUED: _l("Read what was found. Accept it, or say what in it is not right."),
    F.ACCEPTED: _l("Put this one case right, and say what you did and when. The cause comes later."),
    F.CORRECTED: _l("Say why it could happen, and where else it could happen too."),
    F.ANALYSED: _l("Say what you will change so that it cannot happen again, who does it and until when."),
    F.PLANNED: _l("The plan is approved. Start the actions."),
    F.IN_PROGRESS: _l("Carry out the actions, show them with records or photos, and report them done."),
}
"""What is asked of the owner now, said to them."""
YOUR_ACTION = _l("Do what is written here, add what shows it (a record, a photo) and report it done.")


@dataclass(frozen=True)
class Owed:
    """What is owed now and by which day: the date that counts, and the first one where it was another;
    ``for_owner`` where the reader acts for somebody."""

    words: Any
    due_on: date | None
    first_on: date | None
    for_owner: Person | None = None


def owed(subject: Finding | Action, person: Person) -> Owed | None:
    """What this person owes; None when it is not their turn."""
    owner = cover.acting_for(subject, person)
    if person.id != subject.owner_id and owner is None:
        return None
    if isinstance(subject, Action):
        if subject.state is not ActionState.OPEN:
            return None
        return Owed(YOUR_ACTION, subject.due_on, _other(subject.original_due_on, subject.due_on), owner)
    if subject.state not in OWNERS_TURN or not subject.is_nonconformity:
        return None
    return Owed(YOURS[subject.state], subject.next_due_on, first_date(subject), owner)


def first_date(finding: Finding) -> date | None:
    """The first date of what is due next, where more time moved it."""
    for promise in deadlines.promises(finding):
        if promise.due_on == finding.next_due_on and promise.met_on is None:
            return _other(promise.first_on, promise.due_on)
    return None


def _other(first: date | None, now: date | None) -> date | None:
    return first if first is not None and first != now else None


def clause_title(finding: Finding) -> str:
    """Short title of the clause in the reader's language; "" when no checklist names it."""
    item = finding.item
    if item is not None and item.clause == finding.clause and item.title:
        return item.title
    name = titles_of([finding.clause]).get(finding.clause)
    return in_reader_language(name.en, name.zh) if name is not None else ""

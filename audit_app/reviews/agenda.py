"""The agenda of a review: which topic when, for how long, who speaks; and what was said, written live."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Conflict, Refused
from audit_app.reviews.integrated import keys_of
from audit_app.reviews.meeting_models import AgendaItem
from audit_app.reviews.models import AnyKey, InputKey, Review
from audit_app.reviews.workflow import may_minute, may_plan
from audit_app.trail import services as trail

LENGTH = 150
"""Minutes of a meeting unless another length is said."""
USUAL = 5
LONGER: dict[InputKey, int] = dict.fromkeys(
    (InputKey.A, InputKey.C1, InputKey.C2, InputKey.C3, InputKey.D, InputKey.H, InputKey.J, InputKey.K), 10
)
"""Minutes proposed for an input; the others get ``USUAL``."""
LONGEST = 50_000


@dataclass(frozen=True)
class Slot:
    """One row of the agenda as it is wanted; ``item`` None is a new topic."""

    item: AgendaItem | None
    position: int
    title: str
    minutes: int
    speaker: Person | None = None
    removed: bool = False


@dataclass(frozen=True)
class Timed:
    """A topic with its hours; without a beginning of the meeting, counted from 0:00."""

    item: AgendaItem
    starts: str
    ends: str
    speaker: Person | None


def propose(review: Review) -> None:
    """Put what is missing on the agenda: the opening, every input, decisions and conclusion."""
    known = {item.input_key for item in review.agenda}
    if not review.agenda:
        _add(review, None, _("Opening, attendance, quorum"), USUAL)
    for key in keys_of(review):
        if key not in known:
            _add(review, key, "", LONGER.get(key, USUAL) if isinstance(key, InputKey) else USUAL)
    if not any(item.input_key is None and item.position > 1 for item in review.agenda):
        _add(review, None, _("Decisions, conclusion, next review"), 15)


def _add(review: Review, key: AnyKey | None, title: str, minutes: int) -> None:
    position = max((item.position for item in review.agenda), default=0) + 1
    review.agenda.append(AgendaItem(input_key=key, title=title, minutes=minutes, position=position, notes=""))


def renew(review: Review, *, by: Person) -> Review:
    """The agenda as it is proposed, for a review that has none or lacks an input."""
    _open(review, by)
    with db.session.begin_nested(), trail.act("review.agenda", review, by=by):
        propose(review)
    return review


def set_agenda(
    review: Review, slots: Sequence[Slot], *, begins: time | None, length: int, by: Person
) -> Review:
    """Order, minutes and speakers of the topics, when the meeting begins and how long it lasts (minutes).

    Raises :class:`Refused` naming ``length``, ``minutes_<id>`` or ``title_<id>``; inputs stay on it.
    """
    _open(review, by)
    if not 10 <= length <= 1440:
        raise Refused(_l("A meeting lasts between 10 minutes and a day."), "length")
    told = [
        f"{slot.position}. {slot.item.name if slot.item else slot.title} {slot.minutes}" for slot in slots
    ]
    with db.session.begin_nested(), trail.act("review.agenda", review, by=by, agenda=told):
        review.begins, review.length = begins, length
        for slot in slots:
            _take(review, slot)
        for place, item in enumerate(sorted(review.agenda, key=lambda each: each.position), 1):
            item.position = place
    return review


def _take(review: Review, slot: Slot) -> None:
    item = slot.item
    number = item.id if item is not None else "new"
    if not 0 <= slot.minutes <= 600:
        raise Refused(_l("Between 0 and 600 minutes, please."), f"minutes_{number}")
    if item is not None and slot.removed and item.input_key is None:
        if item.notes:
            raise Refused(_l("Something is noted on this topic: it stays on the agenda."), f"title_{number}")
        review.agenda.remove(item)
        return
    if item is None:
        item = AgendaItem(input_key=None, notes="")
        review.agenda.append(item)
    elif item.input_key is None and not slot.title.strip():
        raise Refused(_l("Say what the topic is about."), f"title_{number}")
    if item.input_key is None:
        item.title = slot.title.strip()
    item.position, item.minutes, item.speaker = slot.position, slot.minutes, slot.speaker


def _open(review: Review, by: Person) -> None:
    if not may_plan(review, by):
        raise Refused(
            _l("An approved review cannot be changed, and only who prepares it may change it before.")
        )


def timetable(review: Review) -> list[Timed]:
    """The topics in order with their hours; who writes an input speaks to it unless another is named."""
    owners = {row.key: row.owner for row in review.inputs}
    at = datetime.combine(date(2000, 1, 1), review.begins or time())
    rows = []
    for item in sorted(review.agenda, key=lambda each: each.position):
        end = at + timedelta(minutes=item.minutes)
        speaker = item.speaker or (owners.get(item.input_key) if item.input_key else None)
        rows.append(Timed(item, _hours(review, at), _hours(review, end), speaker))
        at = end
    return rows


def _hours(review: Review, at: datetime) -> str:
    if review.begins is not None:
        return f"{at:%H:%M}"
    return f"{(at - datetime.combine(date(2000, 1, 1), time())) // timedelta(minutes=1)}′"


def total(items: Iterable[AgendaItem]) -> int:
    """Minutes of all topics."""
    return sum(item.minutes for item in items)


def write_notes(item: AgendaItem, text: str, *, version: int, by: Person) -> AgendaItem:
    """What was said on a topic, over the version that the writer saw.

    Raises :class:`Conflict` with the stored text when somebody else wrote meanwhile: nothing is overwritten.
    """
    if not may_minute(item.review, by):
        raise Refused(
            _l("Notes are written between preparation and approval, by those who prepare or approve.")
        )
    if len(text) > LONGEST:
        raise Refused(_l("At most %(max)d characters, please.", max=LONGEST), "notes")
    if text == item.notes:
        return item
    if version != item.version:
        raise Conflict(
            _l("Somebody else wrote here meanwhile. Nothing you typed is lost: choose what stays."),
            {
                "text": item.notes,
                "version": item.version,
                "by": item.noted_by.name if item.noted_by else "",
            },
        )
    item.notes, item.noted_by, item.noted_at = text, by, now()
    db.session.flush()
    trail.note("review_note.write", item, by=by, letters=len(text))
    return item

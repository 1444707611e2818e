"""Who worked where, and until when: what independence asks of the past (9.2.2 b).

A row begins when somebody joins a department, becomes its head or comes to own a process, and ends when they
leave; it also ends for those whose department ran a process that goes to another one. The services that
change those facts write the rows, inside the same act.
"""

from collections.abc import Iterable
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from audit_app.accounts.models import Department, Organisation, Person, Process
from audit_app.core.clock import today
from audit_app.core.db import Base, by_value, db
from audit_app.core.labels import Label

MONTHS = 12
"""Months that pass before former work no longer conflicts, unless the organisation sets another number."""


class Post(Label):
    """As what somebody worked in a department or process."""

    MEMBER = "member", _l("Member"), "secondary"
    HEAD = "head", _l("Head"), "info"
    OWNER = "owner", _l("Process owner"), "teal"


class Tenure(Base):
    """A stretch of time in which a person worked in a department or owned a process.

    ``started_on`` is empty when the beginning lies before the first record; ``ended_on`` while it lasts.
    """

    __tablename__ = "tenure"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    post: Mapped[Post] = mapped_column(by_value(Post))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="tenures")
    department: Mapped[Department | None] = relationship(lazy="joined")
    process: Mapped[Process | None] = relationship(lazy="joined")

    __table_args__ = (
        CheckConstraint("(department_id IS NULL) <> (process_id IS NULL)", name="department_or_process"),
        CheckConstraint("ended_on >= started_on", name="ends_after_start"),
    )

    @property
    def place(self) -> Department | Process:
        """The department or process."""
        found = self.department or self.process
        assert found is not None  # held by the check
        return found


def move(post: Post, person: Person, before: Department | None, after: Department | None) -> None:
    """A person changes their department."""
    if before is not after:
        _end(post, person, before)
        _begin(post, person, after)


def hand_over(post: Post, place: Department | Process, before: Person | None, after: Person | None) -> None:
    """A department gets another head, or a process another owner."""
    if before is not after:
        _end(post, before, place)
        _begin(post, after, place)


def moved(process: Process, before: Department | None, after: Department | None) -> None:
    """A process goes to another department: whoever ran it until today (members and head of the former
    department, not of the new one) keeps it as former work. Moved back on the same day, nothing stays."""
    if before is after:
        return
    people = _people_of(after)
    slip = [row for row in _of_process(process) if row.ended_on == today() and row.person in people]
    if slip:
        for row in slip:
            row.person.tenures.remove(row)
            db.session.delete(row)
        return
    for person in _people_of(before) - people:
        db.session.add(Tenure(person=person, post=Post.MEMBER, process=process, ended_on=today()))


def _of_process(process: Process) -> list[Tenure]:
    query = select(Tenure).where(Tenure.process_id == process.id, Tenure.post == Post.MEMBER)
    return list(db.session.scalars(query))


def _people_of(department: Department | None) -> set[Person]:
    if department is None:
        return set()
    here = Person.department_id == department.id
    people = set(db.session.scalars(select(Person).where(here, Person.active)))
    return people | ({department.head} if department.head else set())


def _begin(post: Post, person: Person | None, place: Department | Process | None) -> None:
    if person is not None and place is not None:
        db.session.add(Tenure(person=person, post=post, started_on=today(), **_named(place)))


def _end(post: Post, person: Person | None, place: Department | Process | None) -> None:
    """End what lasts. What began today was a slip of the pen, and leaves no trace but the trail's."""
    if person is None or place is None:
        return
    lasting = [each for each in person.tenures if each.ended_on is None and each.post is post]
    found = next((each for each in lasting if each.place is place), None)
    if found is None:
        db.session.add(Tenure(person=person, post=post, ended_on=today(), **_named(place)))
    elif found.started_on == today():
        person.tenures.remove(found)
        db.session.delete(found)
    else:
        found.ended_on = today()


def _named(place: Department | Process) -> dict[str, Department | Process]:
    return {"department" if isinstance(place, Department) else "process": place}


def recall(people: Iterable[Person]) -> None:
    """Read the tenures of several people in one query, so that asking each costs none."""
    wanted = {each.id: each for each in people if each.id and "tenures" not in each.__dict__}
    if not wanted:
        return
    rows: dict[int, list[Tenure]] = {number: [] for number in wanted}
    query = select(Tenure).where(Tenure.person_id.in_(wanted)).order_by(Tenure.id)
    for row in db.session.scalars(query):
        rows[row.person_id].append(row)
    for number, person in wanted.items():
        set_committed_value(person, "tenures", rows[number])


def of(person: Person) -> list[Tenure]:
    """Everything a person did and does, what lasts first, then the latest first."""
    recall([person])
    return sorted(
        person.tenures,
        key=lambda each: (each.ended_on or date.max, each.started_on or date.min, each.id),
        reverse=True,
    )


def left_since(person: Person, since: date) -> list[Tenure]:
    """What a person did and no longer does, ended on or after a day; the latest first."""
    recall([person])
    found = [each for each in person.tenures if each.ended_on is not None and each.ended_on > since]
    return sorted(found, key=lambda each: (each.ended_on, each.id or 0), reverse=True)


def months() -> int:
    """Months that have to pass since former work, as the organisation sets them."""
    organisation = db.session.get(Organisation, 1)
    return MONTHS if organisation is None else organisation.independence_months


def months_before(day: date, count: int) -> date:
    """The day so many months earlier; the last day of a shorter month stands for a day it has not."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")

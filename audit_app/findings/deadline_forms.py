"""Input of the deadlines: a period, the ladder, a request for more time, a decision, handing over."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField
from wtforms.validators import NumberRange, Optional, ValidationError

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.core.clock import today
from audit_app.core.days import SaidDay
from audit_app.findings.deadline_models import Country, DayUnit, Rung, Term
from audit_app.findings.deadlines import MOST
from audit_app.findings.policy import Period
from audit_app.web.forms import (
    BaseForm,
    RadioField,
    choice,
    long_text,
    required,
    row,
    rows_as_choices,
)

GRANT, REFUSE = "grant", "refuse"
NUMBER = _l("Between %(min)s and %(max)s days.")


class PeriodForm(BaseForm):
    """How long, and how it is counted."""

    number = IntegerField(
        _l("Days"), validators=[Optional(), NumberRange(1, MOST, NUMBER)],
        description=_l("Left empty, no date is promised."),
    )  # fmt: skip
    unit = choice(_l("Counted in"), DayUnit.choices())

    def propose(self, period: Period | None) -> None:
        """What counts now."""
        if not self.is_submitted() and period is not None:
            self.number.data, self.unit.data = period.days, period.unit.value

    def facts(self) -> dict[str, Any]:
        """For the verb."""
        return {"number": self.number.data, "unit": DayUnit(self.unit.data)}


class CalendarForm(BaseForm):
    """Whose holidays and swapped working days count."""

    country = RadioField(_l("Working days"), choices=Country.choices(), validators=[required()])


def _days(rung: Rung) -> IntegerField:
    return IntegerField(rung.label, validators=[required(), NumberRange(1, 365, NUMBER)])


class LadderForm(BaseForm):
    """Working days of each rung, and the management representative."""

    owner = _days(Rung.OWNER)
    head = _days(Rung.HEAD)
    representative = _days(Rung.REPRESENTATIVE)
    review = _days(Rung.REVIEW)
    person_id = row(
        _l("Who the management representative is"),
        description=_l("Left empty, the first active audit programme manager by name."),
    )

    def propose(self, days: dict[Rung, int], named: Person | None) -> None:
        """What counts now; programme managers and top management can be named."""
        able = accounts.active_people(Role.PROGRAMME_MANAGER, Role.TOP_MANAGEMENT)
        self.person_id.choices = rows_as_choices(able, empty=True)
        if not self.is_submitted():
            for rung, count in days.items():
                self[rung.value].data = count
            self.person_id.data = named.id if named is not None else None


_WHICH = RadioField(_l("More time for"), validators=[required()])
"""Made before the fields below, because a form shows its fields in the order in which they were made."""


class ExtendForm(BaseForm):
    """A later date, and why."""

    due_on = DateField(_l("New due date"), validators=[required()])
    reason = long_text(_l("Reason"), need=True, longest=2000, rows=4)

    def validate_due_on(self, field: Any) -> None:
        """Today or later."""
        if field.data is not None and field.data < today():
            raise ValidationError(_l("This day has passed. Choose today or a later day."))


class DateForm(ExtendForm):
    """Which date of a finding, until when, and why."""

    term = _WHICH

    def offer(self, dates: dict[Term, date]) -> "DateForm":
        """The dates for which more time can be asked now; the next one is proposed."""
        self.term.choices = [
            (each.value, _l("%(term)s, due %(day)s", term=each.label, day=SaidDay(day)))
            for each, day in dates.items()
        ]
        if not self.is_submitted() and dates:
            self.term.data = min(dates, key=lambda each: dates[each]).value
        return self

    def values(self) -> dict[str, Any]:
        """For the verb."""
        return super().values() | {"term": Term(self.term.data)}


class DecisionForm(BaseForm):
    """Grant or refuse."""

    decision = RadioField(
        _l("Decision"),
        choices=[(GRANT, _l("Grant more time")), (REFUSE, _l("Keep the date"))],
        validators=[required()],
    )
    reason = long_text(
        _l("Reason"), longest=2000, rows=3, description=_l("Needed when the date stays; the owner reads it.")
    )


class HandOverForm(BaseForm):
    """To whom, and why."""

    to_id = row(_l("New owner"), need=True, description=_l("The new owner is told of each record."))
    reason = long_text(_l("Reason"), need=True, longest=2000, rows=3)

    def offer(self, person: Person) -> None:
        """Everybody active but the person."""
        others = [each for each in accounts.active_people() if each.id != person.id and each.is_active]
        self.to_id.choices = rows_as_choices(others, empty=True)

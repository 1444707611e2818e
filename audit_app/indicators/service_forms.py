"""Shape and wording of what is typed about services, agreements and maintenance."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TimeField

from audit_app.accounts import queries as accounts
from audit_app.core import workdays
from audit_app.core.clock import local, now, today
from audit_app.indicators.agreed_text import DAYS, day_text, targets_text
from audit_app.indicators.catalogue import ALWAYS, WEEK, zone_of
from audit_app.indicators.catalogue_models import Service, ServiceAgreement
from audit_app.indicators.forms import NumberField
from audit_app.indicators.levels import terms_of
from audit_app.indicators.sla import Terms
from audit_app.web.forms import (
    BaseForm,
    RadioField,
    choice,
    long_text,
    required,
    row,
    rows_as_choices,
    text,
)
from audit_app.web.forms import day as calendar_day

KINDS = [(ALWAYS, _l("Always, day and night")), (WEEK, _l("Windows of the week"))]
HOLIDAYS = [
    (workdays.NONE, _l("The hours hold on public holidays too")),
    (workdays.CHINA, _l("Off on public holidays (China); days worked in exchange count")),
]
EVERY = [(0, _l("Once")), (1, _l("Every week")), (2, _l("Every 2 weeks")), (4, _l("Every 4 weeks"))]
WEEKDAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)


class ServiceForm(BaseForm):
    """A service of the catalogue."""

    code = text(_l("Code"), need=True, longest=20, description=_l("Short and lasting, such as MAIL."))
    customer = text(_l("Customer"), description=_l("Who the agreement is made with."))
    name_en = text(_l("Name in English"))
    name_zh = text(_l("Name in Chinese"))
    owner_id = row(_l("Service owner"))
    active_from = calendar_day(_l("In the catalogue from"))
    active_to = calendar_day(
        _l("In the catalogue to"), description=_l("The last day; empty while the service is there.")
    )
    aliases = long_text(
        _l("Names in logs"),
        longest=5000,
        rows=3,
        description=_l("One a line: the service of an outage log, the category of a ticket log."),
    )

    def offer(self, service: Service | None = None) -> "ServiceForm":
        """Fill the choices and, for a service that is there, its names."""
        people = accounts.active_people()
        if service is not None and service.owner is not None and service.owner not in people:
            people = [*people, service.owner]
        self.owner_id.choices = rows_as_choices(people, empty=True)
        if service is not None and not self.is_submitted():
            self.aliases.data = "\n".join(each.name for each in service.aliases)
        return self


class AgreementForm(BaseForm):
    """What is owed from a day on."""

    valid_from = calendar_day(
        _l("Valid from"), need=True, description=_l("Months before it keep what held then.")
    )
    target = NumberField(
        _l("Availability target in percent"),
        description=_l("Of the agreed time of each month, such as 99.5."),
    )
    reason = long_text(
        _l("What was agreed, with whom"),
        need=True,
        longest=1000,
        rows=2,
        description=_l("Such as: SLA 2026 signed with the sales department."),
    )
    kind: Any = RadioField(_l("Service hours"), choices=KINDS, default=ALWAYS)
    zone = text(
        _l("Time zone"), need=True, longest=60, description=_l("Whose clock counts, such as Asia/Shanghai.")
    )
    holidays = choice(_l("Public holidays"), HOLIDAYS, need=False)
    monday = StringField(
        WEEKDAYS[0], description=_l("08:00-20:00; several separated by commas; empty: none.")
    )
    tuesday = StringField(WEEKDAYS[1])
    wednesday = StringField(WEEKDAYS[2])
    thursday = StringField(WEEKDAYS[3])
    friday = StringField(WEEKDAYS[4])
    saturday = StringField(WEEKDAYS[5])
    sunday = StringField(WEEKDAYS[6])
    in_service = long_text(
        _l("Targets in minutes of service hours"),
        longest=2000,
        rows=4,
        description=_l("One priority a line: P1, 15, 240 is response within 15 and resolution within 240."),
    )
    in_calendar = long_text(
        _l("Targets in minutes of the calendar"),
        longest=2000,
        rows=2,
        description=_l("The same for priorities that are worked on day and night."),
    )

    def offer(self, service: Service, before: ServiceAgreement | None) -> "AgreementForm":
        """Begin with what holds now: mostly only one thing changes."""
        if self.is_submitted():
            return self
        self.zone.data = zone_of(service)
        if before is not None:
            self._fill(terms_of(before))
        return self

    def _fill(self, terms: Terms) -> None:
        self.target.data = terms.target
        self.kind.data = ALWAYS if terms.hours.week is None else WEEK
        self.holidays.data = terms.hours.holidays
        for name, windows in zip(DAYS, terms.hours.week or (), strict=False):
            self[name].data = day_text(windows)
        self.in_service.data = targets_text(terms.targets, in_service=True)
        self.in_calendar.data = targets_text(terms.targets, in_service=False)

    def facts(self) -> dict[str, Any]:
        """Arguments of the service."""
        values = self.values()
        week: Sequence[str] = [values.pop(name) or "" for name in DAYS]
        words = {name: values[name] or "" for name in ("holidays", "in_service", "in_calendar")}
        return {**values, **words, "week": week}


def hour(label: Any, **kwargs: Any) -> TimeField:
    """A time of the day."""
    return TimeField(label, validators=[required()], render_kw={"step": 300}, **kwargs)


class MaintenanceForm(BaseForm):
    """Agreed maintenance, once or again and again."""

    day = calendar_day(_l("Day"), need=True)
    start = hour(_l("Begins"))
    end_on = calendar_day(_l("Day on which it ends"), description=_l("Empty for the same day."))
    end = hour(_l("Ends"))
    every = choice(_l("Repeated or once"), EVERY, coerce=int, default=0)
    until = calendar_day(_l("Repeated until"))
    announced_on = calendar_day(_l("Announced on"), need=True)
    announced_time = hour(_l("Announced at"))
    announced_by = text(
        _l("Announced by"), need=True, description=_l("Who told whom, such as: Gao, by mail to sales.")
    )
    note = text(_l("What is done"), longest=1000)

    def offer(self) -> "MaintenanceForm":
        """Announced today, unless somebody says otherwise."""
        if not self.is_submitted():
            moment = local(now()).time().replace(second=0, microsecond=0)
            self.announced_on.data, self.announced_time.data = today(), moment
        return self


class BackForm(BaseForm):
    """An agreement or maintenance that was entered by mistake."""

    reason = long_text(_l("Why it is taken back"), need=True, longest=1000, rows=2)


class NameForm(BaseForm):
    """A name of the logs for a service of the catalogue."""

    name = text(_l("Name in the log"), need=True)
    service_id = row(_l("Service"), need=True)

    def offer(self, services: Sequence[Service]) -> "NameForm":
        """Fill the choices."""
        self.service_id.choices = rows_as_choices(
            services, empty=True, show=lambda each: f"{each.code} {each.name}"
        )
        return self

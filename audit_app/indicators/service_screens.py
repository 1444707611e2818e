"""What the pages of the service catalogue show: agreements, months, outages; plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.labels import Label
from audit_app.exports.values import one_by_one
from audit_app.indicators import levels, service_tickets
from audit_app.indicators.agreed_text import day_text
from audit_app.indicators.availability import MINUTE, common, length
from audit_app.indicators.catalogue_models import MaintenanceWindow, Service, ServiceAgreement
from audit_app.indicators.levels import Line
from audit_app.indicators.models import OutageRow
from audit_app.indicators.periods import Month, Span, months
from audit_app.indicators.service_forms import WEEKDAYS
from audit_app.indicators.service_hours import DAY, Hours
from audit_app.indicators.sla import Level, month_of
from audit_app.indicators.sla_tickets import ByPriority

YEAR = 12


class Kept(Label):
    """Whether what was agreed was kept."""

    MET = "met", _l("Target met"), "success"
    MISSED = "missed", _l("Target missed"), "danger"
    UNKNOWN = "unknown", _l("No data"), "secondary"
    WITHOUT = "without", _l("Nothing agreed"), "secondary"


@dataclass(frozen=True)
class Row:
    """A month, or a year, of a service."""

    month: Month | None
    level: Level
    claimed: timedelta = timedelta()

    @property
    def state(self) -> Kept:
        """Met, missed or unknown."""
        return {True: Kept.MET, False: Kept.MISSED, None: Kept.UNKNOWN}[self.level.met]

    @property
    def target(self) -> str:
        """The target in words; both where it changed within the time."""
        return ", ".join(f"{each.normalize():f} %" for each in self.level.targets) or "–"


@dataclass(frozen=True)
class Standing:
    """A service in the list: what holds now, and its last twelve months."""

    service: Service
    agreement: ServiceAgreement | None
    year: Row | None
    rows: tuple[Row, ...]

    @property
    def missed(self) -> list[Month]:
        """The months that missed their target."""
        return [row.month for row in self.rows if row.state is Kept.MISSED and row.month is not None]

    @property
    def state(self) -> Kept:
        """An agreement is kept month by month: one month missed, and it was not kept."""
        if self.agreement is None:
            return Kept.WITHOUT
        return state_of(self.rows)


def state_of(found: Sequence[Row]) -> Kept:
    """Months together: met when no month was missed, unknown without any."""
    states = {row.state for row in found}
    return next((each for each in (Kept.MISSED, Kept.MET) if each in states), Kept.UNKNOWN)


def kept_words(found: Sequence[Row]) -> str:
    """How many of the months with agreed time met their target."""
    judged = [row.state is Kept.MET for row in found if row.state is not Kept.UNKNOWN]
    return _("met in %(met)s of %(count)s months", met=sum(judged), count=len(judged))


def last_months() -> list[Month]:
    """The last twelve months that are over, oldest first."""
    end = Month.of(today()).previous()
    return list(months(end.plus(1 - YEAR), end))


def rows(line: Line) -> list[Row]:
    """The last twelve months of a service, oldest first; months without agreed time show none."""
    return [
        Row(each, line.time.month(each), line.time.claimed(month_of(line.entry.terms, each)))
        for each in last_months()
    ]


def together(line: Line, found: Sequence[Row]) -> Row | None:
    """The same months as one: minutes added, an outage over their boundary as long as it was."""
    told = [row for row in found if row.level.up.agreed]
    if not told:
        return None
    span = period(line)
    level = line.time.level(span, partial=len(told) < len(found) or any(row.level.partial for row in told))
    return Row(None, level, line.time.claimed(span))


def period(line: Line) -> Span:
    """The last twelve months as one span, by the clock of the service."""
    first, *_rest, last = (month_of(line.entry.terms, each) for each in last_months())
    return Span(first.start, last.end)


def tickets_kept(service: Service) -> list[ByPriority]:
    """Response and resolution by priority, of the tickets opened in the last twelve months."""
    found = levels.entries([service])
    terms = found[0].terms
    if not terms:
        return []
    first, *_rest, last = (month_of(terms, each) for each in last_months())
    return service_tickets.kept(found, Span(first.start, last.end)).get(service.id, [])


def too_late(line: Line) -> float:
    """Minutes of service in the last twelve months that maintenance known too late did not take out."""
    return sum(minutes / MINUTE for _window, minutes in line.time.refused(period(line)))


def agreement_on(service: Service, on: date) -> ServiceAgreement | None:
    """The agreement that holds on a day."""
    held = [each for each in service.agreements if each.taken_back_at is None and each.valid_from <= on]
    return held[-1] if held else None


def standings(services: Iterable[Service]) -> list[Standing]:
    """Services of a list with their last twelve months; a constant number of queries."""
    chosen = list(services)
    by_id = {line.entry.service.id: line for line in levels.stored_lines(chosen)}
    made = []
    for service in chosen:
        line = by_id.get(service.id)
        found = rows(line) if line else []
        year = together(line, found) if line else None
        made.append(Standing(service, agreement_on(service, today()), year, tuple(found)))
    return made


# --- agreements
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Valid:
    """An agreement with the last day on which it held (None: until another is made)."""

    row: ServiceAgreement
    last: date | None
    now: bool


def validity(service: Service) -> list[Valid]:
    """Agreements, the newest first, with how long each holds; those taken back last."""
    held = [each for each in service.agreements if each.taken_back_at is None]
    back = [each for each in service.agreements if each.taken_back_at is not None]
    lasts = [each.valid_from - timedelta(days=1) for each in held[1:]]
    found = [
        Valid(row, last, row.valid_from <= today() and (last is None or today() <= last))
        for row, last in zip(held, [*lasts, None], strict=False)
    ]
    return [*reversed(found), *(Valid(row, None, False) for row in back)]


def hours_words(hours: Hours) -> str:
    """Service hours in a line: the days that have the same windows together."""
    if hours.week is None:
        return _("always, day and night")
    groups: list[tuple[list[int], str]] = []
    for number, windows in enumerate(hours.week):
        text = day_text(windows)
        if groups and groups[-1][1] == text and groups[-1][0][-1] == number - 1:
            groups[-1][0].append(number)
        elif text:
            groups.append(([number], text))
    said = [
        (
            f"{WEEKDAYS[days[0]]}"
            if len(days) == 1
            else _("%(first)s to %(last)s", first=WEEKDAYS[days[0]], last=WEEKDAYS[days[-1]])
        )
        + f" {text}"
        for days, text in groups
    ]
    return one_by_one(said)


def drawn(hours: Hours) -> list[tuple[str, list[tuple[int, int]]]]:
    """The week as a drawing: short name of the day, windows as (first minute, minutes long)."""
    week = hours.week if hours.week is not None else (((0, DAY),),) * 7
    names = get_day_names("abbreviated", locale=get_locale() or "en")
    return [
        (names[place], [(first, last - first) for first, last in windows])
        for place, windows in enumerate(week)
    ]


def maintenance(service: Service) -> tuple[list[MaintenanceWindow], list[MaintenanceWindow]]:
    """Windows to come (nearest first) and those over or taken back (latest first)."""
    soon = [
        each for each in service.maintenance if each.taken_back_at is None and each.ends_at.date() >= today()
    ]
    gone = [each for each in service.maintenance if each not in soon]
    return soon, list(reversed(gone))


# --- outages
# -----------------------------------------------------------------------------------------------------


class Counts(Label):
    """What an outage of the log means for the agreement."""

    COUNTED = "counted", _l("Counts in full"), "danger"
    PARTLY = "partly", _l("Counts in part"), "warning"
    EXCUSED = "excused", _l("Agreed maintenance"), "success"
    OUTSIDE = "outside", _l("Outside service hours"), "secondary"
    UNJUDGED = "unjudged", _l("Nothing agreed"), "secondary"


@dataclass(frozen=True)
class Down:
    """One row of the outage log, and what of it counts."""

    row: OutageRow
    minutes: float
    counted: float
    counts: Counts


def outages(service: Service, *, month: Month | None = None, counts: str = "") -> list[Down]:
    """The outages of a service in the log, latest first; narrowed to a month and to a meaning."""
    keys = {each.key for each in service.aliases}
    names = [
        each
        for each in db.session.scalars(select(OutageRow.service).distinct())
        if levels.key_of(each) in keys
    ]
    query = select(OutageRow).where(OutageRow.service.in_(names))
    found = db.session.scalars(query.order_by(OutageRow.started_at.desc(), OutageRow.id))
    line = next(iter(levels.stored_lines([service])), None)
    span = month.span() if month else None
    if month is not None and line is not None:
        span = month_of(line.entry.terms, month)
    told = [_down(each, line, span) for each in found if span is None or _touches(each, span)]
    return [each for each in told if not counts or each.counts.value == counts]


def _touches(row: OutageRow, span: Span) -> bool:
    return row.started_at < span.end and (row.ended_at is None or row.ended_at > span.start)


def _down(row: OutageRow, line: Line | None, span: Span | None) -> Down:
    last: datetime = row.ended_at or (line.time.watched.end if line else row.started_at)
    whole = Span(row.started_at, max(row.started_at, last))
    minutes = whole.minutes
    if line is None:
        return Down(row, minutes, 0, Counts.UNJUDGED)
    inside = whole if span is None else whole.within(span)
    counted = length(line.time.agreed_in(inside)) / MINUTE
    if counted:
        return Down(row, minutes, counted, Counts.COUNTED if counted == minutes else Counts.PARTLY)
    if common([inside], line.time.holes):
        return Down(row, minutes, 0, Counts.EXCUSED)
    return Down(row, minutes, 0, Counts.OUTSIDE if line.time.owed(row.started_at) else Counts.UNJUDGED)

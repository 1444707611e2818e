"""The registry of KPIs that are computed from logs: each a pure function of rows and a period.

Values are unrounded; an empty denominator gives no value, never 0 or 100 %. A new KPI is one more `Measure`.
Clauses: 8.6.1 incidents, 8.3.3 service levels, 8.7.1 availability (ISO/IEC 20000-1:2018).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, Protocol, TypeVar

from flask_babel import lazy_gettext as _l

from audit_app.indicators.availability import NO_TIME, OutageFacts, Uptime, by_service
from audit_app.indicators.periods import Span

Better = Literal["higher", "lower", "band"]
Rows = TypeVar("Rows", contravariant=True)

HOUR = timedelta(hours=1)
OLD = timedelta(days=30)
PERCENTILE = "linear interpolation between closest ranks (Hyndman and Fan type 7)"


class TicketFacts(Protocol):
    """What is needed of a ticket: a `Ticket` of a log or a row of the database. Moments are aware."""

    @property
    def opened_at(self) -> datetime: ...
    @property
    def resolved_at(self) -> datetime | None: ...
    @property
    def closed_at(self) -> datetime | None: ...
    @property
    def sla_met(self) -> bool | None: ...
    @property
    def reopened(self) -> bool: ...


@dataclass(frozen=True)
class Watched:
    """Outages together with the services watched and since when (None: always). See
    `availability.by_service`.
    """

    outages: Sequence[OutageFacts]
    observed: Mapping[str, Span | None]

    def uptime(self, period: Span) -> Uptime:
        """Minutes of all services together."""
        return sum(by_service(self.outages, period, self.observed).values(), NO_TIME)


@dataclass(frozen=True)
class Counted(Watched):
    """The same with the minutes of each service in the period worked out already."""

    each: Mapping[str, Uptime]

    def uptime(self, period: Span) -> Uptime:
        """Minutes of all services together, in the period they were worked out for."""
        return sum(self.each.values(), NO_TIME)


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with what it was made of. ``value`` None is "no data"."""

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Measure(Generic[Rows]):
    """One KPI: key, words, unit ("%", "h", "min", "n"), which way is better, and how it is computed."""

    key: str
    label: Any
    unit: str
    better: Better
    compute: Callable[[Rows, Span], Figure]
    kind: Literal["ratio", "mean", "count"]
    source: Literal["tickets", "outages"]
    clause: str


Tickets = Sequence[TicketFacts]


def opened_in(tickets: Iterable[TicketFacts], period: Span) -> list[TicketFacts]:
    """Tickets opened in a period: most ticket KPIs are told by the month of opening."""
    return [ticket for ticket in tickets if period.start <= ticket.opened_at < period.end]


def percentile(values: Iterable[float], percent: float) -> float | None:
    """Percentile by linear interpolation between closest ranks (type 7, as PERCENTILE.INC); None without
    values.
    """
    ranked = sorted(values)
    if not ranked:
        return None
    place = (len(ranked) - 1) * percent / 100
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)


def _share(part: int, whole: int, **extra: Any) -> Figure:
    return Figure(part / whole * 100 if whole else None, part, whole, extra)


def _count(number: int, **extra: Any) -> Figure:
    return Figure(number, number, None, extra)


def _finished_at(ticket: TicketFacts) -> datetime | None:
    """When the work ended: resolved or, where the log does not say, closed."""
    return ticket.resolved_at or ticket.closed_at


def _resolve_times(tickets: Tickets, period: Span) -> list[timedelta]:
    return [t.resolved_at - t.opened_at for t in opened_in(tickets, period) if t.resolved_at is not None]


def sla_attainment(tickets: Tickets, period: Span) -> Figure:
    """Percent of the tickets opened in the period, with a known outcome, that met their target."""
    known = [ticket.sla_met for ticket in opened_in(tickets, period) if ticket.sla_met is not None]
    return _share(sum(known), len(known))


def resolve_mean(tickets: Tickets, period: Span) -> Figure:
    """Mean hours from opening to resolution by the calendar clock, over tickets opened in the period and
    resolved.
    """
    times = _resolve_times(tickets, period)
    total = sum(times, timedelta())
    return Figure(
        total / HOUR / len(times) if times else None, total / HOUR, len(times), {"clock": "calendar"}
    )


def resolve_percentile(percent: float) -> Callable[[Tickets, Span], Figure]:
    """Percentile of the hours from opening to resolution; the same tickets and clock as the mean."""

    def compute(tickets: Tickets, period: Span) -> Figure:
        times = _resolve_times(tickets, period)
        value = percentile((time / HOUR for time in times), percent)
        return Figure(value, None, len(times), {"clock": "calendar", "method": PERCENTILE})

    return compute


def reopen_rate(tickets: Tickets, period: Span) -> Figure:
    """Percent of the tickets opened in the period and once resolved (or closed) that were opened again."""
    ended = [t for t in opened_in(tickets, period) if t.reopened or _finished_at(t) is not None]
    return _share(sum(ticket.reopened for ticket in ended), len(ended))


def opened(tickets: Tickets, period: Span) -> Figure:
    """Tickets opened in the period."""
    return _count(len(opened_in(tickets, period)))


def resolved(tickets: Tickets, period: Span) -> Figure:
    """Tickets finished in the period, whenever opened: backlog = backlog before + opened − resolved."""
    ends = (_finished_at(ticket) for ticket in tickets)
    return _count(sum(1 for end in ends if end is not None and end in period))


def _open_at(tickets: Tickets, moment: datetime) -> list[TicketFacts]:
    return [
        t for t in tickets if t.opened_at < moment and ((end := _finished_at(t)) is None or end >= moment)
    ]


def backlog(tickets: Tickets, period: Span) -> Figure:
    """Tickets opened before the end of the period, neither resolved nor closed by then; old ones beside."""
    still = _open_at(tickets, period.end)
    return _count(len(still), over_30_days=sum(period.end - ticket.opened_at > OLD for ticket in still))


def backlog_old(tickets: Tickets, period: Span) -> Figure:
    """Of the backlog, the tickets older than 30 days at the end of the period."""
    still = _open_at(tickets, period.end)
    return _count(sum(period.end - ticket.opened_at > OLD for ticket in still), backlog=len(still))


def response_mean(tickets: Tickets, period: Span) -> Figure:
    """Mean minutes from opening to first response, over tickets opened in the period that tell it."""
    times = [
        answered - ticket.opened_at
        for ticket in opened_in(tickets, period)
        if (answered := getattr(ticket, "responded_at", None)) is not None
    ]
    minutes = sum(times, timedelta()) / timedelta(minutes=1)
    return Figure(minutes / len(times) if times else None, minutes, len(times), {"clock": "calendar"})


def availability(watched: Watched, period: Span) -> Figure:
    """Percent of agreed service time that was up, all services together; outage count beside it."""
    up = watched.uptime(period)
    return Figure(up.availability, up.agreed_minutes - up.down_minutes, up.agreed_minutes, _beside(up))


def downtime(watched: Watched, period: Span) -> Figure:
    """Unplanned downtime in minutes; no value when nothing was watched."""
    up = watched.uptime(period)
    return Figure(up.down_minutes if up.agreed else None, up.down_minutes, None, _beside(up))


def outage_count(watched: Watched, period: Span) -> Figure:
    """Unplanned outages that began in the period; no value when nothing was watched."""
    up = watched.uptime(period)
    return Figure(up.outages if up.agreed else None, up.outages, None, _beside(up))


def mtbf(watched: Watched, period: Span) -> Figure:
    """Mean hours of uptime per outage begun in the period; no value without an outage."""
    up = watched.uptime(period)
    return Figure(up.mtbf_hours, (up.agreed - up.down) / HOUR, up.outages, _beside(up))


def _beside(up: Uptime) -> dict[str, Any]:
    return {"outages": up.outages, "planned_minutes": up.planned / timedelta(minutes=1)}


_INCIDENTS: tuple[Literal["tickets"], str] = ("tickets", "8.6.1")
_SERVICES: tuple[Literal["outages"], str] = ("outages", "8.7.1")
_MEDIAN = resolve_percentile(50)
_P90 = resolve_percentile(90)

TICKET_MEASURES: dict[str, Measure[Tickets]] = {
    measure.key: measure
    for measure in (
        Measure("sla", _l("SLA attainment"), "%", "higher", sla_attainment, "ratio", "tickets", "8.3.3"),
        Measure("mttr_mean", _l("Time to resolve, mean"), "h", "lower", resolve_mean, "mean", *_INCIDENTS),
        Measure("mttr_median", _l("Time to resolve, median"), "h", "lower", _MEDIAN, "mean", *_INCIDENTS),
        Measure("mttr_p90", _l("Time to resolve, 90th percentile"), "h", "lower", _P90, "mean", *_INCIDENTS),
        Measure(
            "mtta", _l("Time to first response, mean"), "min", "lower", response_mean, "mean", *_INCIDENTS
        ),
        Measure("reopen_rate", _l("Reopen rate"), "%", "lower", reopen_rate, "ratio", *_INCIDENTS),
        Measure("opened", _l("Incidents opened"), "n", "lower", opened, "count", *_INCIDENTS),
        Measure("resolved", _l("Incidents resolved"), "n", "higher", resolved, "count", *_INCIDENTS),
        Measure("backlog", _l("Backlog at period end"), "n", "lower", backlog, "count", *_INCIDENTS),
        Measure(
            "backlog_old", _l("Backlog older than 30 days"), "n", "lower", backlog_old, "count", *_INCIDENTS
        ),
    )
}
OUTAGE_MEASURES: dict[str, Measure[Watched]] = {
    measure.key: measure
    for measure in (
        Measure("availability", _l("Service availability"), "%", "higher", availability, "ratio", *_SERVICES),
        Measure("downtime", _l("Unplanned downtime"), "min", "lower", downtime, "count", *_SERVICES),
        Measure("outages", _l("Unplanned outages"), "n", "lower", outage_count, "count", *_SERVICES),
        Measure("mtbf", _l("Mean time between failures"), "h", "higher", mtbf, "mean", *_SERVICES),
    )
}
MEASURES: dict[str, Measure[Any]] = {**TICKET_MEASURES, **OUTAGE_MEASURES}

"""The registry of KPIs that are computed from logs: each a pure function of rows and a period.

Values are unrounded; an empty denominator gives no value, never 0 or 100 %. A new KPI is one more `Measure`.
Clauses: 8.6.1 incidents, 8.3.3 service levels, 8.7.1 availability (ISO/IEC 20000-1:2018).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import compress
from typing import Any, Generic, Literal, Protocol, TypeVar

from flask_babel import lazy_gettext as _l

from audit_app.indicators.availability import NO_TIME, OutageFacts, Uptime, by_service
from audit_app.indicators.moments import DAY, SECOND, instant
from audit_app.indicators.periods import Span

Better = Literal["higher", "lower", "band"]
Rows = TypeVar("Rows", contravariant=True)

HOUR = timedelta(hours=1)
_MINUTE = 60 * SECOND
_HOUR = 60 * _MINUTE
_OLD = 30 * DAY
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


@dataclass(frozen=True)
class Cases:
    """The same facts of many tickets by columns, moments as instants (see ``moments``): months of very many
    tickets are told in seconds.
    """

    opened: Sequence[int]
    resolved: Sequence[int | None]
    closed: Sequence[int | None]
    responded: Sequence[int | None]
    met: Sequence[bool | None]
    reopened: Sequence[bool]

    @classmethod
    def of(cls, tickets: Iterable[TicketFacts]) -> "Cases":
        """The columns of tickets."""
        rows = list(tickets)
        return cls(
            [instant(each.opened_at) for each in rows],
            [_instant(each.resolved_at) for each in rows],
            [_instant(each.closed_at) for each in rows],
            [_instant(getattr(each, "responded_at", None)) for each in rows],
            [each.sla_met for each in rows],
            [each.reopened for each in rows],
        )

    @cached_property
    def finished(self) -> list[int | None]:
        """When the work ended: resolved or, where the log does not say, closed."""
        pairs = zip(self.resolved, self.closed, strict=True)
        return [shut if done is None else done for done, shut in pairs]

    @cached_property
    def _by_opening(self) -> dict[Span, "Cases"]:
        return {}

    def opened_in(self, period: Span) -> "Cases":
        """Those opened in a period: most ticket KPIs are told by the month of opening."""
        if period not in self._by_opening:
            start, end = instant(period.start), instant(period.end)
            here = [start <= moment < end for moment in self.opened]
            self._by_opening[period] = Cases(
                list(compress(self.opened, here)),
                list(compress(self.resolved, here)),
                list(compress(self.closed, here)),
                list(compress(self.responded, here)),
                list(compress(self.met, here)),
                list(compress(self.reopened, here)),
            )
        return self._by_opening[period]


def _instant(moment: datetime | None) -> int | None:
    return None if moment is None else instant(moment)


Tickets = Sequence[TicketFacts] | Cases


def _cases(tickets: Tickets) -> Cases:
    return tickets if isinstance(tickets, Cases) else Cases.of(tickets)


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


def _times(began: Sequence[int], ended: Sequence[int | None]) -> list[int]:
    return [end - start for start, end in zip(began, ended, strict=True) if end is not None]


def _resolve_times(tickets: Tickets, period: Span) -> list[int]:
    mine = _cases(tickets).opened_in(period)
    return _times(mine.opened, mine.resolved)


def sla_attainment(tickets: Tickets, period: Span) -> Figure:
    """Percent of the tickets opened in the period, with a known outcome, that met their target."""
    known = [met for met in _cases(tickets).opened_in(period).met if met is not None]
    return _share(sum(known), len(known))


def resolve_mean(tickets: Tickets, period: Span) -> Figure:
    """Mean hours from opening to resolution by the calendar clock, over tickets opened in the period and
    resolved.
    """
    times = _resolve_times(tickets, period)
    hours = sum(times) / _HOUR
    return Figure(hours / len(times) if times else None, hours, len(times), {"clock": "calendar"})


def resolve_percentile(percent: float) -> Callable[[Tickets, Span], Figure]:
    """Percentile of the hours from opening to resolution; the same tickets and clock as the mean."""

    def compute(tickets: Tickets, period: Span) -> Figure:
        times = _resolve_times(tickets, period)
        value = percentile((time / _HOUR for time in times), percent)
        return Figure(value, None, len(times), {"clock": "calendar", "method": PERCENTILE})

    return compute


def reopen_rate(tickets: Tickets, period: Span) -> Figure:
    """Percent of the tickets opened in the period and once resolved (or closed) that were opened again."""
    mine = _cases(tickets).opened_in(period)
    pairs = zip(mine.reopened, mine.finished, strict=True)
    ended = [again for again, end in pairs if again or end is not None]
    return _share(sum(ended), len(ended))


def opened(tickets: Tickets, period: Span) -> Figure:
    """Tickets opened in the period."""
    return _count(len(_cases(tickets).opened_in(period).opened))


def resolved(tickets: Tickets, period: Span) -> Figure:
    """Tickets finished in the period, whenever opened: backlog = backlog before + opened − resolved."""
    start, end = instant(period.start), instant(period.end)
    return _count(sum(1 for done in _cases(tickets).finished if done is not None and start <= done < end))


def _open_since(tickets: Tickets, moment: int) -> list[int]:
    """When those were opened that were open at a moment."""
    cases = _cases(tickets)
    pairs = zip(cases.opened, cases.finished, strict=True)
    return [began for began, end in pairs if began < moment and (end is None or end >= moment)]


def _still_open(tickets: Tickets, period: Span) -> tuple[int, int]:
    """Tickets open at the end of the period, and those of them that are old then."""
    end = instant(period.end)
    still = _open_since(tickets, end)
    return len(still), sum(end - began > _OLD for began in still)


def backlog(tickets: Tickets, period: Span) -> Figure:
    """Tickets opened before the end of the period, neither resolved nor closed by then; old ones beside."""
    still, old = _still_open(tickets, period)
    return _count(still, over_30_days=old)


def backlog_old(tickets: Tickets, period: Span) -> Figure:
    """Of the backlog, the tickets older than 30 days at the end of the period."""
    still, old = _still_open(tickets, period)
    return _count(old, backlog=still)


def response_mean(tickets: Tickets, period: Span) -> Figure:
    """Mean minutes from opening to first response, over tickets opened in the period that tell it."""
    mine = _cases(tickets).opened_in(period)
    times = _times(mine.opened, mine.responded)
    minutes = sum(times) / _MINUTE
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

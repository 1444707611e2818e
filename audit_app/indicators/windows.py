"""When services were watched: told by a person, told by a file, or guessed with care from the outages.

Only watched time is agreed service time. A log of outages does not say when the watching began and ended, nor
which services had no outage; whoever knows says so, in lines or in a CSV file:

    service, from, to                       Mail, 2026-01-05, 2026-03-31
    service, month, minutes_observed        Mail, 2026-01, 37388      (as uptime monitors write it)
"""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.imports import parsing
from audit_app.indicators.availability import OutageFacts
from audit_app.indicators.periods import Month, Span

Windows = dict[str, Span]


def from_lines(text: str, zone: Any, whole: Span | None = None) -> Windows:
    """Windows typed one service a line: ``name`` (watched for ``whole``) or ``name, from, to`` (days, both
    included).

    Raises Refused naming the line that cannot be read.
    """
    found: Windows = {}
    for number, line in enumerate(text.splitlines(), 1):
        parts = [part.strip() for part in line.replace("，", ",").replace(";", ",").split(",")]
        if not any(parts):
            continue
        if len(parts) == 1 and whole is not None:
            found[parts[0]] = whole
        elif len(parts) == 3 and all(parts):
            found[parts[0]] = between(parts[1], parts[2], zone, number)
        else:
            raise Refused(
                _l(
                    "Line %(line)s: write the service, the first day and the last day, separated by commas.",
                    line=number,
                ),
                "observed",
            )
    return found


def between(first: str | date, last: str | date, zone: Any, line: int = 1) -> Span:
    """From the beginning of one day to the end of another, by the clock of a zone. Raises Refused."""
    try:
        start, end = (_moment(each, zone) for each in (first, last))
    except parsing.Unreadable as error:
        raise Refused(_l("Line %(line)s: %(words)s", line=line, words=error.words), "observed") from None
    if not isinstance(last, str) or len(last.strip()) <= 11:
        end += timedelta(days=1)
    if end <= start:
        raise Refused(_l("Line %(line)s: the last day lies before the first.", line=line), "observed")
    return Span(start, end)


def _moment(value: str | date, zone: Any) -> datetime:
    moment = parsing.moment(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def from_file(path: Path, zone: Any) -> Windows:
    """Windows out of a CSV file of one of the two shapes above. Raises Refused naming the row that is
    wrong.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = {name.strip().lower(): name for name in reader.fieldnames or () if name}
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused(_l("The file %(file)s cannot be read as CSV UTF-8.", file=path.name)) from error
    if {"service", "month", "minutes_observed"} <= set(names):
        return _from_months(rows, names, zone)
    if {"service", "from", "to"} <= set(names):
        lines = [(row[names["service"]], row[names["from"]], row[names["to"]]) for row in rows]
        return {name: between(first, last, zone, place) for place, (name, first, last) in enumerate(lines, 2)}
    raise Refused(
        _l(
            "The file %(file)s needs the columns service, from, to; or service, month, minutes_observed.",
            file=path.name,
        )
    )


def _from_months(rows: list[dict[str, str]], names: dict[str, str], zone: Any) -> Windows:
    """The first month's part is its end, the last month's its beginning: watching has no holes in between."""
    minutes: dict[str, dict[Month, timedelta]] = {}
    for place, row in enumerate(rows, 2):
        try:
            month = Month.parse(row[names["month"]])
            watched = timedelta(minutes=float(row[names["minutes_observed"]]))
        except (Refused, ValueError, TypeError) as error:
            raise Refused(_l("Row %(row)s: the month or its minutes cannot be read.", row=place)) from error
        minutes.setdefault(row[names["service"]].strip(), {})[month] = watched
    return {name: window for name, months in minutes.items() if (window := _window(months, zone)).minutes > 0}


def _window(months: dict[Month, timedelta], zone: Any) -> Span:
    first, last = min(months).span(zone), max(months).span(zone)
    if first == last:
        return Span(first.start, min(first.end, first.start + months[min(months)]))
    return Span(
        max(first.start, first.end - months[min(months)]), min(last.end, last.start + months[max(months)])
    )


def guessed(outages: Iterable[OutageFacts], zone: Any, until: datetime) -> Windows:
    """Nobody said: a service counts as watched from the month of its first outage to that of its last.

    Later months without an outage are then gaps, not 100 %: silence may mean that nobody looked. For the same
    reason an outage that the log never ends counts to the end of the month in which it began, not to today.
    """
    ends: dict[str, tuple[datetime, datetime]] = {}
    for each in outages:
        start, end = each.started_at, each.ended_at or each.started_at
        first, last = ends.get(each.service, (start, end))
        ends[each.service] = (min(first, start), max(last, end))
    found = {
        service: Span(
            Month.of(first.astimezone(zone)).span(zone).start,
            min(Month.of(last.astimezone(zone)).span(zone).end, max(until, last)),
        )
        for service, (first, last) in ends.items()
    }
    return {service: window for service, window in found.items() if window.start < window.end}


def joined(old: Mapping[str, Span], new: Mapping[str, Span]) -> Windows:
    """Guessed windows grow with every log; both are kept."""
    found = dict(old)
    for service, window in new.items():
        before = found.get(service, window)
        found[service] = Span(min(before.start, window.start), max(before.end, window.end))
    return found

"""The real outage log on the calendar of the demo; what is moved, and why, stands in data/README.md."""

import csv
from calendar import monthrange
from datetime import datetime
from pathlib import Path

from audit_app.core import clock
from audit_app.demo.story import Story, texts
from audit_app.indicators.periods import Month, Span, span_of

SOURCE = Path(__file__).with_name("data") / "outages.csv"
PERIODS = (("2020-11", 9), ("2025-01", 13), ("2026-07", 2))
"""The real months in which the status pages were watched: first month and how many."""


def real_months() -> list[Month]:
    """The 24 months of the log, in order."""
    return [Month.parse(first).plus(place) for first, count in PERIODS for place in range(count)]


def moved(story: Story, first: Month, until: Month) -> list[tuple[str, datetime, datetime]]:
    """(service, beginning, end) of all outages up to a month, on the calendar that starts with ``first``."""
    places = {month: place for place, month in enumerate(real_months())}
    names = {source: story.said(each) for each in texts("services") for source in each["sources"]}
    found = []
    with SOURCE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            start, end = (datetime.fromisoformat(row[name]) for name in ("down_at_utc", "up_at_utc"))
            target = first.plus(places[Month.of(start)])
            if target <= until:
                begun = _in_month(start, target)
                found.append((names[row["service"]], begun, begun + (end - start)))
    return sorted(found, key=lambda outage: outage[1])


def _in_month(moment: datetime, month: Month) -> datetime:
    day = min(moment.day, monthrange(month.year, month.month)[1])
    return moment.replace(year=month.year, month=month.month, day=day)


def write(path: Path, rows: list[tuple[str, datetime, datetime]]) -> None:
    """The log as a file of the shipped profile."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("service", "start", "end"))
        writer.writerows((service, start.isoformat(), end.isoformat()) for service, start, end in rows)


def watched(story: Story, first: Month, until: Month) -> dict[str, Span]:
    """Every service was watched from the first month to the end of the last, by the clock of the house."""
    span = span_of(first, until, clock.zone())
    return {story.said(each): span for each in texts("services")}

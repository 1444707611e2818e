"""The stage of the demo: who is there, what day it is, and the list of events in the order of time."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from audit_app.accounts.models import Department, Person, Process, Site
from audit_app.core import clock, workdays, yaml_file
from audit_app.core.db import db

TEXTS = Path(__file__).with_name("texts")
SEED = 20000
BATCH = 40
"""After so many events what was read is forgotten, as between two requests."""
Event = Callable[[], object]


@cache
def texts(name: str) -> Any:
    """A file of texts, read once."""
    return yaml_file.read(TEXTS / f"{name}.yaml")


@dataclass
class Story:
    """Everything the chapters share. Days are counted from the day of the build: ``-1`` is yesterday.

    The same day and language give the same story: chance comes from ``rng`` alone.
    """

    language: str
    today: date
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311  # a demo, not a secret
    people: dict[str, Person] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)
    audits: dict[str, Any] = field(default_factory=dict)
    findings: dict[str, Any] = field(default_factory=dict)
    reviews: dict[str, Any] = field(default_factory=dict)
    devices: dict[str, int] = field(default_factory=dict)
    events: list[tuple[datetime, int, Event]] = field(default_factory=list)
    order: Any = field(default_factory=count)

    def said(self, entry: dict[str, Any]) -> Any:
        """The part of an entry in the language of the demo."""
        return entry[self.language]

    def day(self, offset: int) -> date:
        """A working day: Saturday becomes Friday, Sunday Monday; what lies before today stays there."""
        wanted = self.today + timedelta(days=offset)
        shift = {5: -1, 6: 1}.get(wanted.weekday(), 0)
        found = wanted + timedelta(days=shift)
        return wanted - timedelta(days=2) if offset < 0 and found >= self.today else found

    def after(self, day: date, working_days: int) -> date:
        """So many working days later."""
        while working_days > 0:
            day += timedelta(days=1)
            working_days -= day.weekday() < 5
        return day

    def worked(self, offset: int) -> int:
        """The offset itself, or that of the next day on which people work, where it is a public holiday."""
        while not workdays.is_working(self.day(offset)):
            offset += 1
        return offset

    def offset(self, day: date) -> int:
        """How many days from today."""
        return (day - self.today).days

    def moment(self, offset: int, hour: float) -> datetime:
        """A moment on a working day, at an hour such as 9.5."""
        at = time(int(hour), int(hour % 1 * 60))
        return datetime.combine(self.day(offset), at, tzinfo=clock.zone())

    def plan(self, offset: int, hour: float, event: Event) -> None:
        """Put an event on the list; what would lie today or later does not happen yet."""
        self.at(self.moment(offset, hour), event)

    def at(self, moment: datetime, event: Event) -> None:
        """The same for a moment that is known."""
        if moment.date() < self.today:
            heapq.heappush(self.events, (moment, next(self.order), event))

    def run(self, tick: Callable[[int], object] = lambda steps: None) -> int:
        """Let everything happen, in order; events may add later ones. Returns how many there were."""
        done, last = 0, None
        while self.events:
            moment, _place, event = heapq.heappop(self.events)
            last = moment if last is None or moment > last else last + timedelta(seconds=20)
            with clock.at(last):
                event()
                done += 1
                if done % BATCH == 0:
                    db.session.expire_all()
            tick(1)
        return done

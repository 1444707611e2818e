"""When mails may go out: quiet hours, days that are not worked, the hour of the digest.

All by dates and clock readings of the organisation's time zone, never by adding hours: when the clocks
change, even at midnight, a day is still one day. A reading that the change leaves out is taken as the
clocks of before would show it; one that comes twice counts the first time.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from audit_app.core import workdays
from audit_app.core.clock import local, zone

LOOK_AHEAD = 60
"""Days searched for the next worked day; the longest holidays are far shorter."""
_SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Quiet:
    """Quiet hours from one clock reading to another, past midnight when the second is the smaller."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "Quiet":
        """From ``20:00-07:00``; empty text means no quiet hours. Raises ``ValueError`` for anything else."""
        if not text.strip():
            return cls(time(0), time(0))
        found = _SPAN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"QUIET_HOURS {text!r} is not like 20:00-07:00.")
        first, first_minute, last, last_minute = map(int, found.groups())
        return cls(time(first, first_minute), time(last, last_minute))

    def covers(self, reading: time) -> bool:
        """Whether a clock reading is quiet."""
        if self.start <= self.end:
            return self.start <= reading < self.end
        return reading >= self.start or reading < self.end

    def release(self, moment: datetime) -> datetime:
        """The moment itself when mails may go out then, else the next moment when they may (UTC)."""
        here = local(moment)
        if workdays.is_working(here.date()) and not self.covers(here.time()):
            return moment
        for ahead in range(LOOK_AHEAD):
            day = here.date() + timedelta(days=ahead)
            if workdays.is_working(day):
                first = self._first_of(day, here.time() if ahead == 0 else time(0))
                if first is not None:
                    return max(_moment(day, first), moment)
        return moment

    def _first_of(self, day: date, after: time) -> time | None:
        """The first reading of a day, from ``after`` on, that is not quiet."""
        if not self.covers(after):
            return after
        if self.end > after:
            return self.end
        return None


def _moment(day: date, reading: time) -> datetime:
    return datetime.combine(day, reading, tzinfo=zone()).astimezone(UTC)


def digest_is_due(moment: datetime, hour: int) -> bool:
    """Whether the digest of the day may be made: a worked day, and the hour has come."""
    here = local(moment)
    return workdays.is_working(here.date()) and here.hour >= hour


def hours_to_choose(quiet: Quiet) -> list[int]:
    """The full hours at which a person may have the digest."""
    return [hour for hour in range(24) if not quiet.covers(time(hour))]

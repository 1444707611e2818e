"""What people type of an agreement, read and written: windows (08:00-20:00) and targets (P1, 15, 240)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.indicators.service_hours import DAY, Week
from audit_app.indicators.sla import Target

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Names of the fields, from Monday on."""
NONE = frozenset({"", "-", "–", "—"})
MOST_MINUTES = 1_000_000
"""Nearly two years: a target beyond is a slip of the hand."""
_WINDOW = re.compile(r"([0-9]{1,2})[:.：]([0-9]{2})\s*(?:-|–|—|~|～|至|to)\s*([0-9]{1,2})[:.：]([0-9]{2})")


def zone_named(text: str) -> str:
    """The name of a time zone. Raises Refused for one that nobody knows."""
    name = text.strip()
    try:
        if not name or name.startswith(("/", ".")) or "\\" in name:
            raise ValueError(name)
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise Refused(
            _l("“%(zone)s” is no time zone that is known here. Write it as Asia/Shanghai.", zone=name), "zone"
        ) from None
    return name


def read_week(texts: Sequence[str]) -> Week:
    """Seven fields from Monday on, each with windows separated by commas. Raises Refused with the field."""
    week = tuple(read_day(text, name) for text, name in zip(texts, DAYS, strict=True))
    if not any(week):
        raise Refused(_l("Give at least one window of service hours, or choose “always”."), DAYS[0])
    return week


def read_day(text: str, field: str) -> tuple[tuple[int, int], ...]:
    """The windows of one day, in order. Raises Refused."""
    found = []
    for part in re.split(r"[,;，；、]", text):
        if part.strip() in NONE:
            continue
        match = _WINDOW.fullmatch(part.strip())
        if match is None:
            raise Refused(
                _l("“%(text)s” is no window of hours. Write it as 08:00-20:00.", text=part.strip()), field
            )
        hour, minute, last_hour, last_minute = map(int, match.groups())
        first, last = hour * 60 + minute, last_hour * 60 + last_minute
        if max(minute, last_minute) > 59 or max(first, last) > DAY:
            raise Refused(_l("“%(text)s”: a day goes from 00:00 to 24:00.", text=part.strip()), field)
        if last <= first:
            raise Refused(
                _l(
                    "“%(text)s” ends before it begins. Divide a window over midnight: until 24:00, and from "
                    "00:00 on the next day.",
                    text=part.strip(),
                ),
                field,
            )
        found.append((first, last))
    found.sort()
    for (_first, before), (after, _last) in pairwise(found):
        if after < before:
            raise Refused(_l("Two windows of this day overlap. Make them one."), field)
    return tuple(found)


def day_text(windows: Iterable[Sequence[int]]) -> str:
    """Windows as they are typed."""
    return ", ".join(f"{clock(first)}-{clock(last)}" for first, last in windows)


def clock(minute: int) -> str:
    """A minute of the day as 08:00; the end of the day as 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def read_targets(text: str, field: str) -> dict[str, tuple[int | None, int | None]]:
    """Lines of priority, minutes to response, minutes to resolution. Raises Refused, naming the line."""
    found: dict[str, tuple[int | None, int | None]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        parts = [part.strip() for part in re.split(r"[,;，；]", line)]
        if not any(parts):
            continue
        if len(parts) != 3 or not parts[0]:
            raise Refused(
                _l(
                    "Line %(line)s: write the priority, the minutes to the first response and the minutes "
                    "to the resolution, separated by commas: P1, 15, 240.",
                    line=number,
                ),
                field,
            )
        priority = parts[0][:40]
        if key(priority) in map(key, found):
            raise Refused(_l("Line %(line)s: this priority is there twice.", line=number), field)
        response, resolution = (_minutes(part, number, field) for part in parts[1:])
        if response is None and resolution is None:
            raise Refused(_l("Line %(line)s: give at least one of the two targets.", line=number), field)
        if response is not None and resolution is not None and resolution < response:
            raise Refused(
                _l("Line %(line)s: the resolution is owed before the first response.", line=number), field
            )
        found[priority] = (response, resolution)
    return found


def key(priority: str) -> str:
    """How priorities of agreements and of logs are compared."""
    return priority.strip().casefold()


def _minutes(text: str, line: int, field: str) -> int | None:
    if text in NONE:
        return None
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= MOST_MINUTES:
        raise Refused(
            _l(
                "Line %(line)s: “%(text)s” is no whole number of minutes above 0. Leave it empty, or write "
                "“-”, when nothing is agreed.",
                line=line,
                text=text,
            ),
            field,
        )
    return int(text)


def targets_text(targets: Mapping[str, Target], *, in_service: bool) -> str:
    """Targets of one clock as they are typed."""
    rows = ((name, each) for name, each in targets.items() if each.in_service is in_service)
    return "\n".join(f"{name}, {each.response or '-'}, {each.resolution or '-'}" for name, each in rows)

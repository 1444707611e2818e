"""A ticket log that a help desk might have: made by chance from a fixed seed, 250 tickets a month."""

import csv
import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from audit_app.demo.story import SEED
from audit_app.indicators.periods import Month

PER_MONTH = 250
SPREAD = 0.9
"""Sigma of the logarithm of the hours to resolution: a few tickets take days, most an hour or two."""
MEAN_HOURS = (9.2, 8.6, 7.6, 6.9, 5.9, 5.1, 4.5, 4.0, 3.7, 3.4, 3.2, 4.5, 5.1)
MET = (0.82, 0.84, 0.86, 0.88, 0.9, 0.92, 0.94, 0.955, 0.965, 0.97, 0.972, 0.95, 0.93)
REOPENED = (0.055, 0.05, 0.045, 0.04, 0.035, 0.03, 0.028, 0.025, 0.024, 0.031)
"""Course over the 24 months, at equal distances: better until three months ago, then the new ticket form."""
HEADINGS = {
    "en": "number,opened,responded,resolved,closed,state,priority,category,reopened,sla_met",
    "zh": "工单号,登记时间,响应时间,解决时间,关闭时间,状态,优先级,类别,是否重开,SLA达成",
}
WORDS = {
    "en": {"yes": "yes", "no": "no", "open": "In progress", "closed": "Closed",
           "categories": ("Network", "Storage", "Application", "Access", "Workplace", "Database")},
    "zh": {"yes": "是", "no": "否", "open": "处理中", "closed": "已关闭",
           "categories": ("网络", "存储", "应用", "权限", "终端", "数据库")},
}  # fmt: skip
PRIORITIES = (("P1", 0.03, 0.1), ("P2", 0.14, 0.4), ("P3", 0.55, 1.0), ("P4", 0.28, 1.45))
"""Priority, share, hours to resolution relative to the mean."""


@dataclass(frozen=True)
class Made:
    """One ticket, before it is known how much of it had happened when the log was exported."""

    number: str
    opened: datetime
    responded: datetime
    resolved: datetime
    priority: str
    category: int
    reopened: bool
    met: bool


def course(points: tuple[float, ...], place: int, count: int = 24) -> float:
    """The value of a course at one of ``count`` months."""
    at = place * (len(points) - 1) / (count - 1)
    low = min(int(at), len(points) - 2)
    return points[low] + (points[low + 1] - points[low]) * (at - low)


def tickets(month: Month, place: int) -> list[Made]:
    """The tickets opened in a month, in order; the same for the same month and place."""
    rng = random.Random(SEED * 100 + place)  # noqa: S311  # a demo, not a secret
    start, minutes = month.span().start, int(month.minutes())
    opened = sorted(_office_time(rng, start, minutes) for _each in range(PER_MONTH + rng.randrange(-18, 19)))
    return [_ticket(rng, f"INC-{month.year % 100}{month.month:02d}-{number:04d}", moment, place)
            for number, moment in enumerate(opened, 1)]  # fmt: skip


def _office_time(rng: random.Random, start: datetime, minutes: int) -> datetime:
    """Any minute of the month, three in four of them by day (UTC 0 to 10 is 8 to 18 in Shanghai)."""
    moment = start + timedelta(minutes=rng.randrange(minutes))
    return moment.replace(hour=moment.hour % 10) if rng.random() < 0.75 else moment


def _ticket(rng: random.Random, number: str, opened: datetime, place: int) -> Made:
    priority, _share, weight = rng.choices(PRIORITIES, [share for _p, share, _w in PRIORITIES])[0]
    luck = rng.gauss(0, 1)
    mean = course(MEAN_HOURS, place) * weight
    hours = mean * math.exp(SPREAD * luck - SPREAD * SPREAD / 2)
    answer = min(hours * 0.6, rng.expovariate(1 / (4 + 18 * weight)) / 60 + 0.02)
    met = 0.5 * (1 + math.erf(luck / math.sqrt(2))) <= course(MET, place)
    return Made(
        number, opened, opened + timedelta(hours=answer), opened + timedelta(hours=max(hours, 0.1)),
        priority, rng.randrange(6), rng.random() < course(REOPENED, place), met,
    )  # fmt: skip


def write(path: Path, rows: list[Made], exported: datetime, language: str) -> None:
    """The log as exported at a moment: what had not happened by then is still open."""
    words = WORDS[language]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS[language].split(","))
        writer.writerows(_row(each, exported, words) for each in rows)


def _row(each: Made, exported: datetime, words: dict[str, Any]) -> tuple[str, ...]:
    done = each.resolved <= exported
    return (
        each.number, _text(each.opened), _text(each.responded) if each.responded <= exported else "",
        _text(each.resolved) if done else "", _text(each.resolved + timedelta(hours=20)) if done else "",
        words["closed"] if done else words["open"], each.priority, words["categories"][each.category],
        words["yes"] if each.reopened and done else words["no"],
        (words["yes"] if each.met else words["no"]) if done else "",
    )  # fmt: skip


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")

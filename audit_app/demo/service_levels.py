"""The chapter of the service catalogue: what is agreed for each service, what maintenance is announced."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from audit_app.core import clock
from audit_app.demo import outages, tickets
from audit_app.demo.figures import MONTHS, first_month
from audit_app.demo.story import Story, texts
from audit_app.indicators import catalogue
from audit_app.indicators.catalogue_models import Service
from audit_app.indicators.periods import Month

ZONE = "Asia/Shanghai"
OFFICE = ("08:00-20:00",) * 5 + ("", "")
NOTES = {
    "patch": {"en": "Updates of the operating systems", "zh": "操作系统更新"},
    "storage": {"en": "Exchange of a storage controller", "zh": "更换存储控制器"},
    "certificate": {"en": "Renewal of certificates", "zh": "更新证书"},
    "mail": {"en": "{name}, by mail to the customers", "zh": "{name}，邮件通知客户"},
}
WEEK = timedelta(days=7)
QUARTER = timedelta(minutes=15)


def tell(story: Story) -> None:
    """Put the catalogue, the raised target and the maintenance on the list."""
    first = first_month(story.today)
    made: dict[str, Service] = {}
    story.plan(story.offset(first.first), 8.5, partial(_catalogue, story, first, made))
    for text in texts("services"):
        if "raised" in text:
            month = first.plus(MONTHS - text["raised"]["months"])
            raise_it = partial(_raise, story, text, month.first, made)
            story.plan(story.offset(month.first - 2 * WEEK), 10.5, raise_it)
    _over_an_outage(story, first, "PLATFORM", "storage", -5, made)
    _over_an_outage(story, first, "PORTAL", "certificate", 2, made)


def _catalogue(story: Story, first: Month, made: dict[str, Service]) -> None:
    people = story.people
    categories = tickets.WORDS[story.language]["categories"]
    for text in texts("services"):
        names = [story.said(text), *(categories[place] for place in text["categories"])]
        service = catalogue.add_service(
            code=text["code"], name_en=text["en"], name_zh=text["zh"], customer=story.said(text["customer"]),
            owner_id=people[text["owner"]].id, aliases=names, by=people["lin"],
        )  # fmt: skip
        made[text["code"]] = service
        _agree(story, service, text, first.first, text["target"], story.said(text["reason"]))
    day = first.first + timedelta(days=(6 - first.first.weekday()) % 7 + 7)
    _maintain(story, made["PLATFORM"], "patch", datetime.combine(day, time(2)), timedelta(hours=3),
              every=4, until=story.today + 8 * WEEK)  # fmt: skip


def _agree(
    story: Story, service: Service, text: dict[str, Any], since: date, target: str, reason: str
) -> None:
    office = bool(text.get("office"))
    catalogue.agree(
        service,
        valid_from=since,
        reason=reason,
        target=target,
        zone=ZONE,
        kind=catalogue.WEEK if office else catalogue.ALWAYS,
        week=OFFICE,
        holidays="CN" if office else "",
        in_service=text.get("service", ""),
        in_calendar=text["calendar"],
        by=story.people["lin"],
    )


def _raise(story: Story, text: dict[str, Any], since: date, made: dict[str, Service]) -> None:
    higher = text["raised"]
    _agree(story, made[text["code"]], text, since, higher["target"], story.said(higher["reason"]))


def _over_an_outage(
    story: Story, first: Month, code: str, note: str, days: int, made: dict[str, Service]
) -> None:
    """Maintenance over two thirds of the longest outage of the last year, entered so many days later."""
    text = next(each for each in texts("services") if each["code"] == code)
    last = first.plus(MONTHS - 1)
    since = last.plus(-10).span().start
    rows = [
        row
        for row in outages.moved(story, first, last)
        if row[0] == story.said(text) and row[1] >= since and _in_the_week(row[1], row[2])
    ]
    if not rows:
        return
    _name, start, end = max(rows, key=lambda row: row[2] - row[1])
    wall = start.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, second=0, microsecond=0)
    wall -= timedelta(minutes=wall.minute % 15)
    long = max((end - start) * 2 // 3 // QUARTER, 2) * QUARTER

    def enter() -> None:
        _maintain(story, made[code], note, wall, long)

    story.plan(story.offset(wall.date() + timedelta(days=days)), 11, enter)


def _in_the_week(start: datetime, end: datetime) -> bool:
    """Whether an outage lies on one day that is no weekend: the updates of the platform have the Sundays."""
    first, last = (each.astimezone(ZoneInfo(ZONE)).date() for each in (start, end))
    return first == last and first.weekday() < 5


def _maintain(
    story: Story, service: Service, note: str, start: datetime, long: timedelta, every: int = 0,
    until: date | None = None,
) -> None:  # fmt: skip
    owner = service.owner
    announced = clock.local(clock.now())
    end = start + long
    catalogue.add_maintenance(
        service,
        day=start.date(),
        start=start.time(),
        end=end.time(),
        end_on=end.date(),
        announced_on=announced.date(),
        announced_time=time(announced.hour, announced.minute),
        announced_by=NOTES["mail"][story.language].format(name=owner.name if owner else ""),
        note=NOTES[note][story.language],
        every=every,
        until=until,
        by=owner,
    )

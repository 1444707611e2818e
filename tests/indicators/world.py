"""A service of the catalogue with its agreement, and outage logs to judge it by."""

from datetime import UTC, date, datetime

from audit_app.indicators import catalogue, services
from audit_app.indicators.periods import Span

OFFICE = ("08:00-20:00",) * 5 + ("", "")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def mail(people, **facts):
    given = {"code": "MAIL", "name_en": "Mail", "name_zh": "邮件", "customer": "All departments",
             "owner_id": people.owner.id, "aliases": "Mail"}  # fmt: skip
    return catalogue.add_service(**{**given, **facts}, by=people.manager)


def agreed(service, people, **facts):
    given = {"valid_from": date(2025, 1, 1), "reason": "SLA 2025", "target": "99.5", "zone": "Asia/Shanghai"}
    return catalogue.agree(service, **{**given, **facts}, by=people.manager)


def outages(folder, people, *rows, service="Mail", watched=("2026-03-01", "2026-04-01")):
    """Import a log of (start, end, planned), watched from one moment to another."""
    path = folder / f"{service}.csv"
    lines = ["service,start,end,planned", *(",".join((service, *row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    span = Span(*map(at, watched))
    return services.import_outages(path, by=people.manager, observed={service: span}, profile="outages")

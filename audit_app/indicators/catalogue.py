"""Verbs of the service catalogue: services, their names in logs, agreements and maintenance (8.2.4, 8.3.3).

Nothing here edits an agreement or a window of maintenance: what held stays readable. What changes the figures
of months that were measured already has them measured anew, and the trail says which.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.core import clock, workdays
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.indicators.agreed_text import key, read_targets, read_week, zone_named
from audit_app.indicators.catalogue_models import (
    ClockKind,
    MaintenanceWindow,
    Service,
    ServiceAgreement,
    ServiceAlias,
    ServiceTarget,
)
from audit_app.indicators.goals import exact
from audit_app.indicators.levels import key_of
from audit_app.indicators.models import ServiceWatch
from audit_app.indicators.outages import measure_again
from audit_app.indicators.periods import Span
from audit_app.indicators.service_hours import moment
from audit_app.trail import services as trail

MOST_WINDOWS = 120
"""Windows of maintenance entered at once: ten years of monthly ones."""
ALWAYS, WEEK = "always", "week"
AGAIN = "service.measure"


# --- services
# ----------------------------------------------------------------------------------------------------


def add_service(*, by: Person | None, **facts: Any) -> Service:
    """Put a service into the catalogue. Raises Refused for a code or a name that is taken, and for days in
    the wrong order.
    """
    names, values = _checked(facts, None)
    service = Service(**values)
    with trail.act("service.add", service, by=by, aliases=names):
        db.session.add(service)
        db.session.flush()
        service.aliases = [ServiceAlias(name=each, key=key_of(each)) for each in names]
    if names:
        measure_again(AGAIN, by=by)
    return service


def edit_service(service: Service, *, by: Person | None, **facts: Any) -> Service:
    """Change what a service is called, whose it is, and its names in logs. Raises Refused as
    :func:`add_service`.
    """
    names, values = _checked(facts, service)
    before = {each.key: each for each in service.aliases}
    with trail.act("service.edit", service, by=by, aliases=names):
        for name, value in values.items():
            setattr(service, name, value)
        kept = [before.get(key_of(each)) or ServiceAlias(key=key_of(each)) for each in names]
        for alias, name in zip(kept, names, strict=True):
            alias.name = name
        service.aliases = kept
    measure_again(AGAIN, by=by)
    return service


def attach_name(service: Service, name: str, *, by: Person | None) -> Service:
    """From now on a name of the logs means this service. Raises Refused for one that is taken."""
    wanted = name.strip()
    if not wanted:
        raise Refused(_l("Give the name by which the log calls the service."), "name")
    _free_names([wanted], service)
    if key_of(wanted) in {each.key for each in service.aliases}:
        return service
    with trail.act("service.alias", service, by=by, name=wanted):
        service.aliases.append(ServiceAlias(name=wanted[:200], key=key_of(wanted)[:200]))
    measure_again(AGAIN, by=by)
    return service


def _checked(facts: dict[str, Any], mine: Service | None) -> tuple[list[str], dict[str, Any]]:
    values = dict(facts)
    code = str(values.get("code") or "").strip().upper()
    if not code:
        raise Refused(_l("Give the service a code, such as MAIL."), "code")
    with db.session.no_autoflush:
        found = db.session.scalar(select(Service).where(func.lower(Service.code) == code.lower()))
    if found is not None and found is not mine:
        raise Refused(_l("There is already a service %(code)s. Choose another code.", code=code), "code")
    values |= {"code": code, **{each: (values.get(each) or "").strip() for each in ("name_en", "name_zh")}}
    if not values["name_en"] and not values["name_zh"]:
        raise Refused(_l("Give the service a name in at least one language."), "name_en")
    first, last = values.get("active_from"), values.get("active_to")
    if first is not None and last is not None and last < first:
        raise Refused(_l("The last day lies before the first."), "active_to")
    typed = values.pop("aliases", "") or ""
    lines = typed.splitlines() if isinstance(typed, str) else list(typed)
    names = list({key_of(each): each.strip() for each in lines if each.strip()}.values())
    if any(len(each) > 200 for each in names):
        raise Refused(_l("A name has at most 200 characters; write one a line."), "aliases")
    _free_names(names, mine)
    return names, values


def _free_names(names: Sequence[str], mine: Service | None) -> None:
    query = select(ServiceAlias).where(ServiceAlias.key.in_([key_of(each) for each in names]))
    with db.session.no_autoflush:
        taken = [each for each in db.session.scalars(query) if each.service is not mine]
    if taken:
        raise Refused(
            _l(
                "“%(name)s” means the service %(code)s already. Take it away there first.",
                name=taken[0].name,
                code=taken[0].service.code,
            ),
            "aliases",
        )


# --- agreements
# --------------------------------------------------------------------------------------------------


def agree(
    service: Service,
    *,
    valid_from: date,
    reason: str,
    target: Any,
    zone: str,
    kind: str = ALWAYS,
    week: Sequence[str] = ("",) * 7,
    holidays: str = "",
    in_service: str = "",
    in_calendar: str = "",
    by: Person | None,
) -> ServiceAgreement:
    """From a day on this is owed. Months before it keep what held then.

    ``target`` is percent; ``week`` seven texts like ``08:00-20:00`` when ``kind`` is ``week``; ``holidays``
    the country whose public holidays are off; targets are lines like ``P1, 15, 240`` in minutes of service
    hours or of the calendar. Raises Refused naming the field.
    """
    words = reason.strip()
    if not words:
        raise Refused(
            _l("Say what was agreed and with whom, so that a reader believes the new figures."), "reason"
        )
    wanted = exact(target)
    if wanted is None or not 0 < wanted <= 100:
        raise Refused(_l("An availability target lies above 0 and is at most 100 percent."), "target")
    if holidays not in workdays.KNOWN:
        raise Refused(_l("Choose whose public holidays are off."), "holidays")
    if any(each.valid_from == valid_from and each.taken_back_at is None for each in service.agreements):
        raise Refused(
            _l("An agreement is valid from this day already. Take it back first, or choose another day."),
            "valid_from",
        )
    hours = read_week(week) if kind == WEEK else None
    row = ServiceAgreement(
        service=service,
        valid_from=valid_from,
        reason=words,
        zone=zone_named(zone),
        hours=None if hours is None else [[list(each) for each in day] for day in hours],
        holidays=holidays if hours is not None else "",
        target=wanted,
        entered_by_id=by.id if by else None,
        entered_at=clock.now(),
        targets=_targets(in_service, in_calendar),
    )
    told = {each.priority: [each.response, each.resolution, each.clock.value] for each in row.targets}
    with trail.act("agreement.add", row, by=by, targets=told):
        db.session.add(row)
    measure_again(AGAIN, by=by)
    return row


def _targets(in_service: str, in_calendar: str) -> list[ServiceTarget]:
    both = {
        ClockKind.SERVICE: read_targets(in_service, "in_service"),
        ClockKind.CALENDAR: read_targets(in_calendar, "in_calendar"),
    }
    twice = {key(each) for each in both[ClockKind.SERVICE]} & {key(each) for each in both[ClockKind.CALENDAR]}
    if twice:
        raise Refused(_l("A priority is counted by one clock only: it is in both boxes."), "in_calendar")
    return [
        ServiceTarget(priority=priority, response=response, resolution=resolution, clock=kind)
        for kind, rows in both.items()
        for priority, (response, resolution) in rows.items()
    ]


def take_back_agreement(row: ServiceAgreement, reason: str, *, by: Person | None) -> ServiceAgreement:
    """The agreement holds no more, from its first day on; it stays readable. Raises Refused."""
    _take_back(row, reason, "agreement.take_back", by)
    measure_again(AGAIN, by=by)
    return row


def _take_back(row: Any, reason: str, act: str, by: Person | None) -> None:
    if not reason.strip():
        raise Refused(_l("Say why it is taken back."), "reason")
    if row.taken_back_at is not None:
        raise Refused(_l("This was taken back already."))
    with trail.act(act, row, by=by):
        row.taken_back_at, row.taken_back_by_id = clock.now(), by.id if by else None
        row.taken_back_reason = reason.strip()


# --- maintenance
# -------------------------------------------------------------------------------------------------


def add_maintenance(
    service: Service,
    *,
    day: date,
    start: time,
    end: time,
    end_on: date | None = None,
    announced_on: date,
    announced_time: time,
    announced_by: str,
    note: str = "",
    every: int = 0,
    until: date | None = None,
    by: Person | None,
) -> list[MaintenanceWindow]:
    """Enter agreed maintenance: one window, or the same one every so many weeks until a day.

    Times are those of the wall in the service's zone. ``end_on``: the day it ends, None for the same. Raises
    Refused naming the field.
    """
    zone = zone_of(service)
    announced = _at(zone, announced_on, announced_time)
    if announced > clock.now():
        raise Refused(
            _l("The announcement lies in the future. Enter the maintenance when it is announced."),
            "announced_on",
        )
    if not announced_by.strip():
        raise Refused(_l("Say who announced it, or whom it was agreed with."), "announced_by")
    longer = end_on - day if end_on is not None else timedelta()
    if _at(zone, day + longer, end) <= _at(zone, day, start):
        raise Refused(
            _l("It ends before it begins. For a window over midnight, give the day on which it ends."), "end"
        )
    spans = [Span(_at(zone, each, start), _at(zone, each + longer, end)) for each in _days(day, every, until)]
    _no_overlap(service, spans, zone)
    rows = []
    for span in spans:
        row = MaintenanceWindow(
            service=service,
            starts_at=span.start,
            ends_at=span.end,
            announced_at=announced,
            announced_by=announced_by.strip(),
            note=note.strip(),
            entered_by_id=by.id if by else None,
            entered_at=clock.now(),
        )
        with trail.act("maintenance.add", row, by=by):
            db.session.add(row)
        rows.append(row)
    _measured(rows, by)
    return rows


def zone_of(service: Service) -> str:
    """The zone of the agreement that was made last; of the organisation while there is none."""
    held = [each for each in service.agreements if each.taken_back_at is None and each.id is not None]
    if held:
        return max(held, key=lambda each: each.valid_from).zone
    return str(getattr(clock.zone(), "key", "UTC"))


def _at(zone: str, day: date, at: time) -> datetime:
    return moment(zone, day, at.hour * 60 + at.minute)


def _days(first: date, every: int, until: date | None) -> list[date]:
    if not every:
        return [first]
    if until is None:
        raise Refused(_l("Say until which day the maintenance is repeated."), "until")
    if until < first:
        raise Refused(_l("The last day lies before the first."), "until")
    count = (until - first).days // (7 * every) + 1
    if count > MOST_WINDOWS:
        raise Refused(
            _l(
                "This would be %(count)s windows; enter at most %(most)s at once.",
                count=count,
                most=MOST_WINDOWS,
            ),
            "until",
        )
    return [first + timedelta(weeks=every * place) for place in range(count)]


def _no_overlap(service: Service, spans: Sequence[Span], zone: str) -> None:
    query = select(MaintenanceWindow.starts_at, MaintenanceWindow.ends_at).where(
        MaintenanceWindow.service_id == service.id,
        MaintenanceWindow.taken_back_at.is_(None),
        MaintenanceWindow.starts_at < spans[-1].end,
        MaintenanceWindow.ends_at > spans[0].start,
    )
    with db.session.no_autoflush:
        there = db.session.execute(query).all()
    for start, end in there:
        if any(start < span.end and span.start < end for span in spans):
            place = ZoneInfo(zone)
            raise Refused(
                _l(
                    "It overlaps the maintenance from %(start)s to %(end)s. Take that one back first, or "
                    "choose other hours.",
                    start=f"{start.astimezone(place):%Y-%m-%d %H:%M}",
                    end=f"{end.astimezone(place):%Y-%m-%d %H:%M}",
                ),
                "day",
            )


def take_back_maintenance(row: MaintenanceWindow, reason: str, *, by: Person | None) -> MaintenanceWindow:
    """The window takes nothing out any more; it stays readable. Raises Refused without a reason."""
    _take_back(row, reason, "maintenance.take_back", by)
    _measured([row], by)
    return row


def _measured(rows: Iterable[MaintenanceWindow], by: Person | None) -> None:
    """Months measured already are measured anew where a window reaches into what is known."""
    known = db.session.scalar(select(func.max(ServiceWatch.watched_to)))
    if known is not None and any(row.starts_at < known for row in rows):
        measure_again(AGAIN, by=by)


def get_agreement(service: Service, row_id: int) -> ServiceAgreement:
    """One agreement of a service. Raises :class:`NotVisible`."""
    return _own(ServiceAgreement, service, row_id)


def get_maintenance(service: Service, row_id: int) -> MaintenanceWindow:
    """One window of maintenance of a service. Raises :class:`NotVisible`."""
    return _own(MaintenanceWindow, service, row_id)


def _own(model: Any, service: Service, row_id: int) -> Any:
    found = db.session.get(model, row_id)
    if found is None or found.service_id != service.id:
        raise NotVisible
    return found

"""A year of an organisation, told by the services where that is quick and by rows where it is not.

The clock is the caller's: freeze it on ``TODAY``. Figures of the service levels are those of a real
incident log
(8,995, 7,934 and 7,508 incidents: 39.86, 76.70 and 77.52 %), availability those of a real status page.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.findings import action_services
from audit_app.indicators import services as indicators
from audit_app.indicators.models import Import, Indicator, Measurement
from audit_app.programme.models import Audit, AuditKind, AuditState, Programme
from audit_app.reviews import exports, services
from audit_app.reviews.models import InputKey, Review
from tests.people import People

TODAY = "2026-06-15 02:00:00+00:00"
PERIOD = (date(2025, 12, 1), date(2026, 5, 31))
SLA = {date(2026, 3, 1): (3585, 8995), date(2026, 4, 1): (6085, 7934), date(2026, 5, 1): (5820, 7508)}
AVL = {
    date(2025, 11, 1): ("99.45", {"Backend": 99.32, "Website": 99.59}),
    date(2025, 12, 1): ("99.41", {"Backend": 99.41, "Website": 99.97}),
    date(2026, 1, 1): ("99.69", {"Backend": 99.69, "Website": 99.99}),
    date(2026, 2, 1): ("99.95", {"Backend": 99.95, "Website": 99.96}),
    date(2026, 3, 1): ("99.97", {"Backend": 99.97, "Website": 100}),
    date(2026, 5, 1): ("99.93", {"Backend": 99.93, "Website": 99.94}),
}
"""2026-04 is missing on purpose: a gap that must be named."""


def register() -> dict[str, Indicator]:
    """The register that ships, by code."""
    if db.session.scalar(select(Indicator.id).limit(1)) is None:
        indicators.load_register(by=None)
    return {row.code: row for row in db.session.scalars(select(Indicator))}


def source(people: People) -> Import:
    """The log that the ticket figures come from."""
    made = Import(
        kind="tickets",
        filename="incident_event_log.csv",
        sha256="ab" * 32,
        profile="servicenow",
        rows=141712,
        accepted=24918,
        at=now(),
        by_id=people.manager.id,
    )
    db.session.add(made)
    db.session.flush()
    return made


def measure(indicator: Indicator, month: date, value: Any, **facts: Any) -> None:
    """One stored month."""
    row = Measurement(
        indicator_id=indicator.id, period=month, value=Decimal(str(value)), entered_at=now(), **facts
    )
    db.session.add(row)


def measured(people: People) -> None:
    """SLA, availability, customer satisfaction, change success and capacity."""
    known, log = register(), source(people)
    for month, (met, total) in SLA.items():
        value = (Decimal(met) * 100 / total).quantize(Decimal("1.0000000000"))
        measure(
            known["SLA"], month, value, numerator=Decimal(met), denominator=Decimal(total), import_id=log.id
        )
    for month, (value, by_service) in AVL.items():
        extra = {"services": {name: {"availability": each} for name, each in by_service.items()}}
        measure(known["AVL"], month, value, extra=extra)
    for place, month in enumerate((date(2025, 12, 1), *(date(2026, n, 1) for n in range(1, 6)))):
        measure(known["CSAT"], month, 83 + place)
        measure(known["CSR"], month, 97 - place)
        measure(known["CAP"], month, 60 + place * 5)
        measure(known["SUP"], month, 96, comment="Both suppliers met their targets.")
        measure(known["OBJ"], month, 88 + place)
    db.session.flush()


def measured_fully(months: int = 24) -> int:
    """Every indicator of the register in every one of the last months up to 2026-05. Returns how many
    rows.
    """
    span = [date((24317 - n) // 12, (24317 - n) % 12 + 1, 1) for n in range(1, months + 1)]
    rows = [
        {
            "indicator_id": row.id,
            "period": month,
            "value": Decimal(60 + (place * 7 + n * 3) % 40),
            "extra": {},
            "numerator": Decimal(60 + place),
            "denominator": Decimal(100),
            "comment": "",
            "entered_at": now(),
            "version": 1,
        }
        for place, row in enumerate(register().values())
        for n, month in enumerate(span)
    ]
    db.session.execute(insert(Measurement), rows)
    return len(rows)


def audited(people: People) -> Audit:
    """An audit of the period, reported in April 2026."""
    programme = Programme(
        code="SMS-AP-2026", year=2026, title="Audit programme 2026", objectives="All clauses"
    )
    made = Audit(
        code="SMS-IA-2026-01",
        programme=programme,
        kind=AuditKind.INTERNAL,
        title="Incident and change management",
        criteria="ISO/IEC 20000-1:2018",
        starts_on=date(2026, 4, 13),
        ends_on=date(2026, 4, 14),
        state=AuditState.REPORTED,
        lead=people.lead,
        clauses=["4", "5", "6", "7", "8", "9"],
        reported_at=now().replace(month=4, day=20),
    )
    made.processes, made.departments = [people.inc, people.chg], [people.ops]
    db.session.add_all([programme, made])
    db.session.flush()
    return made


def planned(people: People, **given: Any) -> Review:
    """A review of the last six months, planned for 10 June 2026."""
    facts: dict[str, Any] = {
        "title": "Management review, first half of 2026",
        "meets_on": date(2026, 6, 10),
        "period_from": PERIOD[0],
        "period_to": PERIOD[1],
        "chair": people.boss,
        "prepared_by": people.manager,
        "place": "Board room",
        "participants": [
            (people.boss, "General manager"),
            (people.manager, "Quality manager"),
            (people.owner, "Head of operations"),
        ],
        "by": people.manager,
    } | given
    return services.plan_review(**facts)


def preparing(people: People, **given: Any) -> Review:
    """The same, with its inputs open."""
    return services.start_preparing(planned(people, **given), by=people.manager)


def fill(review: Review, people: People, but: tuple[str, ...] = ()) -> None:
    """Write every input; f is declared empty with a reason."""
    for key in InputKey:
        if key.value in but:
            continue
        if key is InputKey.F:
            services.declare_nothing(
                review,
                key,
                reason="The policy was reviewed in January; nothing has changed.",
                by=people.manager,
            )
        else:
            services.write_input(
                review,
                key,
                text=f"Assessment of input {key.value}: read the figures below.\nThey are discussed.",
                by=people.manager,
            )


def ready(people: People, **given: Any) -> Review:
    """A review that is held and can be approved: one decision taken, one refused."""
    review = preparing(people, **given)
    fill(review, people)
    first = services.ask_decision(
        review,
        text="Hire two people for the service desk",
        input_key=InputKey.J,
        rationale="SLA misses 95 % in every month.",
        options="A: two people, 600,000 a year, SLA 95 % by autumn\nB: overtime, 200,000 a year, SLA 85 %",
        resources="600,000 a year",
        owner=people.owner,
        due_on=date(2026, 9, 30),
        by=people.manager,
    )
    second = services.ask_decision(
        review, text="Move the backend to a second site", input_key=InputKey.H, by=people.manager
    )
    services.take_decision(first, owner=people.owner, due_on=date(2026, 9, 30), by=people.boss)
    services.reject_decision(second, by=people.boss)
    services.record_attendance(review, {people.boss.id, people.manager.id}, by=people.manager)
    return services.hold(
        review,
        minutes="The inputs were read one by one.",
        suitability="The system fits the organisation.",
        adequacy="Its resources are tight at the service desk.",
        effectiveness="Incidents are solved faster; SLA is still missed.",
        next_review_on=date(2026, 12, 9),
        by=people.manager,
    )


def approved(people: People, **given: Any) -> Review:
    """The same, approved and frozen."""
    return services.approve(ready(people, **given), exports.render_all, by=people.boss)


def earlier(people: People) -> Review:
    """An approved review of the year before, with one action late and one done; call it with the clock on
    2025-12-10.
    """
    review = approved(
        people,
        title="Management review 2025",
        meets_on=date(2025, 12, 10),
        period_from=date(2025, 6, 1),
        period_to=date(2025, 11, 30),
    )
    for title, due in (
        ("Buy a second monitoring probe", date(2026, 3, 31)),
        ("Publish the service catalogue", date(2026, 1, 31)),
    ):
        action_services.add_action(
            title=title,
            owner=people.owner2,
            due_on=due,
            kind=action_services.ActionKind.DECISION,
            review=review,
            by=people.boss,
        )
    last = max(review.id and db.session.scalars(select(action_services.Action)).all(), key=lambda row: row.id)
    action_services.done(last, note="Published on the intranet.", by=people.owner2)
    return review


def days(count: int) -> timedelta:
    """So many days."""
    return timedelta(days=count)

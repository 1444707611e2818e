"""A year of an organisation that is built once for a file of tests: as rich as a pack can be made in a second or two."""

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import time_machine
from flask import Flask

from audit_app import create_app
from audit_app.accounts.models import Person
from audit_app.config import Settings
from audit_app.core.db import db
from audit_app.findings.models import Finding, FindingState, Grade
from audit_app.indicators.models import Measurement
from audit_app.reviews import services
from audit_app.reviews.models import Review
from tests import signed_in
from tests.databases import SQLITE, Databases
from tests.findings.factory import many
from tests.people import People, invite
from tests.reviews import factory

PEN = [[[10, 20], [60, 40], [90, 25]], [[12, 60], [80, 62]]]


@dataclass
class World:
    """An application with its context pushed, its people, and a review that is held."""

    app: Flask
    people: People
    review: Review


@contextmanager
def application(databases: Databases, folder: Path, kind: str = SQLITE) -> Iterator[Flask]:
    """An application over an empty database of its own, its context pushed."""
    with databases.fresh(kind, folder) as url:
        settings = Settings(
            database_url=url, data_dir=folder / "data", secret_key="only-for-tests-" * 3,
            time_zone="Asia/Shanghai", lock_days=0, testing=True,
        )  # fmt: skip
        app = create_app(settings)
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


@contextmanager
def rich(databases: Databases, folder: Path, findings: int = 60) -> Iterator[World]:
    """Every indicator measured for two years, findings, an audit, a review before and one that is held."""
    with application(databases, folder) as app, time_machine.travel(factory.TODAY, tick=True) as clock:
        people = invite()
        factory.measured_fully(25)
        _uneven()
        clock.move_to("2025-12-10 02:00:00+00:00")
        _before(people)
        clock.move_to(factory.TODAY)
        factory.audited(people)
        many(people, findings, since=factory.PERIOD[0])
        _graded()
        review = factory.ready(people)
        services.draw_signature(review, people.manager, strokes=PEN, width=300, height=120, by=people.manager)
        noted = next(each for each in review.agenda if each.input_key and each.input_key.value == "h")
        services.write_notes(noted, "The second line costs 12.5 % less.", version=1, by=people.manager)
        db.session.commit()
        yield World(app, people, review)


def _before(people: People) -> None:
    """The review of half a year before, approved; its files are not drawn, which would cost seconds."""
    review = factory.ready(
        people,
        title="Before",
        meets_on=date(2025, 12, 10),
        period_from=date(2025, 6, 1),
        period_to=date(2025, 11, 30),
    )
    services.approve(review, lambda _pack: {}, by=people.boss)


def _uneven() -> None:
    """Values with halves in the digit that is rounded, with four digits before the point, and with gaps."""
    for place, row in enumerate(db.session.query(Measurement).order_by(Measurement.id)):
        row.value += (
            Decimal("0.125"),
            Decimal("0.0005"),
            Decimal("1234.5"),
            Decimal("0.25"),
            Decimal("-0.05"),
        )[place % 5]
        if place % 11 == 0:
            db.session.delete(row)
    db.session.flush()


def _graded() -> None:
    """Half of the open findings are nonconformities of either grade."""
    for place, row in enumerate(db.session.query(Finding).where(Finding.state == FindingState.ISSUED)):
        row.grade = (Grade.MAJOR, Grade.MINOR, row.grade, row.grade)[place % 4]
    db.session.flush()


def page(world: World, address: str, person: Person | None = None) -> bytes:
    """A page as somebody sees it; the request shares nothing with the test."""
    client = signed_in.enter(world.app.test_client(), person or world.people.manager)
    reply = contextvars.Context().run(client.get, address)
    assert reply.status_code == 200, (address, reply.status_code)
    db.session.expire_all()
    return bytes(reply.data)

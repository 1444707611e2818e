"""Building the demo: the chapters in turn, one progress bar, and the table of accounts."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask_babel import force_locale
from flask_babel import gettext as _

from audit_app.accounts import queries as accounts
from audit_app.accounts.language import LOCALES
from audit_app.accounts.permissions import Role
from audit_app.config import language_of_shell
from audit_app.core import clock
from audit_app.core.db import db
from audit_app.demo import (
    audits,
    cast,
    certification,
    competence,
    everyday,
    figures,
    findings,
    improvements,
    late_corrections,
    news,
    objectives,
    planning,
    plans,
    register,
    reviews,
    service_levels,
    standards,
    walkthrough,
)
from audit_app.demo.story import Story

CHAPTERS: tuple[Callable[[Story], None], ...] = (
    audits.tell,
    walkthrough.tell,
    planning.tell,
    plans.tell,
    findings.tell,
    everyday.tell,
    improvements.tell,
    service_levels.tell,
    objectives.tell,
    figures.tell,
    register.tell,
    late_corrections.tell,
    reviews.tell,
    certification.tell,
    news.tell,
    competence.tell,
    standards.tell,
)
Echo = Callable[..., Any]


def is_built() -> bool:
    """Whether the database holds an organisation already; a demo is never built over somebody's data."""
    return accounts.organisation() is not None


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """The build makes millions of short-lived objects beside many that stay: looking for circles among them
    after every 700 cost a tenth of its time (docs/figures.md)."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def run(language: str, echo: Echo) -> Story:
    """Build the organisation and its three years, ending today. The texts are in ``language`` (zh or en).

    Only services change rows. The clock is moved, so dates, numbers and the trail lie in the past, in order.
    Commits once, at the end: a build that is broken off leaves an empty database, not half an organisation.
    """
    with _seldom_collected(), force_locale(LOCALES[language]):
        story = Story(language, clock.today())
        with clock.at(story.moment(audits.BEGIN, 9)):
            cast.found(story)
            competence.found(story)
        for chapter in CHAPTERS:
            chapter(story)
        label = _("Building the demo organisation")
        with click.progressbar(length=len(story.events), label=label, show_eta=False) as bar:
            count = story.run(bar.update)
        db.session.commit()
        echo(_("Built: %(count)s events in three years.", count=count))
    return story


def print_accounts(echo: Echo, url: str) -> None:
    """Who can sign in: role, name, address, the password that all share; in the demo's language."""
    people = accounts.active_people()
    spoken = [each.language for each in people if Role.TOP_MANAGEMENT in each.role_set]
    with force_locale(LOCALES[spoken[0] if spoken else language_of_shell()]):
        rows = [
            (", ".join(str(role.label) for role in Role if role in each.role_set), each.name, each.email)
            for each in people
        ]
        order = {str(role.label): place for place, role in enumerate(Role)}
        rows.sort(key=lambda row: (order[row[0].split(", ")[0]], row[1]))
        widths = [max(_width(row[column]) for row in rows) for column in range(3)]
        echo("")
        for row in rows:
            echo(
                "  "
                + "  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
            )
        echo("")
        echo("  " + _("Password of all: %(password)s", password=cast.PASSWORD))
        echo("  " + _("Address: %(url)s", url=url))


def _width(text: str) -> int:
    """Columns that a terminal gives to a text: Chinese characters take two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))

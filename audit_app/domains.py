"""The list of domains: their blueprints, their words, and the doors through which their subjects are
reached."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask, has_app_context

from audit_app.accounts import factor_gate, factors
from audit_app.accounts import words as account_words
from audit_app.accounts.models import Person
from audit_app.checklists import queries as checklists
from audit_app.core.errors import NotVisible
from audit_app.evidence import queries as evidence
from audit_app.notifications import hours, kinds, letters, outbox, services
from audit_app.notifications import queries as notifications
from audit_app.notifications import words as notices
from audit_app.trail import queries as trail_chain
from audit_app.trail import words as trail

BLUEPRINTS = (
    "home",
    "retention",
    "accounts",
    "competence",
    "standards",
    "programme",
    "checklists",
    "agenda",
    "findings",
    "planning",
    "improvements",
    "indicators",
    "reports",
    "reviews",
    "dossiers",
    "certification",
    "evidence",
)
WORDS = (
    "accounts", "competence", "standards", "programme", "checklists", "agenda", "findings", "planning",
    "improvements", "indicators", "reports", "reviews", "certification", "notifications",
    "retention",
)  # fmt: skip


def _part(name: str) -> Any:
    return import_module(f"audit_app.{name}") if find_spec(f"audit_app.{name}") else None


TOLD = {"review", "review_input"}
"""Records that people are told of although their roles do not open them: who is asked to a review."""


def _sees(subject: Any) -> Callable[[str, Person], bool]:
    """Whether a person may see a record, by the door of its domain."""

    def ask(number: str, person: Person) -> bool:
        try:
            subject.get(int(number), to=person)
        except NotVisible:
            return False
        return True

    return ask


def beside_the_reader() -> dict[str, Any]:
    """What each request reads together with its person: the heads of both chains, and the unread notices."""
    return {
        "trail_head": trail_chain.head(),
        "answers_head": checklists.head(),
        "unread": notifications.unread_of(Person.id),
        **factor_gate.beside_the_reader(),
    }


def promotions() -> dict[Any, Any]:
    """What an improvement can be promoted from."""
    from audit_app.findings import queries as findings
    from audit_app.improvements.models import ImprovementSource as Source
    from audit_app.improvements.sources import Door
    from audit_app.indicators import queries as indicators
    from audit_app.reviews import queries as reviews

    return {
        Source.FINDING: Door(findings.get, "findings.show"),
        Source.INDICATOR: Door(indicators.get, "indicators.show", title=lambda row: row.name),
        Source.DECISION: Door(
            reviews.get_decision, "reviews.show", lambda row: row.review_id, lambda row: row.text
        ),
    }


def _learn_words() -> None:
    """Teach the trail and the notices what each domain says."""
    for name in WORDS:
        module = _part(f"{name}.words")
        if module:
            trail.learn(module)
            notices.learn(module)
            kinds.learn(module)


def init_app(app: Flask) -> None:
    """Register every domain."""
    from audit_app.accounts import erasing, leaving, single_sign_on
    from audit_app.agenda import calendar, feeds
    from audit_app.checklists import devices, rulings, sync
    from audit_app.core import workdays
    from audit_app.findings import cover, dates, field, handover, working_calendar
    from audit_app.home import still
    from audit_app.improvements import sources
    from audit_app.programme import fieldwork_door
    from audit_app.reviews import requests
    from audit_app.subjects import SUBJECTS

    for name in BLUEPRINTS:
        module = _part(f"{name}.routes")
        if module:
            app.register_blueprint(module.blueprint)
    single_sign_on.init_app(app)
    _learn_words()
    app.extensions["subjects"] = SUBJECTS
    sync.TAKERS["finding"] = field.take
    enclosing = calendar.enclosing(app.config["SETTINGS"].base_url.rstrip("/"))
    letters.ENCLOSE.update(dict.fromkeys(calendar.KINDS, enclosing))
    workdays.ask(lambda: working_calendar.chosen() if has_app_context() else None)
    hours.Quiet.parse(app.config["SETTINGS"].quiet_hours)  # a setting that cannot be read stops the start
    outbox.STILL.update(still.RULES)
    outbox.SEES.update({kind: _sees(subject) for kind, subject in SUBJECTS.items() if kind not in TOLD})
    services.BESIDE[:] = [cover.beside]
    calendar.SOURCES[:] = [dates.entries]
    sources.DOORS.update(promotions())
    fieldwork_door.answer_with(rulings.standing)
    kinds.KINDS.update(dict.fromkeys(account_words.NOTICES, kinds.NOW))
    factors.TELL[:] = [lambda kind, person: services.queue_again(kind, to=person, subject=person)]
    leaving.BURDENS[:] = [handover.burden]
    erasing.CLEARED[:] = [feeds.forget, devices.forget, outbox.forget]
    leaving.LEFT[:] = [requests.tell_of_leaving]
    evidence.DOORS.update({kind: subject.get for kind, subject in SUBJECTS.items()})
    evidence.RULES.update({kind: subject.may_attach for kind, subject in SUBJECTS.items()})

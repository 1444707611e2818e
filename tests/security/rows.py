"""Which row stands behind which part of an address, and who may see it: asked of the domain, never of a reply."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask
from sqlalchemy import select

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.certification import queries as certification
from audit_app.checklists import devices
from audit_app.checklists import queries as checklists
from audit_app.checklists.models import Checklist, Question
from audit_app.competence import queries as competence
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.evidence.models import Attachment
from audit_app.findings import cover_services, visibility
from audit_app.findings.deadline_models import Extension
from audit_app.improvements import queries as improvements
from audit_app.indicators import levels, objective_standing
from audit_app.indicators import queries as indicators
from audit_app.notifications import queries as notices
from audit_app.programme import queries as programme
from audit_app.programme import waivers
from audit_app.reports import queries as reports
from audit_app.reviews import queries as reviews
from audit_app.reviews import supplements
from audit_app.reviews.after_models import ReviewRecipient
from audit_app.reviews.meeting_models import AgendaItem
from audit_app.reviews.models import Decision, ReviewInput
from audit_app.subjects import SUBJECTS

Ids = set[Any]


def of_query(query: Callable[[Person], Any]) -> Callable[[Person], Ids]:
    """The keys of the rows that a ``visible_to`` gives."""

    def ids(person: Person) -> Ids:
        return {row.id for row in db.session.scalars(query(person)).unique()}

    return ids


def below(model: Any, column: str, above: Callable[[Person], Ids]) -> Callable[[Person], Ids]:
    """Rows that are seen with the row above them."""

    def ids(person: Person) -> Ids:
        seen = above(person)
        found = db.session.execute(select(model.id, getattr(model, column)))
        return {key for key, parent in found if parent in seen}

    return ids


findings, actions = of_query(visibility.visible_to), of_query(visibility.visible_actions)
audits, all_reviews = of_query(programme.visible_to), of_query(reviews.visible_to)
versions = of_query(checklists.visible_templates)


def extensions(person: Person) -> Ids:
    """Requests for more time: of a visible finding or a visible action."""
    return below(Extension, "finding_id", findings)(person) | below(Extension, "action_id", actions)(person)


def attachments(person: Person) -> Ids:
    """Files: seen with what they hang on."""
    seen = set()
    for row in db.session.scalars(select(Attachment)):
        try:
            SUBJECTS[row.kind].get(int(row.subject_id), to=person)
        except NotVisible:
            continue
        seen.add(row.id)
    return seen


def colleagues(person: Person) -> Ids:
    """People whose work may be handed over: whoever holds one of the permissions of that page sees all of them."""
    return set(db.session.scalars(select(Person.id)))


KINDS: dict[str, Callable[[Person], Ids]] = {
    "finding": findings,
    "action": actions,
    "extension": extensions,
    "absence": of_query(cover_services.absences_of),
    "audit": audits,
    "report": of_query(reports.visible_to),
    "checklist": below(Checklist, "audit_id", audits),
    "item": of_query(checklists.visible_items),
    "version": versions,
    "question": below(Question, "version_id", versions),
    "device": of_query(devices.visible_to),
    "waiver": of_query(waivers.visible_to),
    "competence": of_query(competence.visible_to),
    "person": of_query(accounts.visible_to),
    "colleague": colleagues,
    "attachment": attachments,
    "notice": of_query(notices.of),
    "review": all_reviews,
    "input": below(ReviewInput, "review_id", all_reviews),
    "decision": below(Decision, "review_id", all_reviews),
    "topic": below(AgendaItem, "review_id", all_reviews),
    "recipient": below(ReviewRecipient, "review_id", all_reviews),
    "supplement": of_query(supplements.visible_to),
    "improvement": of_query(improvements.visible_to),
    "indicator": of_query(indicators.visible_to),
    "service": of_query(levels.visible_to),
    "objective": of_query(objective_standing.visible_to),
    "certificate": of_query(certification.visible_to),
}

BY_ENDPOINT: dict[str, dict[str, str]] = {
    "accounts.person": {"id": "person"},
    "accounts.person_edit": {"id": "person"},
    "accounts.person_password": {"id": "person"},
    "accounts.person_access": {"id": "person"},
    "accounts.person_erase": {"id": "person"},
    "accounts.person_factor_reset": {"id": "person"},
    "home.person_devices": {"person_id": "person"},
    "home.person_sessions_end": {"person_id": "person"},
    "home.person_session_end": {"person_id": "person"},
    "certification.deadline": {"id": "finding"},
    "checklists.adopt": {
        "id": "checklist"
    },  # any version that is not published is "out of use": one that is none, too
    "checklists.remove": {"id": "checklist"},
    "checklists.item": {"id": "item"},
    "checklists.take_over": {"id": "question", "source": "question"},
    "checklists.device": {"id": "device"},
    "checklists.device_revoke": {"id": "device"},
    "evidence.download": {"id": "attachment"},
    "findings.absence_end": {"id": "absence"},
    "findings.extension": {"id": "extension"},
    "findings.hand_over": {"id": "colleague"},
    "findings.take_back_repeat": {"id": "finding", "earlier": "finding"},
    "home.read": {"id": "notice"},
    "programme.waiver": {"id": "waiver"},
    "programme.waiver_approve": {"id": "waiver"},
    "programme.waiver_withdraw": {"id": "waiver"},
    "reports.show": {
        "audit_id": "audit"
    },  # says in words that the report is closed, as the page of the audit does
    "reviews.input": {"id": "input"},
    "reviews.assign": {"id": "input"},
    "reviews.topic_notes": {"id": "topic"},
    "reviews.meeting_decide": {"id": "review", "topic": "topic"},
    "reviews.meeting_take": {"id": "review", "topic": "topic", "decision": "decision"},
    "reviews.handed_over": {"id": "review", "recipient": "recipient"},
    **{
        f"reviews.{name}": {"id": "decision"}
        for name in ("edit_decision", "reject_decision", "take_decision")
    },
    **{
        f"reviews.{name}": {"id": "supplement"}
        for name in (
            "supplement",
            "supplement_file",
            "edit_supplement",
            "issue_supplement",
            "withdraw_supplement",
        )
    },
}
"""Addresses that the rule by path below does not tell."""

BY_PATH: tuple[tuple[str, dict[str, str]], ...] = (
    ("/audits/<int:audit_id>/report/", {"audit_id": "report"}),
    ("/audits/<int:audit_id>/", {"audit_id": "audit"}),
    ("/audits/<int:id>/", {"id": "audit"}),
    ("/programme/audits/<int:id>", {"id": "audit"}),
    ("/dossiers/audit/<int:id>", {"id": "audit"}),
    ("/findings/actions/<int:id>", {"id": "action"}),
    ("/findings/<int:id>", {"id": "finding"}),
    ("/competence/<int:id>", {"id": "competence"}),
    ("/checklists/versions/<int:id>", {"id": "version"}),
    ("/checklists/questions/<int:id>", {"id": "question"}),
    ("/reviews/<int:id>", {"id": "review"}),
    ("/improvements/<int:id>", {"id": "improvement"}),
    ("/indicators/<int:id>", {"id": "indicator"}),
    ("/indicators/services/<int:id>", {"id": "service"}),
    ("/indicators/objectives/<int:id>", {"id": "objective"}),
    ("/certification/<int:id>", {"id": "certificate"}),
)
WITHOUT_A_RULE_OF_ROWS = {
    "/programme/proposals/",
    "/programme/weights/",
    "/programme/<int:year>",
    "/dossiers/year/",
    "/standards/<int:id>",
    "/certification/rules/",
    "/indicators/corrections/",
    "/indicators/sources/",
    "/indicators/imports/",
    "/organisation/<any",
    "/organisation/retention/",
    "/mail/",
    "/findings/deadlines/",
}
"""Whoever holds the permission of the route sees every row there is."""
BELOW_A_TOKEN = {"/dossiers/progress/", "/findings/old/", "/checklists/import/", "/standards/import/",
                 "/indicators/import/"}  # fmt: skip
"""Uploads and long work: found only in one's own folder (their own test below)."""
BY_OTHER_TESTS = {"evidence.upload", "checklists.file_progress", "checklists.file_piece", "findings.charts_file",
                  "home.session_end", "accounts.passkey_remove", "indicators.system_file", "indicators.import_start", "indicators.import_new"}  # fmt: skip


def kinds_of(rule: Any) -> dict[str, str]:
    """Parameter → kind of row, for one rule."""
    if rule.endpoint in BY_ENDPOINT:
        return BY_ENDPOINT[rule.endpoint]
    return next((kinds for start, kinds in BY_PATH if rule.rule.startswith(start)), {})


def unexplained(app: Flask, rules: list[Any]) -> set[str]:
    """Rules with a parameter of which nobody has said what stands behind it."""
    known = WITHOUT_A_RULE_OF_ROWS | BELOW_A_TOKEN
    return {
        rule.endpoint
        for rule in rules
        if rule.arguments
        and not kinds_of(rule)
        and rule.endpoint not in BY_OTHER_TESTS
        and not any(rule.rule.startswith(start) for start in known)
    } - {"accounts.master", "accounts.master_export"}


@dataclass
class Sight:
    """What each person sees, asked of the domains once."""

    seen: dict[tuple[int, str], Ids]

    @classmethod
    def of(cls, people: list[Person]) -> "Sight":
        """Ask every domain for every person."""
        made = cls({(person.id, kind): ids(person) for person in people for kind, ids in KINDS.items()})
        db.session.rollback()
        return made

    @cached_property
    def text(self) -> dict[int, set[tuple[str, str]]]:
        """Person → kind and key, the key as a mark writes it."""
        found: dict[int, set[tuple[str, str]]] = {}
        for (person, kind), ids in self.seen.items():
            found.setdefault(person, set()).update((kind, str(each).replace("-", "")) for each in ids)
        return found

    def sees(self, person: Person, kind: str, key: Any) -> bool:
        """Whether a person may see one row."""
        return key in self.seen[person.id, kind]


def everything(sight: Sight, kind: str) -> Ids:
    """Every key of a kind that anybody sees."""
    return set().union(*(ids for (_person, name), ids in sight.seen.items() if name == kind))

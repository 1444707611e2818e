"""The chapter of competence: who may audit, until when; a renewal, a withdrawal, and two waivers."""

from functools import partial
from typing import Any

from audit_app.competence import services
from audit_app.competence.models import Basis, Competence, Skill
from audit_app.competence.services import Evaluation
from audit_app.demo import files
from audit_app.demo.story import Story, texts
from audit_app.evidence import services as evidence
from audit_app.programme import services as programme
from audit_app.programme import waivers
from audit_app.programme.models import TeamRole
from audit_app.programme.waiver_models import Waiver, WaiverKind

Facts = dict[str, Any]
CERTIFIED = ("lead_course", "course", "exam")
"""Grounds for which somebody gave a paper."""


def found(story: Story) -> None:
    """Record what the first auditors were trained and examined in, before the first audit is planned."""
    words, lin = story.said(texts("competence")), story.people["lin"]
    for facts in texts("competence")["records"]:
        made = services.add_several(
            story.people[facts["person"]],
            [Skill(each) for each in facts["skills"]],
            _evaluation(story, facts, facts["awarded"], facts["ends"], facts["grounds"]),
            standard=facts.get("standard", "ISO/IEC 20000-1:2018"),
            area=words["areas"][facts["area"]] if "area" in facts else "",
            clauses=facts.get("clauses", []),
            by=lin,
        )
        if facts["grounds"] in CERTIFIED:
            _certificate(story, made[0])
        for record in made:
            _later(story, facts, record)


def _certificate(story: Story, record: Competence) -> None:
    """The certificate of a course or an examination, as a page that hangs on the record."""
    words, name = story.said(texts("competence")), record.person.name
    code = f"{words['certificate']} {name}"
    judge = record.issuer or (record.evaluated_by.name if record.evaluated_by else "")
    colon = "：" if story.language == "zh" else ": "
    page = files.record(code, words["certificate"], f"{name}{colon}{record.grounds}", judge, story.language)
    evidence.attach(record, files.Upload(f"{words['certificate']}.pdf", page), by=story.people["lin"])


def tell(story: Story) -> None:
    """Put the waivers on the list: asked by the manager, approved by top management, then the team
    is saved."""
    asked: dict[str, Waiver] = {}
    for facts in texts("competence")["waivers"]:
        story.plan(facts["asked"], 10, partial(_ask, story, facts, asked))
        # Each later in the day than the one before: round a weekend they may fall on one working day.
        story.plan(facts["approved"], 11, partial(_approve, story, facts, asked))
        story.plan(facts["seated"], 11.5, partial(_seat, story, facts))


def _evaluation(story: Story, facts: Facts, awarded: int, ends: int | None, grounds: str) -> Evaluation:
    words = story.said(texts("competence"))
    return Evaluation(
        Basis.OBSERVATION if grounds == "observed" else Basis(facts["basis"]),
        words[grounds],
        story.day(awarded),
        None if ends is None else story.day(ends),
        story.people[facts["evaluator"]] if "evaluator" in facts else None,
        words[facts["issuer"]] if "issuer" in facts else "",
    )


def _later(story: Story, facts: Facts, record: Competence) -> None:
    """What becomes of a record: renewed after an observed audit, or withdrawn."""
    lin = story.people["lin"]
    if "renewed" in facts:
        day, end, grounds = facts["renewed"], facts["until"], facts.get("again", "observed")
        story.plan(
            day,
            15,
            lambda: services.renew(record, _evaluation(story, facts, day, end, grounds), by=lin),
        )
    if "withdrawn" in facts:
        why = story.said(texts("competence"))["withdrawn"]
        story.plan(facts["withdrawn"], 15, lambda: services.withdraw(record, why, by=lin))


def _ask(story: Story, facts: Facts, asked: dict[str, Waiver]) -> None:
    words, audit = story.said(texts("competence"))[facts["key"]], story.audits[facts["key"]]
    asked[facts["key"]] = waivers.ask(
        audit,
        story.people[facts["person"]],
        WaiverKind(facts["kind"]),
        words["reason"],
        words["measure"],
        by=story.people["lin"],
    )


def _approve(story: Story, facts: Facts, asked: dict[str, Waiver]) -> None:
    waivers.approve_waiver(asked[facts["key"]], by=story.people["chen"])


def _seat(story: Story, facts: Facts) -> None:
    """Now the team can be saved."""
    audit = story.audits[facts["key"]]
    members = [(each.person, each.role) for each in audit.members]
    joined = [*members, (story.people[facts["person"]], TeamRole.AUDITOR)]
    why = story.said(texts("competence"))[facts["key"]]["joined"]
    programme.set_team(audit, audit.lead, joined, why, by=story.people["lin"])

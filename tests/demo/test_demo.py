"""The demo organisation is what it says: complete, in order of time, independent, and in one language."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit_app import create_app, schema
from audit_app.accounts.models import Department, Organisation, Person, Process, Site
from audit_app.accounts.permissions import Role
from audit_app.agenda import queries as agenda
from audit_app.agenda.models import Meeting, MeetingKind
from audit_app.checklists import services as checklists
from audit_app.checklists.models import AnswerRevision, RecordKind, Verdict
from audit_app.config import Settings, language_of_shell
from audit_app.core import clock, workdays
from audit_app.core.db import db
from audit_app.demo import build, cast, figures, visits
from audit_app.demo.story import texts
from audit_app.evidence import intake
from audit_app.evidence import services as evidence
from audit_app.evidence.models import Attachment
from audit_app.findings.deadline_models import Extension, ExtensionState, Term
from audit_app.findings.models import Action, ActionState, Finding, FindingState, Grade, Origin
from audit_app.indicators.correction_models import Outcome, ValueCorrection
from audit_app.indicators.models import Indicator, Measurement, TicketRow
from audit_app.programme.coverage import covers
from audit_app.programme.independence import conflicts
from audit_app.programme.models import Audit, AuditState, Programme
from audit_app.programme.waivers import waivers_of
from audit_app.programme.workflow import scope_of
from audit_app.reviews import services as reviews
from audit_app.reviews.models import DecisionState, FrozenFile, Review, ReviewState
from audit_app.reviews.workflow import missing_inputs
from audit_app.trail import services as trail
from audit_app.trail.models import TrailEntry

CHINESE = re.compile(r"[\u3400-\u9fff]")
LATIN_WORDS = re.compile(r"[A-Za-z]{4,}(?: [A-Za-z]{2,}){2,}")
SECONDS = 60


def built(folder: Path, language: str) -> tuple[Flask, float, list[str]]:
    """An application over a fresh demo, the seconds of processor it took, and what was said."""
    settings = Settings(data_dir=folder, secret_key="only-for-tests-" * 3)
    folder.mkdir(parents=True, exist_ok=True)
    schema.upgrade(settings.database)
    app = create_app(settings)
    said: list[str] = []
    with app.app_context():
        start = time.process_time()
        build.run(language, said.append)
        took = time.process_time() - start
        db.session.remove()
    return app, took, said


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, float, list[str]]]:
    """The demo in English, built once for this file."""
    app, took, said = built(tmp_path_factory.mktemp("demo") / "en", "en")
    yield app, took, said
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def demo(english: tuple[Flask, float, list[str]]) -> Iterator[Flask]:
    """The English demo with its context pushed and its evidence folder in use."""
    app = english[0]
    intake.use_folder(app.config["SETTINGS"].evidence_dir)
    clock.use_zone("Asia/Shanghai")
    with app.app_context():
        yield app
        db.session.remove()


def rows(model: Any) -> list[Any]:
    """All rows of a model."""
    return list(db.session.scalars(select(model)))


def test_it_is_built_in_less_than_half_a_minute(english: tuple[Flask, float, list[str]]) -> None:
    _app, took, said = english
    assert took < SECONDS
    assert said


def test_it_is_known_to_be_built(demo: Flask) -> None:
    assert build.is_built()


def test_an_empty_database_is_not_taken_for_the_demo(app: Flask) -> None:
    assert not build.is_built()


def test_the_organisation_is_the_one_of_the_issue(demo: Flask) -> None:
    assert len(rows(Site)) == 2
    assert len(rows(Department)) == 6
    assert len(rows(Person)) == 12
    assert {role for person in rows(Person) for role in person.role_set} == set(Role)
    assert {person.language for person in rows(Person)} == {"en", "zh"}
    assert all(process.owner_id and process.department_id for process in rows(Process))
    organisation = db.session.get(Organisation, 1)
    assert organisation is not None
    assert organisation.name_zh != organisation.name_en


def test_three_years_of_programme_are_approved_and_the_past_ones_closed(demo: Flask) -> None:
    programmes = sorted(rows(Programme), key=lambda each: each.year)
    assert len(programmes) >= 3
    past = [each for each in programmes if each.year <= clock.today().year]
    assert all(each.approved_by is not None for each in past)
    assert programmes[0].state == "closed"


def test_every_state_of_an_audit_can_be_seen(demo: Flask) -> None:
    audits = rows(Audit)
    assert len(audits) >= 8
    assert {each.state for each in audits} == set(AuditState)
    assert len({each.kind for each in audits}) >= 7


def test_nobody_audits_their_own_area_without_an_approved_waiver(demo: Flask) -> None:
    for audit in rows(Audit):
        found = conflicts(audit.auditors, scope_of(audit))
        allowed = {(each.person_id, key) for each in waivers_of(audit) for key in each.keys}
        assert {(each.person.id, each.key) for each in found} <= allowed, audit.code


STATES = set(FindingState) - {FindingState.ACCEPTED, FindingState.CORRECTED}
"""Owners of the demo report the correction with their acceptance, and are found thinking about no cause."""


def test_fifty_findings_of_every_state_and_grade(demo: Flask) -> None:
    findings = rows(Finding)
    assert len(findings) == 50
    assert {each.state for each in findings} == STATES
    assert {each.grade for each in findings} == set(Grade)
    assert len({each.origin for each in findings} & set(Origin)) >= 6
    assert len({each.title for each in findings}) == 50


def test_what_a_tracker_is_for_is_there_overdue_sent_back_reopened_extended_withdrawn(demo: Flask) -> None:
    findings, actions = rows(Finding), rows(Action)
    assert sum(each.overdue for each in findings) >= 3
    assert any(each.overdue for each in actions if each.finding_id)
    assert any(each.overdue for each in actions if each.review_id)
    assert any(each.reopened for each in findings)
    assert any(each.due_on != each.original_due_on for each in findings if each.original_due_on)
    assert any(each.due_on != each.original_due_on for each in actions)
    sent_back = select(func.count()).where(TrailEntry.action == "finding.send_back")
    assert db.session.scalar(sent_back) == 1
    more_time = {(each.state, each.term) for each in rows(Extension)}
    assert more_time == {
        (ExtensionState.GRANTED, Term.CORRECTIVE),
        (ExtensionState.REFUSED, Term.CORRECTIVE),
        (ExtensionState.ASKED, Term.RESPONSE),
    }


def test_a_clause_came_back_in_the_same_department_within_a_year(demo: Flask) -> None:
    seen: dict[tuple[str, int | None], list[date]] = {}
    for each in rows(Finding):
        if each.is_nonconformity:
            seen.setdefault((each.clause, each.department_id), []).append(each.raised_on)
    assert any(
        0 < (later - sooner).days <= 365
        for days in seen.values()
        for sooner, later in zip(sorted(days), sorted(days)[1:], strict=False)
    )


def test_every_state_of_an_action_can_be_seen(demo: Flask) -> None:
    assert {each.state for each in rows(Action)} == set(ActionState)


def test_verification_is_independent(demo: Flask) -> None:
    for each in rows(Finding):
        if each.verified_by_id:
            others = {each.owner_id, each.implemented_by_id} | {one.owner_id for one in each.actions}
            assert each.verified_by_id not in others, each.code
            assert each.department is None or each.verified_by.department_id != each.department_id, each.code
    for action in rows(Action):
        assert action.verified_by_id is None or action.verified_by_id not in (
            action.owner_id,
            action.done_by_id,
        )


def test_a_major_nonconformity_was_issued_by_a_second_person(demo: Flask) -> None:
    majors = [each for each in rows(Finding) if each.grade is Grade.MAJOR]
    assert majors
    assert all(each.issued_by_id != each.raised_by_id for each in majors)


def test_checklists_are_answered_with_notes_and_one_audit_is_half_done(demo: Flask) -> None:
    answers = [each for each in rows(AnswerRevision) if each.kind is RecordKind.ANSWER]
    assert len(answers) >= 200
    assert all(each.note for each in answers)
    assert {Verdict.NOT_APPLICABLE, Verdict.OBSERVATION, Verdict.MAJOR} <= {each.value for each in answers}
    running = next(each for each in rows(Audit) if each.state is AuditState.IN_PROGRESS)
    items = sum(item.assessable for item in running.checklists[0].items)
    done = sum(each.audit_id == running.id for each in answers)
    assert 0.3 < done / items < 0.7


def test_findings_of_our_audits_hang_on_the_items_of_their_checklists(demo: Flask) -> None:
    ours = [each for each in rows(Finding) if each.audit is not None and not each.audit.external]
    assert ours
    assert all(each.item is not None and each.item.clause == each.clause for each in ours)


def test_a_finding_is_raised_by_whom_the_plan_names_and_before_the_closing_meeting(demo: Flask) -> None:
    closings = {each.audit_id: each for each in rows(Meeting) if each.kind is MeetingKind.CLOSING}
    checked = 0
    for finding in rows(Finding):
        if finding.audit is None or finding.audit.external:
            continue
        planned = visits.hours(finding.audit).planned(finding.clause)
        assert planned is None or finding.raised_by is planned[0], finding.code
        closing = closings.get(finding.audit_id or 0)
        if closing and finding.issued_at:
            checked += 1
            assert clock.local(finding.issued_at).date() <= clock.local(closing.held_at).date(), finding.code
    assert checked > 10


def test_nobody_works_on_a_public_holiday(demo: Flask) -> None:
    reported = [clock.local(each.reported_at).date() for each in rows(Audit) if each.reported_at]
    issued = [clock.local(each.issued_at).date() for each in rows(Finding) if each.issued_at]
    ended = [each.ends_on for each in rows(Audit) if each.lead]
    assert [day for day in (*reported, *issued, *ended) if not workdays.is_working(day)] == []


def test_an_audit_ahead_has_questions_for_its_scope_and_a_plan_approved_before_the_notice(
    demo: Flask,
) -> None:
    ahead = [
        each for each in rows(Audit) if each.state is AuditState.NOTIFIED and each.lead and each.checklists
    ]
    assert ahead
    for audit in ahead:
        asked = {item.clause for each in audit.checklists for item in each.items}
        for clause in audit.clauses:
            assert any(covers({str(clause)}, each) for each in asked), (audit.code, clause)
        plan = agenda.plan_of(audit)
        assert plan is not None
        assert plan.approved_at is not None
        assert audit.notified_at is not None
        assert plan.approved_at <= audit.notified_at


def test_evidence_is_real_files_of_several_kinds(demo: Flask) -> None:
    attachments = rows(Attachment)
    assert {"image/jpeg", "application/pdf", "text/plain"} <= {each.media_type for each in attachments}
    assert all(evidence.path_of(each.sha256).stat().st_size == each.size for each in attachments)


def test_twenty_four_months_of_indicators_with_one_month_missing_and_one_new(demo: Flask) -> None:
    count = func.count(Measurement.id)
    query = select(Indicator.code, count).join(Measurement, Measurement.indicator_id == Indicator.id)
    months = {row[0]: row[1] for row in db.session.execute(query.group_by(Indicator.code))}
    assert len(months) >= 30
    assert months["AVL"] == months["SLA"] == months["CSAT"] == figures.MONTHS
    assert (months["CMA"], months["SSR"]) == (figures.MONTHS - 1, 10)
    tickets = db.session.scalar(select(func.count()).select_from(TicketRow)) or 0
    assert 5_500 <= tickets <= 6_500


def test_one_late_correction_is_approved_by_a_second_person_and_one_waits(demo: Flask) -> None:
    made = rows(ValueCorrection)
    assert sorted(each.state for each in made) == [Outcome.APPROVED, Outcome.WAITING]
    (approved,) = (each for each in made if each.decision is not None)
    assert approved.decision.by_id != approved.by_id
    assert approved.measurement.value == approved.value != approved.was_value


def test_two_reviews_are_frozen_the_last_in_both_languages_and_the_third_is_being_prepared(
    demo: Flask,
) -> None:
    held = [each for each in rows(Review) if each.state is ReviewState.APPROVED]
    next_one = next(each for each in rows(Review) if each.state is ReviewState.PREPARING)
    assert len(held) == 2
    kept = {(each.review_id, each.language, each.format) for each in rows(FrozenFile)}
    last = max(held, key=lambda each: each.meets_on)
    assert sum(key == last.id for key, _language, _format in kept) == 4
    assert len(kept) == 5  # of the older one the paper that was signed then
    assert len(missing_inputs(next_one)) == 2
    asked = [each for each in next_one.decisions if each.state is DecisionState.ASKED]
    assert len(asked) == 3
    assert all(each.options and each.resources for each in asked)
    assert any(decision.action and decision.action.overdue for each in held for decision in each.decisions)


def test_nothing_was_tampered_with_and_time_only_runs_forward(demo: Flask) -> None:
    checked, broken = trail.verify()
    assert broken is None
    assert checked > 1000
    assert checklists.verify() + reviews.verify() == []
    moments = list(db.session.scalars(select(TrailEntry.at).order_by(TrailEntry.seq)))
    assert moments == sorted(moments)
    assert clock.local(moments[-1]).date() < clock.today()
    hours = {clock.local(moment).hour for moment in moments}
    assert min(hours) >= 8
    assert max(hours) < 18


def test_somebody_can_sign_in_with_the_password_that_is_printed(demo: Flask) -> None:
    said: list[str] = []
    build.print_accounts(said.append, "http://127.0.0.1:8000")
    page = "\n".join(said)
    assert cast.PASSWORD in page
    assert page.count("@") == 12
    lin = next(each for each in rows(Person) if each.name == "Lin Xiao")
    assert lin.verify_and_update_password(cast.PASSWORD)


def words_of(app: Flask) -> dict[str, str]:
    """Everything a person of the demo has written, by where it stands."""
    found = {}
    for model in (Finding, Action, Audit, Programme, Review, AnswerRevision, Attachment):
        for row in rows(model):
            for column in model.__table__.columns:
                value = getattr(row, column.key)
                if isinstance(value, str) and column.key not in ("sha256", "body_sha256", "filename"):
                    found[f"{model.__tablename__} {row!r} {column.key}"] = value
    return found


def test_the_english_demo_holds_no_chinese(demo: Flask) -> None:
    found = words_of(demo)
    assert len(found) > 1000
    assert [place for place, text in found.items() if CHINESE.search(text)] == []


@pytest.mark.slow
def test_the_chinese_demo_holds_no_english_sentences(tmp_path: Path) -> None:
    app, took, _said = built(tmp_path / "zh", "zh")
    with app.app_context():
        assert len(rows(Finding)) == 50
        assert [place for place, text in words_of(app).items() if LATIN_WORDS.search(text)] == []
        assert sum(bool(CHINESE.search(each.title)) for each in rows(Finding)) == 50
        assert trail.verify()[1] is None
        db.session.remove()
        db.engine.dispose()
    assert took < SECONDS


@pytest.mark.slow
def test_it_can_be_built_at_the_turn_of_the_year(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret_key="only-for-tests-" * 3)
    schema.upgrade(settings.database)
    app = create_app(settings)
    with app.app_context(), clock.at(datetime(2027, 1, 2, 4, tzinfo=UTC)):
        build.run("en", lambda line: None)
        assert {each.state for each in rows(Audit)} == set(AuditState)
        assert {each.state for each in rows(Finding)} == STATES
        assert all(each.starts_on.year == each.programme.year for each in rows(Audit))
        db.session.remove()
        db.engine.dispose()


def test_a_build_that_breaks_off_leaves_nothing_behind(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(_story: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "CHAPTERS", (break_off,))
    with pytest.raises(KeyboardInterrupt):
        build.run("en", lambda line: None)
    db.session.remove()
    assert not build.is_built()


@pytest.mark.parametrize("name", ["findings-1", "findings-2", "findings-3", "findings-light"])
def test_every_story_is_told_in_both_languages(name: str) -> None:
    for entry in texts(name):
        english, chinese = entry["en"], entry["zh"]
        assert english.keys() == chinese.keys(), entry["key"]
        for key, words in english.items():
            if isinstance(words, list):
                assert len(words) == len(chinese[key]), entry["key"]


@pytest.mark.parametrize(
    ("told", "language"), [("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("C", "en"), ("", "en")]
)
def test_the_language_follows_the_shell(told: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", told)
    assert language_of_shell() == language

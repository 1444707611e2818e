"""The library's verbs and an audit's own copy."""

import pytest

from audit_app.checklists import importing, queries, questions, services
from audit_app.checklists.models import TemplateVersion, VersionState
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.programme.models import AuditState
from audit_app.trail import queries as trail
from tests.checklists import factory


def test_the_shipped_checklists_are_loaded_once_and_published(people):
    loaded = services.load_shipped()
    counts = {v.template.key: questions.count(v) for v in loaded}
    assert counts["iso20000-1-2018"] == 62
    assert counts["iso27001-2022"] == 30
    assert counts["fitsm-3.0"] == 82
    assert {v.state for v in loaded} == {VersionState.PUBLISHED}
    assert services.load_shipped() == []
    assert "FitSM" in next(v for v in loaded if v.template.key == "fitsm-3.0").attribution_en


def test_a_published_version_takes_no_change_of_any_kind(people):
    version = factory.published(people)
    row = version.questions[0]
    for act in (
        lambda: questions.edit_question(row, prompt_en="Other?", by=people.lead),
        lambda: questions.add_question(version, assessable=True, prompt_en="New?", by=people.lead),
        lambda: questions.move_question(row, to=2, by=people.lead),
        lambda: questions.remove_question(row, by=people.lead),
        lambda: services.edit_version(version, title_en="Other", by=people.lead),
        lambda: services.discard(version, by=people.lead),
    ):
        with pytest.raises(Refused, match="frozen"):
            act()
    assert row.prompt_en == "Is it recorded?"


def test_rows_keep_their_order_and_numbers_when_moved_and_removed(people):
    version = factory.draft(people, "A?", "B?", "C?")
    questions.move_question(version.questions[2], to=1, by=people.lead)
    assert [q.prompt_en for q in version.questions] == ["C?", "A?", "B?"]
    questions.remove_question(version.questions[1], by=people.lead)
    assert [(q.position, q.prompt_en) for q in version.questions] == [(1, "C?"), (2, "B?")]
    questions.add_question(
        version, after=version.questions[0], assessable=True, prompt_en="D?", by=people.lead
    )
    assert [q.prompt_en for q in version.questions] == ["C?", "D?", "B?"]


def test_a_row_without_words_is_refused(people):
    version = factory.draft(people)
    with pytest.raises(Refused, match="Write the question"):
        questions.add_question(version, assessable=True, clause="1", by=people.lead)
    with pytest.raises(Refused, match="heading a title"):
        questions.add_question(version, assessable=False, clause="1", by=people.lead)


def test_a_copy_of_a_shipped_checklist_keeps_whose_words_it_is(people):
    original = factory.shipped("fitsm-3.0")
    copy = services.copy_template(original, by=people.lead)
    assert copy.state is VersionState.DRAFT
    assert copy.attribution_en == original.attribution_en
    assert len(copy.questions) == len(original.questions)
    assert copy.template.copied_from_id == original.template_id
    with pytest.raises(Refused, match="ships with the product"):
        services.new_version(original.template, by=people.lead)


def test_a_second_draft_of_one_checklist_is_refused(people):
    version = factory.published(people)
    services.new_version(version.template, by=people.lead)
    with pytest.raises(Refused, match="draft of this checklist already"):
        services.new_version(version.template, by=people.lead)


def test_throwing_the_only_draft_away_takes_the_template_with_it(people):
    version = factory.draft(people)
    services.discard(version, by=people.lead)
    assert db.session.query(TemplateVersion).count() == 0


def test_an_audit_gets_only_the_clauses_of_its_scope_with_their_headings_and_processes(people):
    version = factory.shipped()
    made = services.add_checklist(factory.audit(people), version, clauses=["8.6"], by=people.lead)
    assert [i.clause for i in made.items] == ["8", "8.6", "8.6.1", "8.6.2", "8.6.3"]
    by_clause = {i.clause: i for i in made.items}
    assert by_clause["8.6.1"].process_id == people.inc.id
    assert not by_clause["8"].assessable


def test_the_copy_does_not_change_with_the_library(people):
    version = factory.published(people, "Old words?")
    made = services.add_checklist(factory.audit(people), version, by=people.lead)
    new = services.new_version(version.template, by=people.lead)
    questions.edit_question(new.questions[0], prompt_en="New words?", by=people.lead)
    services.publish(new, by=people.lead)
    assert made.items[0].prompt_en == "Old words?"


@pytest.mark.parametrize("state", [AuditState.REPORTED, AuditState.CLOSED, AuditState.CANCELLED])
def test_a_closed_audit_gets_no_checklist(people, state):
    with pytest.raises(Refused, match="no answers any more"):
        services.add_checklist(factory.audit(people, state), factory.published(people), by=people.lead)


def test_who_is_not_in_the_team_adds_no_checklist(people):
    with pytest.raises(Refused, match="audit team"):
        services.add_checklist(factory.audit(people), factory.published(people), by=people.auditor2)


def test_a_checklist_with_answers_stays(people):
    made = factory.checklist(people)
    factory.answer(made.items[0], people.lead)
    with pytest.raises(Refused, match="never deleted"):
        services.remove_checklist(made, by=people.lead)


def test_an_unanswered_checklist_can_be_taken_out(people):
    made = factory.checklist(people)
    audit = made.audit
    services.remove_checklist(made, by=people.lead)
    assert queries.fieldwork(audit, to=people.lead).total == 0


def test_several_questions_on_one_clause_are_numbered_apart(people):
    rows = [
        {"clause": "4.1", "prompt": "A?"},
        {"clause": "4.1", "prompt": "是否记录?"},
        {"clause": "4.2", "prompt": "C?"},
    ]
    version = services.import_template(rows, title="Sheet", by=people.lead)
    assert [q.clause for q in version.questions] == ["4.1-1", "4.1-2", "4.2"]
    assert version.questions[1].prompt_zh == "是否记录?"
    assert services.publish(version, by=people.lead).state is VersionState.PUBLISHED


def test_every_change_of_the_library_is_in_the_trail(people):
    version = factory.published(people)
    assert [entry.action for entry in trail.history(version)] == ["template.publish", "template.add"]


def test_texts_go_to_their_language():
    found = importing.questions([{"prompt": "是否符合SLA要求?", "prompt_2": "Does it meet the SLA?"}])
    assert (found[0].prompt_en, found[0].prompt_zh) == ("Does it meet the SLA?", "是否符合SLA要求?")

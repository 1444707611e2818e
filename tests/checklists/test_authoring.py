"""Authoring over the pages: how a question is answered, when it is asked, what is taken, what changed."""

from typing import Any

import pytest

from audit_app.checklists import difference, queries, questions, reuse, services
from audit_app.checklists.models import Need, Question, ResponseKind
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.programme.models import AuditState
from tests.checklists import factory


def text_of(reply: Any) -> str:
    return reply.get_data(as_text=True)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [("yes_no", {"good": "no", "otherwise": "major"}, {"good": "no", "otherwise": "major"}),
     ("score", {"target": "3", "below": "minor"}, {"target": 3, "below": "minor"}),
     ("number", {"low": "", "high": "15,5", "unit": "min", "outside": "minor"},
      {"low": None, "high": "15.5", "unit": "min", "outside": "minor"}),
     ("date", {"within_days": "365", "older": "minor"}, {"within_days": 365, "older": "minor"}),
     ("text", {}, {}), ("photo", {}, {})],
)  # fmt: skip
def test_every_kind_is_set_up_on_its_page(people, client_for, kind, typed, kept):
    row = factory.draft(people).questions[0]
    reply = client_for(people.lead).post(
        f"/checklists/questions/{row.id}/response?kind={kind}",
        data={"needs": "note", "weight": "3", "topic": "", **typed},
    )
    assert reply.status_code == 303, text_of(reply)
    assert (row.kind.value, row.settings, row.needs, row.weight) == (kind, kept, Need.NOTE, 3)
    page = text_of(client_for(people.lead).get(f"/checklists/versions/{row.version_id}/edit"))
    assert "needs: A note" in page
    assert "weight 3" in page


def test_choices_are_written_as_lines_and_shown_as_lines_again(people, client_for):
    row = factory.draft(people).questions[0]
    lines = "All of them | 全部 | conform\nSome | 部分 | minor\nCannot be said"
    address = f"/checklists/questions/{row.id}/response?kind=choice"
    client_for(people.lead).post(
        address, data={"needs": "nothing", "weight": "1", "topic": "", "options": lines}
    )
    assert [(each["en"], each["zh"], each["verdict"]) for each in row.settings["options"]] == [
        ("All of them", "全部", "conform"), ("Some", "部分", "minor"), ("Cannot be said", "", ""),
    ]  # fmt: skip
    assert "Some | 部分 | minor" in text_of(client_for(people.lead).get(address))


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [("number", {"low": "9", "high": "3", "unit": "", "outside": "minor"}, "lower limit is above"),
     ("number", {"low": "nine", "high": "", "unit": "", "outside": "minor"}, "Write a number"),
     ("choice", {"options": "Only one"}, "two to twelve"),
     ("choice", {"options": "a | b | c | d\ne"}, "Line 1 cannot be read"),
     ("yes_no", {"good": "yes", "otherwise": "minor", "weight": "11"}, "whole number from 0 to 10")],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(people, client_for, kind, typed, sentence):
    row = factory.draft(people).questions[0]
    data = {"needs": "nothing", "weight": "1", "topic": "", **typed}
    reply = client_for(people.lead).post(f"/checklists/questions/{row.id}/response?kind={kind}", data=data)
    assert reply.status_code == 422
    assert sentence in text_of(reply)
    for value in typed.values():
        assert value.split("\n")[0].split(" | ")[0] in text_of(reply)
    assert row.kind is ResponseKind.GRADE


def test_a_condition_is_chosen_in_two_steps_and_taken_back(people, client_for):
    first, second = factory.draft(people).questions
    client = client_for(people.lead)
    page = text_of(client.get(f"/checklists/questions/{second.id}/condition?on={first.id}"))
    assert "Minor NC" in page
    address = f"/checklists/questions/{second.id}/condition?on={first.id}"
    assert "Choose the answers" in text_of(client.post(address, data={}))
    assert client.post(address, data={"when": ["minor", "major"]}).status_code == 303
    assert (second.asked_if, second.asked_when) == (first.lineage, ["minor", "major"])
    assert "only after 8.6.1: Minor NC, Major NC" in text_of(
        client.get(f"/checklists/versions/{first.version_id}")
    )
    client.post(f"/checklists/questions/{second.id}/always")
    assert (second.asked_if, second.asked_when) == ("", [])


def test_the_first_question_depends_on_nothing_and_none_on_a_later_one(people, client_for):
    first, second = factory.draft(people).questions
    assert "This is the first question" in text_of(
        client_for(people.lead).get(f"/checklists/questions/{first.id}/condition")
    )
    with pytest.raises(Refused, match="above"):
        questions.set_condition(first, second, ["minor"], by=people.lead)


def test_moving_a_question_above_the_one_it_depends_on_blocks_publishing_in_words(people):
    version = factory.draft(people)
    first, second = version.questions
    questions.set_condition(second, first, ["minor"], by=people.lead)
    questions.move_question(second, to=1, by=people.lead)
    with pytest.raises(Refused, match="does not stand above"):
        services.publish(version, by=people.lead)


def test_a_condition_goes_with_the_reply_it_named(people):
    first, second = factory.draft(people).questions
    facts: dict[str, Any] = {"needs": Need.NOTHING, "weight": 1, "topic": "", "by": people.lead}
    questions.set_response(first, ResponseKind.YES_NO, {}, **facts)
    questions.set_condition(second, first, ["no"], by=people.lead)
    questions.set_response(first, ResponseKind.SCORE, {}, **facts)
    assert (second.asked_if, second.asked_when) == ("", [])


# --- taking from elsewhere ----------------------------------------------------------------------------------
def test_questions_are_taken_from_another_checklist_and_stay_the_same_questions(people, client_for):
    source = factory.shipped()
    version = factory.draft(people)
    client = client_for(people.lead)
    address = f"/checklists/versions/{version.id}/take"
    page = text_of(client.get(f"{address}?q=8.6.3"))
    row = next(each for each in source.questions if each.clause == "8.6.3")
    assert f'value="{row.id}"' in page
    assert client.post(f"{address}?q=8.6.3", data={"taken": [row.id]}).status_code == 303
    db.session.refresh(version)
    assert version.questions[-1].lineage == row.lineage
    assert version.questions[-1].prompt_zh == row.prompt_zh
    assert f'value="{row.id}"' not in text_of(client.get(f"{address}?q=8.6.3")), "not offered twice"
    with pytest.raises(Refused, match="in the draft already"):
        questions.take(version, [row], by=people.lead)


def test_taking_nothing_is_said(people, client_for):
    factory.shipped()
    version = factory.draft(people)
    reply = client_for(people.lead).post(f"/checklists/versions/{version.id}/take", data={})
    assert reply.status_code == 422
    assert "at least one question" in text_of(reply)


def test_a_draft_says_when_a_question_reads_otherwise_at_its_source_and_takes_it_over(people, client_for):
    source = factory.published(people, "Is it recorded?")
    version = services.add_template(title_en="Mine", by=people.lead)
    (taken,) = questions.take(version, [source.questions[0]], by=people.lead)
    assert reuse.newer_words(version) == {}
    draft = services.new_version(source.template, by=people.lead)
    questions.edit_question(draft.questions[0], prompt_en="Is each recorded?", by=people.lead)
    services.publish(draft, by=people.lead)
    client = client_for(people.lead)
    assert "Newer wording in" in text_of(client.get(f"/checklists/versions/{version.id}/edit"))
    assert (
        client.post(f"/checklists/questions/{taken.id}/take-over/{draft.questions[0].id}").status_code == 303
    )
    assert taken.prompt_en == "Is each recorded?"
    assert reuse.newer_words(version) == {}


# --- what changed -------------------------------------------------------------------------------------------
def test_the_difference_tells_what_came_went_moved_and_changed_word_by_word(people, client_for):
    first = factory.published(people, "A one?", "B two?", "C three?", "D four?")
    draft = services.new_version(first.template, by=people.lead)
    a, b, c, _d = draft.questions
    questions.edit_question(a, prompt_en="A single one?", by=people.lead)
    questions.remove_question(b, by=people.lead)
    questions.move_question(c, to=3, by=people.lead)
    questions.add_question(draft, assessable=True, clause="9", prompt_en="New?", by=people.lead)
    told = difference.between(first.questions, draft.questions)
    assert {row.how for row in told.rows} == {"changed", "removed", "moved", "added"}
    assert told.same == 1
    (change,) = next(row for row in told.rows if row.how == "changed").changes
    assert [(piece.text, piece.how) for piece in change.pieces if piece.how != "same"] == [(" single", "new")]
    page = text_of(client_for(people.lead).get(f"/checklists/versions/{draft.id}/difference"))
    assert "<ins> single</ins>" in page


def test_chinese_is_compared_character_by_character():
    pieces = difference.words("检查事件记录", "检查重大事件记录")
    assert [(each.text, each.how) for each in pieces] == [
        ("检查", "same"),
        ("重大", "new"),
        ("事件记录", "same"),
    ]


def test_a_changed_kind_and_condition_are_told_in_words(app, people):
    first = factory.published(people)
    draft = services.new_version(first.template, by=people.lead)
    one, two = draft.questions
    questions.set_response(
        one,
        ResponseKind.NUMBER,
        {"high": "15", "unit": "min"},
        needs=Need.FILE,
        weight=2,
        topic="",
        by=people.lead,
    )
    questions.set_condition(two, one, ["minor"], by=people.lead)
    with app.test_request_context():
        told = difference.between(first.questions, draft.questions)
        words = {str(change.label): change.after for row in told.rows for change in row.changes}
    assert words["How it is answered"] == "A number. In order: at most 15 min"
    assert words["Evidence required"] == "A photo or file"
    assert words["Asked only after"] == "8.6.1: Minor NC"


def test_without_a_second_version_there_is_no_difference(people, client_for):
    version = factory.published(people)
    assert client_for(people.lead).get(f"/checklists/versions/{version.id}/difference").status_code == 404


def test_the_offer_stands_on_the_audits_page_and_one_button_takes_it(people, client_for):
    first = factory.published(people)
    audit = factory.audit(people)
    checklist = services.add_checklist(audit, first, by=people.lead)
    newer = services.publish(services.new_version(first.template, by=people.lead), by=people.lead)
    client = client_for(people.lead)
    assert "this audit is planned with version 1" in text_of(client.get(f"/audits/{audit.id}/checklists"))
    assert client.post(f"/audit-checklists/{checklist.id}/adopt/{newer.id}").status_code == 303
    assert checklist.version_id == newer.id


def test_a_form_without_a_script_answers_with_the_reply_alone(people, client_for):
    version = factory.draft(people)
    row: Question = version.questions[0]
    questions.set_response(
        row, ResponseKind.YES_NO, {}, needs=Need.NOTHING, weight=1, topic="", by=people.lead
    )
    services.publish(version, by=people.lead)
    audit = factory.audit(people)
    item = services.add_checklist(audit, version, by=people.lead).items[0]
    client = client_for(people.lead)
    page = text_of(client.get(f"/audits/{audit.id}/fieldwork?item={item.id}"))
    assert 'name="reply" value="yes"' in page
    form = {"item": item.id, "revision": "11111111-1111-4111-8111-111111111119", "base": "", "note": "Seen.",
            "template_version": item.checklist.version_id, "flagged": "0", "reply": "yes"}  # fmt: skip
    assert client.post(f"/audits/{audit.id}/fieldwork/answer", data=form).status_code == 303
    answer = queries.fieldwork(audit, to=people.lead).answer(item.id)
    assert (answer.reply, answer.verdict.value) == ("yes", "conform")
    wrong = form | {"revision": "11111111-1111-4111-8111-111111111118", "reply": "maybe", "value": "minor"}
    refused = client.post(f"/audits/{audit.id}/fieldwork/answer", data=wrong)
    assert refused.status_code == 422
    assert "does not take this answer" in text_of(refused)


def test_the_lead_finds_the_newer_version_in_their_work(people, client_for):
    first = factory.published(people)
    audit = factory.audit(people, AuditState.PLANNED, title="Planned one")
    services.add_checklist(audit, first, by=people.lead)
    client = client_for(people.lead)
    assert "Newer checklists" not in text_of(client.get("/"))
    services.publish(services.new_version(first.template, by=people.lead), by=people.lead)
    page = text_of(client.get("/"))
    assert "Newer checklists" in page
    assert f'href="/audits/{audit.id}/checklists"' in page

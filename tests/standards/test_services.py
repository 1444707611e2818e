"""Import and withdrawal of licensed texts, and who is given them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from audit_app.accounts.permissions import GRANTS, Permission, Role
from audit_app.core import clock
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.standards import queries, services
from audit_app.standards.models import ClauseText, ClauseTextSource, SourceStanding, TextLanguage
from audit_app.standards.services import Licence
from audit_app.trail.models import TrailEntry
from audit_app.trail.services import canonical
from tests.people import People

LICENCE = Licence(
    "ISO/IEC 20000-1", "2018", TextLanguage.EN, "Quality office", "No. L-1, three readers, no printing", True
)
SMS = "ISO/IEC 20000-1:2018 + Amd 1:2024"


def rows(words: str = "The wording", *clauses: str) -> list[dict[str, str]]:
    return [
        {"clause": each, "title": "T", "text": f"{words} of {each}"} for each in clauses or ("8.6.1", "9.1")
    ]


def imported(people: People, sha256: str = "a", **facts: Any) -> ClauseTextSource:
    words, clauses = facts.pop("words", "The wording"), facts.pop("clauses", ())
    return services.import_texts(
        rows(words, *clauses),
        replace(LICENCE, **facts),
        file_name="x.xlsx",
        sha256=sha256 * 64,
        by=people.lead,
    )


def texts(found: dict[Any, ClauseText]) -> dict[Any, str]:
    return {pair: row.text for pair, row in found.items()}


def test_an_import_keeps_licence_file_and_texts_apart(people: People) -> None:
    source = imported(people, standard="ISO/IEC 20000-1:2018")
    assert (source.name, source.standard_name, source.row_count) == ("ISO/IEC 20000-1:2018", "20000-1", 2)
    assert source.licence_note == "No. L-1, three readers, no printing"
    assert source.standing is SourceStanding.SHOWN
    found = list(db.session.scalars(queries.texts_of(source, to=people.lead)))
    assert [(row.clause, row.text) for row in found] == [
        ("8.6.1", "The wording of 8.6.1"), ("9.1", "The wording of 9.1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"standard": " "}, "standard"),
        ({"edition": ""}, "edition"),
        ({"holder": ""}, "holder"),
        ({"note": "  "}, "note"),
        ({"allowed": False}, "allowed"),
        ({"standard": "ISO/IEC 20000-1:2011"}, "edition"),
        ({"valid_until": today() - timedelta(days=1)}, "valid_until"),
    ],
)
def test_without_a_whole_licence_nothing_is_imported(
    people: People, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        imported(people, **facts)
    assert refused.value.field == field
    assert db.session.scalar(select(func.count()).select_from(ClauseText)) == 0


def test_the_same_file_is_not_imported_twice_while_it_is_in_use(people: People) -> None:
    source = imported(people)
    with pytest.raises(Refused, match="imported already"):
        imported(people)
    services.withdraw(source, "Replaced", by=people.lead)
    assert imported(people).id != source.id


def test_an_import_without_rows_is_refused(people: People) -> None:
    with pytest.raises(Refused, match="nothing to import"):
        services.import_texts([], LICENCE, file_name="x", sha256="a" * 64, by=people.lead)


def test_withdrawing_deletes_the_text_and_keeps_the_record_with_its_hash(people: People) -> None:
    source = imported(people)
    services.withdraw(source, "Licence returned", by=people.manager)
    assert db.session.scalar(select(func.count()).select_from(ClauseText)) == 0
    assert (source.sha256, source.row_count, source.withdrawn_by_id) == ("a" * 64, 2, people.manager.id)
    assert source.standing is SourceStanding.WITHDRAWN
    with pytest.raises(Refused, match="already"):
        services.withdraw(source, "Again", by=people.manager)


def test_withdrawing_needs_a_reason_and_leaves_other_sources_alone(people: People) -> None:
    first, second = imported(people), imported(people, "b")
    with pytest.raises(Refused, match="why"):
        services.withdraw(first, " ", by=people.manager)
    services.withdraw(first, "Returned", by=people.manager)
    assert len(list(db.session.scalars(queries.texts_of(second, to=people.lead)))) == 2


def test_the_trail_tells_of_file_and_licence_and_holds_no_word_of_the_text(people: People) -> None:
    source = imported(people, words="Unmistakable")
    services.withdraw(source, "Returned", by=people.lead)
    told = [
        entry
        for entry in db.session.scalars(select(TrailEntry))
        if entry.subject_type == "clause_text_source"
    ]
    assert [entry.action for entry in told] == ["clause_text.import", "clause_text.withdraw"]
    assert told[0].facts["changes"]["sha256"] == [None, "a" * 64]
    every = canonical([entry.facts for entry in db.session.scalars(select(TrailEntry))])
    assert "Unmistakable" not in every


def test_a_checklist_finds_the_text_of_its_clauses_in_one_query(people: People) -> None:
    imported(people, clauses=("8.6.1", "8.6.2", "4.1"))
    pairs = [(SMS, "8.6.1"), (SMS, "4.1-2"), (SMS, "9.9"), ("House rules", "8.6.1"), ("", "8.6.1"), (SMS, "")]
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    lead = people.lead
    assert lead.may(Permission.CLAUSE_TEXT_SEE)
    db.session.flush()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        found = texts(queries.texts_for(pairs, to=lead))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert found == {(SMS, "8.6.1"): "The wording of 8.6.1", (SMS, "4.1-2"): "The wording of 4.1"}
    assert len(sent) == 1


def test_the_language_of_the_reader_comes_first_then_the_newest_import(people: People) -> None:
    imported(people, "a", language=TextLanguage.ZH, words="条文")
    imported(people, "b", words="Old")
    imported(people, "c", words="New")
    pair = (SMS, "9.1")
    assert texts(queries.texts_for([pair], to=people.auditor)) == {pair: "New of 9.1"}
    assert people.auditor2.language == "zh"
    assert texts(queries.texts_for([pair], to=people.auditor2)) == {pair: "条文 of 9.1"}


def test_a_text_of_another_edition_or_standard_is_never_given(people: People) -> None:
    imported(people, "a", edition="2011", words="Old edition")
    imported(people, "b", standard="ISO/IEC 27001", edition="2022", words="Other standard")
    assert queries.texts_for([(SMS, "9.1")], to=people.lead) == {}
    pairs = [
        ("ISO/IEC 20000-1:2011", "9.1"),
        ("ISO/IEC 20000-1", "9.1"),
        ("ISO/IEC 27001:2022 + Amd 1:2024", "9.1"),
    ]
    assert list(texts(queries.texts_for(pairs, to=people.lead)).values()) == [
        "Old edition of 9.1", "Old edition of 9.1", "Other standard of 9.1",
    ]  # fmt: skip


def test_expired_and_withdrawn_texts_are_given_to_nobody(people: People) -> None:
    source = imported(people, valid_until=today())
    pair = (SMS, "9.1")
    assert queries.texts_for([pair], to=people.lead)
    with clock.at(clock.now() + timedelta(days=1)):
        assert queries.texts_for([pair], to=people.lead) == {}
        assert db.session.scalars(queries.texts_of(source, to=people.lead)).all() == []
        assert source.standing is SourceStanding.EXPIRED
    services.withdraw(source, "Ended", by=people.lead)
    assert queries.texts_for([pair], to=people.lead) == {}


def test_only_our_own_auditors_are_given_the_text(people: People) -> None:
    source = imported(people)
    readers = {
        name for name in ("admin", "manager", "lead", "auditor", "owner", "boss", "reader")
        if queries.texts_for([(SMS, "9.1")], to=getattr(people, name))
    }  # fmt: skip
    assert readers == {"manager", "lead", "auditor"}
    assert db.session.scalars(queries.texts_of(source, to=people.reader)).all() == []
    assert queries.get_source(source.id, to=people.reader) is source  # the record is no secret, the text is
    assert Permission.CLAUSE_TEXT_SEE not in GRANTS[Role.READ_ONLY]


def test_a_person_who_was_shut_out_sees_no_source(people: People) -> None:
    source = imported(people)
    people.auditor.active = False
    with pytest.raises(NotVisible):
        queries.get_source(source.id, to=people.auditor)

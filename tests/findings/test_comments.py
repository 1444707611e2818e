"""Comments: written once, seen by who sees the finding, told to who is called by name and may see it."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import comments, mentions, queries
from audit_app.findings.models import Finding
from audit_app.findings.visibility import readers, seen_by
from audit_app.notifications.models import Notice
from audit_app.trail import queries as trail
from tests.databases import both_databases
from tests.findings import factory
from tests.people import People, add_person


def person(number: int, name: str) -> Any:
    return SimpleNamespace(id=number, name=name)


HERE = [
    person(1, "Ana Auditor"),
    person(2, "王小明"),
    person(3, "王小"),
    person(4, "Ana"),
    person(5, "Ana Auditor"),
]


@pytest.mark.parametrize(
    ("words", "ids", "unknown"),
    [
        ("@王小明请看一下", {2}, ()),
        ("请@王小看，＠王小明也看", {2, 3}, ()),
        ("@ana auditor: where?", {1, 5}, ()),
        ("(@Ana)", {4}, ()),
        ("@Anabel?", set(), ("Anabel",)),
        ("write to ana@example.org", set(), ()),
        ("@李四，你好", set(), ("李四",)),
        ("a lone @ sign", set(), ()),
        ("@Ana @王小", {3, 4}, ()),
    ],
)
def test_names_are_found_as_people_write_them(words: str, ids: set[int], unknown: tuple[str, ...]) -> None:
    found = mentions.called(words, HERE)
    assert {each.id for each in found.people} == ids
    assert found.unknown == unknown


def told(kind: str = "finding.mentioned") -> list[str]:
    return sorted(row.person.name for row in db.session.scalars(select(Notice).where(Notice.kind == kind)))


@both_databases
def test_who_is_called_and_sees_the_finding_is_told_and_the_others_are_named(people: People) -> None:
    finding = factory.at(people, "accepted", audit=factory.audit(people))
    made = comments.add(
        finding, text="@Ana Auditor @Otto Owner @Nobody which record?", to=[people.lead.id], by=people.owner
    )
    assert told() == ["Ana Auditor", "Leo Lead"]
    assert [str(words) for words in made.not_told] == [
        "Otto Owner may not see this finding and was not told.",
        "“@Nobody” is nobody's name here: nobody was told. Choose the name from the list.",
    ]
    assert {each.person.name: each.told for each in made.comment.mentions} == {
        "Ana Auditor": True, "Leo Lead": True, "Otto Owner": False,
    }  # fmt: skip
    entry = trail.history(finding)[0]
    assert (entry.action, entry.actor) == ("finding.comment", "Olga Owner")
    assert "which record?" in entry.sentence


def test_calling_oneself_tells_nobody(people: People) -> None:
    finding = factory.at(people, "accepted")
    comments.add(finding, text="@Olga Owner to do", to=[people.owner.id], by=people.owner)
    assert told() == []


def test_a_second_call_on_one_day_is_told_again_once_the_first_was_read(people: People) -> None:
    finding = factory.at(people, "accepted")
    for _time in range(2):
        comments.add(finding, text="@Ana Auditor?", by=people.owner)
    notice = db.session.scalars(select(Notice).where(Notice.kind == "finding.mentioned")).one()
    notice.read_at = notice.queued_at
    comments.add(finding, text="@Ana Auditor??", by=people.owner)
    assert notice.read_at is None


@both_databases
def test_the_readers_of_a_finding_are_those_to_whom_the_query_shows_it(people: People) -> None:
    add_person("Both Worlds", "both@example.org", Role.AUDITOR, people.ops)
    add_person("Desk Dora", "dora@example.org", Role.PROCESS_OWNER, people.ops)
    audit = factory.audit(people)
    made = [factory.at(people, state, audit=audit) for state in ("draft", "issued", "verified")]
    made += [factory.at(people, state) for state in ("draft", "planned")]
    made.append(factory.finding(people, process=people.slm, by=people.auditor2))
    factory.corrective(people, made[-2], owner=people.boss, by=people.owner)
    everybody = list(db.session.scalars(select(Person)))
    for finding in made:
        shown = {
            each.name
            for each in everybody
            if db.session.scalar(select(Finding.id).where(Finding.id == finding.id, seen_by(each)))
            is not None
        }
        assert {each.name for each in readers(finding, everybody)} == shown, finding.state


@both_databases
@pytest.mark.parametrize("statement", [
    "UPDATE finding_comment SET text = 'x'", "DELETE FROM finding_comment",
    "UPDATE comment_mention SET told = (1 = 1)", "DELETE FROM comment_mention",
])  # fmt: skip
def test_the_database_refuses_to_change_a_comment(people: People, statement: str) -> None:
    comments.add(factory.at(people, "accepted"), text="@Ana Auditor?", by=people.owner)
    db.session.commit()
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()


def test_who_only_reads_writes_nothing(people: People, client_for: Any) -> None:
    finding = factory.at(people, "accepted")
    for reader in (people.reader, people.admin):
        with pytest.raises(Refused, match="only reads"):
            comments.add(finding, text="Hello", by=reader)
    db.session.commit()
    assert (
        client_for(people.reader).post(f"/findings/{finding.id}/comments", data={"text": "x"}).status_code
        == 403
    )
    page = client_for(people.reader).get(f"/findings/{finding.id}").text
    assert "Write the comment" not in page
    assert 'id="comments"' in page


@both_databases
def test_a_comment_is_shown_escaped_to_who_sees_the_finding_and_to_nobody_else(
    people: People, client_for: Any, parsed: Any
) -> None:
    finding = factory.at(people, "planned")
    action = finding.actions[0]
    db.session.commit()
    owner = client_for(people.owner)
    data = {"text": "<script>alert(1)</script> @王小明", "to": [str(people.manager.id)]}
    assert owner.post(f"/findings/actions/{action.id}/comments", data=data).status_code == 303
    page = owner.get(f"/findings/actions/{action.id}")
    parsed(page)
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text
    assert "Not told, because they may not see this finding: 王小明" in page.text
    finding_page = client_for(people.manager).get(f"/findings/{finding.id}").text
    assert "&lt;script&gt;alert(1)" in finding_page
    assert f"{action.code}</a>" in finding_page
    assert told("action.mentioned") == ["Mia Manager"]
    stranger = client_for(people.owner2)
    assert stranger.post(f"/findings/{finding.id}/comments", data={"text": "x"}).status_code == 404
    assert stranger.post(f"/findings/actions/{action.id}/comments", data={"text": "x"}).status_code == 404
    assert [len(comments.of(each)) for each in (finding, action)] == [1, 1]


def test_an_empty_or_too_long_comment_comes_back_with_what_was_typed(people: People, client_for: Any) -> None:
    finding = factory.at(people, "accepted")
    db.session.commit()
    owner = client_for(people.owner)
    empty = owner.post(f"/findings/{finding.id}/comments", data={"text": "  "})
    assert empty.status_code == 422
    long = owner.post(
        f"/findings/{finding.id}/comments", data={"text": "word " * 500, "to": [str(people.lead.id)]}
    )
    assert long.status_code == 422
    assert "word word word" in long.text
    assert comments.of(finding) == []
    assert queries.get(finding.id, to=people.owner)

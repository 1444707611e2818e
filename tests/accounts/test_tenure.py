"""Who worked where and until when: written by the verbs that change it, read by the rule of independence."""

from datetime import date, datetime, timedelta

import pytest

from audit_app.accounts import services
from audit_app.accounts.tenure import Post, Tenure, left_since, months_before
from audit_app.core import clock
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.programme.independence import Scope, conflicts


def on(day: date):
    """The clock at noon of a day."""
    return clock.at(datetime(day.year, day.month, day.day, 12, tzinfo=clock.zone()))


def move(people, person, department):
    services.edit_person(
        person,
        email=person.email,
        name=person.name,
        roles=person.role_set,
        department=department,
        language=person.language,
        by=people.admin,
    )


def own(people, process, owner, department=None):
    services.edit_process(
        process,
        code=process.code,
        name_en=process.name_en,
        name_zh=process.name_zh,
        owner=owner,
        department=department or process.department,
        clauses=process.clauses,
        by=people.admin,
    )


def rows(person):
    query = db.session.query(Tenure).filter_by(person_id=person.id).order_by(Tenure.id)
    return [(row.post, row.place.code, row.started_on, row.ended_on) for row in query]


def test_a_change_of_department_ends_one_row_and_begins_another(people):
    move(people, people.auditor, people.ops)
    assert rows(people.auditor) == [
        (Post.MEMBER, "QMO", None, today()),
        (Post.MEMBER, "OPS", today(), None),
    ]


def test_what_began_and_ended_on_one_day_was_a_slip_of_the_pen(people):
    move(people, people.auditor, people.ops)
    move(people, people.auditor, people.qmo)
    assert rows(people.auditor) == [(Post.MEMBER, "QMO", None, today()), (Post.MEMBER, "QMO", today(), None)]


def test_owners_and_heads_are_followed_too(people):
    own(people, people.inc, people.owner2)
    services.edit_department(
        people.dev,
        code="DEV",
        name_en="Development",
        name_zh="开发部",
        site=people.site,
        head=None,
        by=people.admin,
    )
    assert rows(people.owner) == [(Post.OWNER, "INC", None, today())]
    assert rows(people.owner2) == [(Post.OWNER, "INC", today(), None), (Post.HEAD, "DEV", None, today())]


def test_new_people_departments_and_processes_begin_their_rows(people):
    made = services.add_person(
        "new@example.org", "Nora", ["auditor"], people.ops, password="long enough words", by=people.admin
    )
    unit = services.add_department("NEW", "New", "新", people.site, made, by=people.admin)
    services.add_process("NEW", "New", "新", made, unit, by=people.admin)
    assert [row[:2] for row in rows(made)] == [(Post.MEMBER, "OPS"), (Post.HEAD, "NEW"), (Post.OWNER, "NEW")]


def test_saving_without_a_change_writes_no_row(people):
    move(people, people.auditor, people.qmo)
    own(people, people.inc, people.owner)
    assert rows(people.auditor) == rows(people.owner) == []


def test_left_since_counts_what_ended_after_the_day_only(people):
    with on(today() - timedelta(days=400)):
        move(people, people.auditor, people.ops)
    with on(today() - timedelta(days=100)):
        move(people, people.auditor, people.qmo)
    found = left_since(people.auditor, months_before(today(), 12))
    assert [each.place.code for each in found] == ["OPS"]


@pytest.mark.parametrize(
    ("day", "count", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
        (date(2026, 11, 24), 12, date(2025, 11, 24)),
    ],
)
def test_months_are_counted_back_by_the_calendar(day, count, before):
    assert months_before(day, count) == before


def test_a_number_of_months_nobody_means_is_refused(people):
    with pytest.raises(Refused, match="between 0 and 120"):
        services.set_organisation(name_en="A", name_zh="甲", independence_months=121, by=people.admin)


def test_the_months_are_set_on_the_page_of_the_organisation(people, client_for):
    facts = {"name_en": "A", "name_zh": "甲", "code_prefix": "SMS"}
    client = client_for(people.manager)
    assert client.post("/organisation/edit", data={**facts, "independence_months": "-1"}).status_code == 422
    assert client.post("/organisation/edit", data={**facts, "independence_months": "24"}).status_code == 303
    from audit_app.accounts import queries

    organisation = queries.organisation()
    assert organisation is not None
    assert organisation.independence_months == 24


def relocate(people, process, department):
    own(people, process, process.owner, department)


def test_a_process_that_moves_leaves_former_work_for_the_people_who_were_there(people):
    relocate(people, people.slm, people.ops)
    assert rows(people.auditor2) == [(Post.MEMBER, "SLM", None, today())]
    assert rows(people.owner) == []
    with on(today() + timedelta(days=30)):
        (found,) = conflicts([people.auditor2], Scope((people.slm,), on=today()))
    assert "worked in “Service level management” until" in str(found.words)
    with on(today() + timedelta(days=400)):
        assert not conflicts([people.auditor2], Scope((people.slm,), on=today()))


def test_a_process_moved_back_on_the_same_day_leaves_nothing(people):
    relocate(people, people.slm, people.ops)
    relocate(people, people.slm, people.sdm)
    assert rows(people.auditor2) == rows(people.owner) == []


def test_who_heads_both_departments_has_left_nothing(people):
    people.sdm.head = people.owner
    relocate(people, people.slm, people.ops)
    assert rows(people.owner) == []


def test_the_page_of_a_person_shows_former_work_and_competence(people, client_for):
    relocate(people, people.slm, people.ops)
    db.session.commit()
    page = client_for(people.auditor2).get(f"/organisation/people/{people.auditor2.id}")
    assert "服务级别管理" in page.text
    assert "ISO/IEC 20000-1:2018" in page.text

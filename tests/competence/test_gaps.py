"""The matrix of people and sections, and its gaps in words."""

from datetime import date, timedelta

import pytest

from audit_app.competence import queries
from audit_app.competence.gaps import Hold, matrix, reach, sections
from audit_app.competence.models import Competence
from audit_app.core.clock import today
from audit_app.core.db import db


def found(people, who):
    return matrix(who, queries.of_people(who), today())


@pytest.mark.parametrize(
    ("clauses", "section", "hold"),
    [
        ([], "8.6", Hold.HELD),
        (["8"], "8.6", Hold.HELD),
        (["8.6"], "8.6", Hold.HELD),
        (["8.6.1"], "8.6", Hold.PART),
        (["8.1"], "8.10", Hold.NONE),
        (["9"], "8.6", Hold.NONE),
    ],
)
def test_a_record_reaches_a_section_wholly_in_part_or_not(clauses, section, hold):
    assert reach(clauses, section) is hold


def test_the_rows_are_the_sections_with_operation_by_its_parts():
    assert sections() == ["4", "5", "6", "7", "8.1", "8.2", "8.3", "8.4", "8.5", "8.6", "8.7", "9", "10"]


def test_everybody_qualified_leaves_no_gap(people):
    made = found(people, [people.lead, people.auditor])
    assert (made.gaps, made.warnings) == ((), ())
    assert all(row.able == 2 for row in made.rows)


def test_what_hangs_on_one_person_is_said_and_what_nobody_covers_too(people):
    for record in db.session.query(Competence).filter_by(person_id=people.auditor.id, skill="standard"):
        record.clauses = ["8.6.1", "9"]
    for record in db.session.query(Competence).filter_by(person_id=people.lead.id, skill="standard"):
        record.clauses, record.ends_on = ["4"], today() + timedelta(days=10)
    made = found(people, [people.lead, people.auditor])
    said = [str(each) for each in made.gaps]
    assert "Nobody covers section 5 of the standard." in said
    assert "Section 8.6 is covered in part only." in said
    assert [str(each) for each in made.warnings] == [
        "Only Leo Lead covers: 4. Who replaces Leo Lead when not independent there?",
        "Only Ana Auditor covers: 9. Who replaces Ana Auditor when not independent there?",
    ]
    cell = next(row for row in made.rows if row.key == "4").cells[0]
    assert (cell.hold, cell.until) == (Hold.SOON, today() + timedelta(days=10))


def test_ended_and_withdrawn_records_do_not_cover(people):
    mine = db.session.query(Competence).filter_by(person_id=people.lead.id).order_by(Competence.id).all()
    mine[0].ends_on = date(2020, 1, 1)
    mine[1].withdrawn_on, mine[1].withdrawn_reason = today(), "x"
    leading, auditing = found(people, [people.lead]).rows[:2]
    assert (leading.cells[0].hold, leading.cells[0].until) == (Hold.ENDED, date(2020, 1, 1))
    assert auditing.able == 0
    assert "no audit can be assigned" in str(found(people, [people.lead]).gaps[0])

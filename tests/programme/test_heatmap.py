"""The coverage map: rows, columns, marks, and which answer belongs where."""

import pytest

from audit_app.programme import heatmap
from audit_app.programme.coverage import coverage
from audit_app.programme.heatmap import Across, Answer, By, Mark
from audit_app.programme.models import AuditState
from tests.programme.factory import plan_audit


@pytest.mark.parametrize(
    ("year", "opened", "first", "years"),
    [
        (2026, [2024], 2024, (2025, 2026, 2027)),
        (2028, [2024], 2024, (2028, 2029, 2030)),
        (2024, [2024], 2023, (2022, 2023, 2024)),
        (2028, [2024, 2027], 2024, (2028, 2029, 2030)),
        (2026, [], 2025, (2025, 2026, 2027)),
        (2028, [], 2025, (2028, 2029, 2030)),
    ],
)
def test_the_cycle_begins_the_year_after_the_decision(year, opened, first, years):
    assert heatmap.cycle_years(year, opened, first) == years


def drawn(people, by, answers=(), across=Across.AUDIT, state=None):
    audit = plan_audit(people)
    if state:
        audit.state = state
    processes, departments = (
        [people.chg, people.inc, people.slm],
        [people.dev, people.ops, people.qmo, people.sdm],
    )
    rows = heatmap.rows_of(by, coverage([audit], processes), processes, departments, [audit])
    columns = heatmap.by_audit([audit])
    if across is Across.MONTH:
        columns = heatmap.by_month([audit], [audit.programme.year])
    given = [
        Answer(audit.id, number, clause, process, verdict)
        for number, (clause, process, verdict) in enumerate(answers)
    ]
    return heatmap.drawn(by, across, rows, columns, [audit], given), audit


def marks(found):
    return {row.key: cell.mark for row in found.rows for column in found.columns
            if (cell := found.cell(row, column)).audits}  # fmt: skip


def test_a_planned_audit_marks_its_clause_and_the_rest_is_missing(people):
    found, _audit = drawn(people, By.CLAUSE)
    assert marks(found) == {"8.6.1": Mark.PLANNED}
    assert "4.1" in {row.key for row in found.missing}


@pytest.mark.parametrize(
    ("verdicts", "state", "mark", "short"),
    [
        ([], AuditState.CLOSED, Mark.HELD, "◇"),
        (["conform"], AuditState.CLOSED, Mark.CONFORM, "● 1"),
        (["conform", None], AuditState.IN_PROGRESS, Mark.UNDER_WAY, "◐ 1/2"),
        (["minor", "conform"], AuditState.IN_PROGRESS, Mark.MINOR, "▲ 1"),
        (["minor", "major"], AuditState.CLOSED, Mark.MAJOR, "■ 2"),
        ([None], AuditState.PLANNED, Mark.PLANNED, "○"),
    ],
)
def test_a_cell_shows_the_worst_that_was_found_or_how_far_the_audit_is(people, verdicts, state, mark, short):
    found, _audit = drawn(people, By.CLAUSE, [("8.6.1", None, each) for each in verdicts], state=state)
    row = next(each for each in found.rows if each.key == "8.6.1")
    cell = found.cell(row, found.columns[0])
    assert (cell.mark, cell.short) == (mark, short)
    assert str(mark.label) in cell.words


def test_every_mark_has_a_sign_of_its_own():
    assert len({mark.sign for mark in Mark}) == len(Mark)


def test_by_month_an_audit_stands_in_the_months_it_touches(people):
    found, audit = drawn(people, By.PROCESS, across=Across.MONTH)
    held = [column.key for column in found.columns if column.audits]
    assert f"{audit.starts_on:%Y-%m}" in held
    assert len(found.columns) == 12


def test_the_thirteen_processes_of_2005_are_rows_and_the_rest_is_one(people):
    people.inc.legacy_number, people.inc.legacy_en, people.inc.legacy_zh = 9, "Incident", "事件"
    found, _audit = drawn(people, By.LEGACY)
    assert [row.label for row in found.rows] == ["9 Incident", "Not in the 2005 edition"]
    assert marks(found) == {"9": Mark.PLANNED}


def test_by_department_the_visited_one_is_covered(people):
    found, _audit = drawn(people, By.DEPARTMENT)
    assert marks(found) == {"OPS": Mark.PLANNED}
    assert {row.key for row in found.missing} == {"DEV", "QMO", "SDM"}


def test_an_answer_belongs_to_its_process_else_to_the_nearest_clause(people):
    found, _audit = drawn(people, By.PROCESS)
    find = heatmap.finder(found.rows)
    assert find("9.9", people.inc.id) == ("INC",)
    assert find("8.6.1.2", None) == ("INC",)
    assert find("8.5.1", None) == ("CHG",)
    assert find("8.5", None) == ("CHG",)
    assert find("7.2", None) == ()

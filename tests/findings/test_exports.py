"""Sheets and reports, read back."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader

from audit_app.core import clock
from audit_app.core.clock import local, now
from audit_app.core.db import db
from audit_app.findings import deadlines, exports, paper, queries, services
from audit_app.findings.models import Finding, Grade
from tests.findings import factory
from tests.people import People


def words(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


@pytest.mark.parametrize(("language", "heading"), [("en", "Code"), ("zh", "编号")])
def test_the_register_holds_every_row_and_formulas_stay_text(
    app: Flask, people: People, language: str, heading: str
) -> None:
    subject = factory.at(people, "closed", title="=SUM(A1)")
    with app.test_request_context():
        book = load_workbook(BytesIO(exports.register(queries.listing(people.manager, {}), language)))
    tab = book.worksheets[0]
    cells = [[cell.value for cell in row] for row in tab.iter_rows()]
    header = next(row for row in cells if row[0] == heading)
    row = next(row for row in cells if row[0] == subject.code)
    assert len(header) == len(exports.FINDING_COLUMNS) + 1, "and what it repeats"
    assert row[3] == "=SUM(A1)"
    assert (
        next(each for line in tab.iter_rows() for each in line if each.value == "=SUM(A1)").data_type == "s"
    )
    assert subject.raised_on in [getattr(value, "date", lambda: None)() for value in row]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_register_filters_and_its_dates_and_numbers_are_real(
    app: Flask, people: People, language: str
) -> None:
    subject = factory.at(people, "closed", audit=factory.audit(people))
    with clock.at(now() - timedelta(days=200)):
        late = factory.at(people, "planned")
    with app.test_request_context():
        book = load_workbook(BytesIO(exports.register(queries.listing(people.manager, {}), language)))
    tab = book.worksheets[0]
    rows = [list(row) for row in tab.iter_rows()]
    head = next(place for place, row in enumerate(rows) if str(row[0].value) in ("Code", "编号"))
    assert tab.freeze_panes == f"A{head + 2}" or tab.freeze_panes.endswith(str(head + 2))
    assert tab.auto_filter.ref == f"A{head + 1}:{rows[head][-1].column_letter}{head + 3}"
    shown = [*exports.FINDING_COLUMNS]
    for row in rows[head + 1 : head + 3]:
        finding = subject if row[0].value == subject.code else late
        for cell, (column, value) in zip(row, shown, strict=False):
            meant = value(finding)
            if column.kind == "date" and meant is not None:
                assert cell.is_date
                assert cell.value.date() == meant, column.title
            elif column.kind == "datetime" and meant is not None:
                assert cell.is_date
                assert cell.value.date() == local(meant).date(), column.title
            elif column.kind == "int" and meant is not None:
                assert cell.data_type == "n"
                assert cell.value == meant
    texts = {str(cell.value) for row in rows for cell in row}
    assert {
        subject.correction,
        subject.effectiveness_record,
        subject.effectiveness_criterion,
        "Leo Lead",
    } <= texts
    assert f"{subject.actions[0].code} {subject.actions[0].title}" in texts
    assert deadlines.days_late(late) > 100


def test_the_register_of_actions_names_its_source(app: Flask, people: People) -> None:
    subject = factory.at(people, "planned")
    with app.test_request_context():
        book = load_workbook(BytesIO(exports.action_register(queries.action_listing(people.owner, {}), "en")))
    values = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert {subject.code, subject.actions[0].code, "Olga Owner"} <= set(values)


def test_rows_are_read_in_portions_and_not_kept(app: Flask, people: People) -> None:
    factory.many(people, 1200)
    sheet = exports.finding_sheet(queries.listing(people.manager, {}))
    rows = iter(sheet.rows)
    next(rows)
    loaded = sum(isinstance(each, Finding) for each in db.session)
    assert loaded <= exports.CHUNK
    assert sum(1 for _row in rows) == 1199


@pytest.mark.parametrize(("language", "title"), [("en", "Nonconformityreport"), ("zh", "不符合报告")])
def test_the_report_tells_the_whole_story(app: Flask, people: People, language: str, title: str) -> None:
    subject = factory.at(people, "closed", audit=factory.audit(people))
    with app.test_request_context():
        text = words(paper.report(subject, language))
    for said in (
        title, subject.code, "8.6.1", "Threeoftwelve", "INC0010023", "optionalsince", "Makepriority",
        "OlgaOwner", "AnaAuditor", "record.txt", "threemonths",
    ):  # fmt: skip
        assert said in text, said


@pytest.mark.parametrize("grade", list(Grade))
def test_every_grade_and_an_empty_draft_have_a_report(app: Flask, people: People, grade: Grade) -> None:
    subject = factory.finding(
        people, grade, requirement="", location="", process=None, nonconformity="x <b>&", clause=""
    )
    with app.test_request_context():
        assert "x<b>&" in words(paper.report(subject, "en"))
        services.withdraw(subject, reason="A typing error.", by=people.lead)
        assert "Atypingerror." in words(paper.report(subject, "zh"))


@pytest.mark.parametrize("lines", range(1, 30, 3))
def test_nobody_signs_a_page_without_what_it_is_about(app: Flask, people: People, lines: int) -> None:
    subject = factory.at(people, "closed", audit=factory.audit(people))
    subject.requirement = "\n".join(["A line of the requirement."] * lines)
    with app.test_request_context():
        pages = PdfReader(BytesIO(paper.report(subject, "en"))).pages
    signed = next(text for page in pages if "Closed by" in (text := page.extract_text()))
    assert "Effectiveness" in signed

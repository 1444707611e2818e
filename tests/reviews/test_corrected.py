"""A value corrected after its month was closed is pointed out: what it was, what it is, who, and why."""

from datetime import date
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook
from pypdf import PdfReader

from audit_app.core.db import db
from audit_app.indicators import corrections, locks, queries, services
from audit_app.indicators.correction_models import ValueCorrection
from audit_app.indicators.periods import Month
from audit_app.reviews import exports
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.gate import compile_gate
from audit_app.reviews.origins import key_of, of_cell, read
from audit_app.reviews.pack import Table, from_json, to_json
from audit_app.reviews.telling import bare, tell
from tests.reviews import factory

CLOSED = Month(2026, 2)
WHY = "Two answers were counted twice"


@pytest.fixture(autouse=True)
def _closing(app):
    with time_machine.travel(factory.TODAY, tick=True):
        locks.use_days(45)
        yield
        locks.use_days(0)


def proposed(people, month=CLOSED, value=81):
    factory.measured(people)
    services.enter_measurement(queries.by_code("CSAT"), month, value=value, reason=WHY, by=people.manager)
    return db.session.query(ValueCorrection).one()


def found(pack):
    tables = [
        block
        for one in pack.inputs
        if one.key == "c2"
        for block in one.blocks
        if isinstance(block, Table) and key_of(block.title) == "table.corrections"
    ]
    return tables[0] if tables else None


def warned(pack):
    return {one.key: dict(one.facts)["count"] for one in pack.warnings if one.key.startswith("warn.correct")}


def test_what_waits_is_pointed_out_in_pack_and_gate_and_is_in_no_figure(people):
    made = proposed(people)
    review = factory.ready(people)
    pack = compile_pack(review)
    assert warned(pack) == {"warn.correction_waits": 1}
    (row,) = found(pack).rows
    assert [bare(each) for each in row[1:4]] == [date(2026, 2, 1), 85, 81]
    assert row[4].values[0] == people.manager.name
    assert row[5].value.key == "value.waits"
    assert row[6] == WHY
    points = [
        each for each in compile_gate(review, people.manager).told if "waits for approval" in each.words
    ]
    assert [(each.key, each.endpoint, each.args) for each in points] == [
        ("e", "indicators.correction", {"id": made.id})
    ]
    assert "from 85.0 points to 81.0 points" in points[0].words.replace("\N{NO-BREAK SPACE}", " ")


def test_what_was_approved_names_both_people_on_page_paper_and_workbook(client_for, people):
    services.approve_correction(proposed(people), by=people.admin)
    review = factory.ready(people)
    db.session.commit()
    pack = compile_pack(review)
    assert warned(pack) == {"warn.corrected": 1}
    assert from_json(to_json(pack)) == pack
    (row,) = found(pack).rows
    assert row[5].values[0] == people.admin.name
    assert [each for each in compile_gate(review, people.manager).told if "correction" in each.words] == []
    paper = " ".join(
        page.extract_text() for page in PdfReader(BytesIO(exports.render(pack, "en", "pdf"))).pages
    )
    book = load_workbook(BytesIO(exports.render(pack, "en", "xlsx")))
    cells = " ".join(str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line)
    page = client_for(people.manager).get(f"/reviews/{review.id}/pack").get_data(as_text=True)
    for told in (" ".join(paper.split()), cells, page):
        assert WHY in told
        assert people.admin.name in told
        assert "They differ from what was shown before" in told
        assert "Source: this system, corrections of closed months" in told
    known = read([found(pack)], *factory.PERIOD)
    assert of_cell(found(pack), row, 3, known)[0] == "indicators.month"
    assert f"/months/{CLOSED}" in page
    assert "月份锁定后更正的数值" in "".join(
        each.extract_text() for each in PdfReader(BytesIO(exports.render(pack, "zh", "pdf"))).pages
    ).replace("\n", "")


def test_what_was_refused_and_what_lies_elsewhere_is_not_told(people):
    corrections.refuse(proposed(people), "The first count was right.", by=people.admin)
    pack = compile_pack(factory.ready(people))
    assert found(pack) is None
    assert warned(pack) == {}


@pytest.mark.parametrize(("decided", "told"), [(True, 1), (False, None)])
def test_a_month_shown_to_an_earlier_review_counts_when_it_was_corrected_in_this_period(
    people, decided, told
):
    earlier = Month(2025, 10)
    factory.measured(people)
    factory.measure(queries.by_code("CSAT"), earlier.first, 70)
    with time_machine.travel("2026-05-20 02:00:00+00:00"):
        services.enter_measurement(queries.by_code("CSAT"), earlier, value=60, reason=WHY, by=people.manager)
        if decided:
            services.approve_correction(db.session.query(ValueCorrection).one(), by=people.admin)
    pack = compile_pack(factory.ready(people))
    assert (found(pack) and len(found(pack).rows)) == told
    assert told is None or tell(found(pack).rows[0][1]) == "2025-10"

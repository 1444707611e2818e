"""Input g shows the objectives by their indicators, in the same words on paper and in the workbook."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from audit_app.core.db import db
from audit_app.indicators import services
from audit_app.reviews import compile_objectives, exports, origins, series
from audit_app.reviews.compile import compile_input, compile_pack
from audit_app.reviews.models import InputKey
from audit_app.reviews.pack import Table, Toned, from_json, to_json
from audit_app.reviews.telling import tell
from tests.reviews import factory


def aim(people, code, *codes, set_on=date(2025, 6, 1), due_on=date(2099, 12, 31), **more):
    known = factory.register()
    given = {
        "code": code, "name_en": f"Aim of {code}", "name_zh": f"目标 {code}", "owner_id": people.owner.id,
        "measures": "增加坐席", "evaluation": "按月评价", "set_on": set_on, "due_on": due_on,
        "indicator_ids": [known[each].id for each in codes], **more,
    }  # fmt: skip
    return services.add_objective(**given, by=people.manager)


def closed(people, objective, state, day):
    services.close_objective(
        objective, state=state, result=f"because {state}", closed_on=day, by=people.manager
    )


@pytest.fixture
def aimed(people):
    """Two in force, one missed and one on target; one closed in the period, one before it, one set after it."""
    factory.measured(people)
    aim(people, "GOOD", "CSAT")
    aim(people, "BAD", "CSR", "SUP", due_on=date(2026, 3, 1))
    closed(people, aim(people, "DONE", "CAP"), "achieved", date(2026, 2, 1))
    closed(people, aim(people, "OLD"), "missed", date(2025, 8, 1))
    aim(people, "NEXT", set_on=date(2026, 9, 1))
    review = factory.planned(people)
    db.session.commit()
    return review


def table(review):
    found = [each for each in compile_input(review, InputKey.G) if isinstance(each, Table)]
    return next(each for each in found if tell(each.title) == "Objectives")


def words(value):
    return tell(value.value if isinstance(value, Toned) else value)


def test_without_objectives_the_input_says_nothing_of_them(people):
    review = factory.planned(people)
    assert all(
        "Objectives:" not in tell(getattr(each, "said", "")) for each in compile_input(review, InputKey.G)
    )


def test_each_objective_of_the_period_stands_as_its_indicators_say_or_as_it_ended(aimed):
    rows = {row[0]: row for row in table(aimed).rows}
    assert list(rows) == ["BAD", "GOOD", "DONE"]
    bad, good, done = rows["BAD"], rows["GOOD"], rows["DONE"]
    assert "CSR 92.00 % (target ≥ 95 %), SUP" in words(bad[4]).replace("\N{NO-BREAK SPACE}", " ")
    assert (words(bad[5]), bad[5].tone, bad[3].tone) == ("Target missed", "bad", "bad")
    assert words(good[5]) == "On target"
    assert (words(done[5]), done[6]) == ("Achieved", "because achieved")
    assert "CAP 2026-05 85" in done[4].replace("\N{NO-BREAK SPACE}", " ")
    summary = tell(compile_input(aimed, InputKey.G)[0].said)
    assert summary == (
        "Objectives: 2 in force, of them 1 on target, 1 behind and 0 without all figures; closed in the period: "
        "1 achieved, 0 not achieved."
    )


def test_a_month_nobody_measured_is_no_value_of_the_last_period(aimed):
    row = next(row for row in table(aimed).rows if row[0] == "GOOD")
    assert words(row[5]) == "On target"
    register = series.read(date(2025, 12, 1), date(2026, 6, 30))
    blocks = compile_objectives.blocks(register, aimed)
    row = next(row for row in blocks[1].rows if row[0] == "GOOD")
    assert words(row[5]) == "Last value missing"


def test_paper_workbook_and_the_links_tell_the_same(aimed):
    pack = compile_pack(aimed)
    assert from_json(to_json(pack)) == pack
    book = load_workbook(BytesIO(exports.render(pack, "en", "xlsx")))
    told = {
        str(cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value
    }
    paper = " ".join(
        page.extract_text() for page in PdfReader(BytesIO(exports.render(pack, "en", "pdf"))).pages
    )
    for text in ("Aim of BAD", "Aim of DONE", "because achieved"):
        assert text in told
        assert text in " ".join(paper.split())
    blocks = compile_input(aimed, InputKey.G)
    rows = origins.read(blocks, date(2025, 12, 1), date(2026, 5, 31))
    assert origins.of_cell(table(aimed), table(aimed).rows[0], 0, rows)[0] == "indicators.objective"
    assert origins.of_said(blocks[0].said, rows) == ("indicators.objectives", {})
    assert exports.render(pack, "zh", "pdf").startswith(b"%PDF")

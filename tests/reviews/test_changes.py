"""What changed since the last review: compared with the frozen pack of before, never with rows of today."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook
from pypdf import PdfReader

from audit_app.core.db import db
from audit_app.reviews import changes, exports, queries
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.pack import Figure, Month, Since, from_json, said, to_json
from tests.reviews import factory


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


@pytest.fixture
def pair(people):
    """The frozen pack of the first half year, and the review after it."""
    factory.measured(people)
    factory.audited(people)
    first = factory.approved(people)
    facts = {"meets_on": date(2026, 12, 9), "title": "Second half", "prepared_by": people.manager}
    following = factory.preparing(people, **facts)
    db.session.commit()
    return from_json(queries.frozen_pack(first).snapshot), following


def keys(pack) -> set[str]:
    return {each.said.key for each in pack.since.changes}


def test_the_first_pack_says_that_there_is_none_before(people):
    pack = compile_pack(factory.preparing(people))
    assert pack.since == Since("", None, ())
    words = " ".join(
        page.extract_text() for page in PdfReader(BytesIO(exports.render(pack, "en", "pdf"))).pages
    )
    assert "No review was approved before this one" in " ".join(words.split())


def test_the_same_figures_are_no_change(pair):
    before, following = pair
    pack = changes.marked(before, before)
    assert pack.since.code == before.meta.code
    assert pack.since.changes == ()
    assert [light.mark for light in pack.lights] == [None] * len(pack.lights)
    assert compile_pack(following).since.code == before.meta.code


def test_a_light_a_result_a_target_that_changed_are_told_and_marked(pair):
    before, following = pair
    now = compile_pack(following)
    turned = tuple(replace(one, tone="good" if one.tone != "good" else "bad") for one in before.lights)
    other = said("target.higher", target=Figure(Decimal(1), 0, "%"))
    aims = tuple(replace(each, target=other) for each in before.definitions)
    pack = changes.marked(now, replace(before, lights=turned, definitions=aims))
    assert {"change.light", "change.target"} <= keys(pack)
    assert any(light.mark is not None and light.mark.key == "mark.was" for light in pack.lights)
    assert sum(each.said.key == "change.target" for each in pack.since.changes) == len(now.definitions)


def test_the_row_of_an_earlier_definition_is_no_target_that_changed(pair):
    before, following = pair
    now, first = compile_pack(following), before.definitions[0]
    until = replace(first, target=said("definition.until", month=Month(date(2026, 8, 1))))
    pack = changes.marked(replace(now, definitions=(until, *now.definitions)), before)
    assert "change.target" not in keys(pack)
    pack = changes.marked(now, replace(before, definitions=(*before.definitions, until)))
    assert "change.target" not in keys(pack)


def test_rows_that_were_not_there_are_marked_as_new_in_page_paper_and_sheet(client_for, people, pair, parsed):
    before, following = pair
    stripped = tuple(
        replace(one, blocks=tuple(replace(block, rows=block.rows[:1]) if hasattr(block, "rows") else block
                                  for block in one.blocks))
        for one in before.inputs
    )  # fmt: skip
    pack = changes.marked(compile_pack(following), replace(before, inputs=stripped))
    tables = [block for one in pack.inputs for block in one.blocks if getattr(block, "marks", None)]
    assert tables
    said_on = " ".join(
        page.extract_text() for page in PdfReader(BytesIO(exports.render(pack, "en", "pdf"))).pages
    )
    assert "new here" in " ".join(said_on.split())
    book = load_workbook(BytesIO(exports.render(pack, "en", "xlsx")))
    assert "Changes" in book.sheetnames
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "new here" in cells
    reply = client_for(people.manager).get(f"/reviews/{following.id}/pack")
    parsed(reply)
    assert f"What changed since {before.meta.code}" in reply.get_data(as_text=True)


def test_a_pack_of_before_has_neither_list_nor_marks_and_reads_as_it_was(pair):
    before, _following = pair
    old = replace(before, since=None)
    assert '"since":' not in to_json(old)
    assert from_json(to_json(old)) == old
    assert "Changes" not in load_workbook(BytesIO(exports.render(old, "en", "xlsx"))).sheetnames


def test_live_rows_do_not_change_what_is_compared(pair, people):
    before, following = pair
    first = compile_pack(following).since
    review = queries.by_code(before.meta.code)
    review.title = "Another title"
    db.session.flush()
    assert compile_pack(following).since == first

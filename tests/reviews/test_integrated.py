"""Integrated reviews: what other standards ask is said once, under our inputs, and the rest is asked in addition."""

import pytest
import time_machine

from audit_app.core.errors import Refused
from audit_app.exports.values import speaking
from audit_app.reviews import book, exports, integrated, paper, services
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.models import ExtraKey, InputKey
from audit_app.reviews.pack import digest, from_json, to_json
from audit_app.reviews.paper_standards import cross_table
from tests.reviews import factory

ISMS, QMS = "ISO/IEC 27001:2022", "ISO 9001:2015"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


def test_every_thing_a_standard_asks_is_said_somewhere():
    assert all(each.under for each in integrated.library())
    assert integrated.standards() == [ISMS, QMS]
    asked = {each.standard: {one.clause for one in integrated.library() if one.standard == each.standard}
             for each in integrated.library()}  # fmt: skip
    assert {name: len(clauses) for name, clauses in asked.items()} == {ISMS: 10, QMS: 12}


@pytest.mark.parametrize(
    ("chosen", "extra"),
    [((), []), ((ISMS,), ["x1", "x2"]), ((QMS,), ["x3"]), ((ISMS, QMS), ["x1", "x2", "x3"])],
)
def test_only_what_has_no_counterpart_is_asked_in_addition(people, chosen, extra):
    review = factory.preparing(people, standards=chosen)
    assert [row.key for row in review.inputs] == [*InputKey, *map(ExtraKey, extra)]


def test_an_extra_input_stops_the_approval_and_a_decision_may_follow_from_it(people):
    review = factory.ready(people, standards=[ISMS])
    with pytest.raises(Refused, match=r"without assessment: x1, x2\."):
        services.approve(review, exports.render_all, by=people.boss)
    services.write_input(review, "x1", text="Two customers ask for more.", by=people.manager)
    services.declare_nothing(review, "x2", reason="No risk is above the limit.", by=people.manager)
    made = services.ask_decision(review, text="Ask them", input_key="x1", by=people.manager)
    services.reject_decision(made, by=people.boss)
    services.approve(review, exports.render_all, by=people.boss)
    assert compile_pack(review).decisions[-1].input_key == "x1"


def test_taking_a_standard_out_takes_its_empty_inputs_along(people):
    review = factory.preparing(people, standards=[ISMS])
    services.write_input(review, "x1", text="Two customers ask for more.", by=people.manager)
    facts = {
        name: getattr(review, name)
        for name in ("title", "meets_on", "period_from", "period_to", "chair", "prepared_by")
    }
    services.edit_review(review, **facts, participants=[], standards=[], by=people.manager)
    assert [row.key for row in review.inputs] == [*InputKey, ExtraKey.X1]


def test_an_unknown_standard_is_refused(people):
    with pytest.raises(Refused, match="Nothing is known about the inputs of ISO 1"):
        factory.planned(people, standards=["ISO 1"])


@pytest.mark.parametrize("locale", ["en", "zh_Hans_CN"])
def test_page_paper_and_book_show_the_same_cross_table(people, locale):
    pack = compile_pack(factory.preparing(people, standards=[ISMS, QMS]))
    assert from_json(to_json(pack)) == pack
    with speaking(locale):
        rows = cross_table(pack.inputs)
        assert len(rows) == 22
        assert [row[3] for row in rows if row[:2] == (ISMS, "9.3.2 f)")] == [["k", "x2"]]
        words = str(paper.document(pack, locale, digest(to_json(pack))))
        sheets = book.workbook(pack, locale, "").sheets
    assert all(row[2] in words for row in rows)
    table = next(each for each in sheets if each.rows and each.rows[0][:2] == rows[0][:2])
    assert len(list(table.rows)) == 22


def test_a_review_by_one_standard_says_nothing_of_others(people):
    pack = compile_pack(factory.preparing(people))
    assert all(one.answers is None for one in pack.inputs)
    assert cross_table(pack.inputs) == []

"""The kinds of answer: what they take, how they judge, what their authors may set."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.checklists import conditions, fields
from audit_app.checklists.models import ResponseKind, Verdict
from audit_app.core.errors import Refused

DAY = date(2026, 3, 10)
OPTIONS = [{"key": "a", "en": "All", "zh": "全部", "verdict": "conform"}, {"key": "b", "en": "None", "verdict": "major"},
           {"key": "c", "en": "Unclear"}]  # fmt: skip
CASES: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("yes_no", {}, "yes", "conform"), ("yes_no", {}, "no", "minor"),
    ("yes_no", {"good": "no", "otherwise": "major"}, "yes", "major"),
    ("yes_no", {"good": "no", "otherwise": "major"}, "no", "conform"),
    ("score", {}, "2", "conform"), ("score", {}, "1", "observation"), ("score", {"target": 0}, "0", "conform"),
    ("score", {"target": 4, "below": "minor"}, "3", "minor"),
    ("number", {}, "5", None), ("number", {"high": "15"}, "15", "conform"),
    ("number", {"high": "15"}, "15.000001", "minor"), ("number", {"low": "-2.5", "high": "2.5"}, "-2.5", "conform"),
    ("number", {"low": "-2.5", "high": "2.5"}, "-2.6", "minor"), ("number", {"low": "0"}, "-0.1", "minor"),
    ("number", {"low": "99.9", "outside": "ofi"}, "99.89", "ofi"),
    ("number", {"high": "999999999999999"}, "999999999999998.999999", "conform"),
    ("date", {}, "2020-01-01", None), ("date", {"within_days": 365}, "2025-03-10", "conform"),
    ("date", {"within_days": 365}, "2025-03-09", "minor"), ("date", {"within_days": 0}, "2026-03-11", "conform"),
    ("date", {"within_days": 0, "older": "observation"}, "2026-03-09", "observation"),
    ("choice", {"options": OPTIONS}, "a", "conform"), ("choice", {"options": OPTIONS}, "b", "major"),
    ("choice", {"options": OPTIONS}, "c", None), ("text", {}, "anything", None),
]  # fmt: skip
"""(kind, settings, reply, verdict proposed in an audit that begins on DAY); the tablet is asked the same."""


def asked(kind: str, settings: dict[str, Any]) -> Any:
    """A question as the kinds see it."""
    of = ResponseKind(kind)
    return SimpleNamespace(kind=of, settings=fields.KINDS[of].set_up(settings))


@pytest.mark.parametrize(("kind", "limits", "reply", "verdict"), CASES)
def test_a_reply_proposes_the_verdict_that_its_author_set(app, kind, limits, reply, verdict):
    question = asked(kind, limits)
    assert fields.read(question, reply) == reply
    assert fields.judge(question, reply, DAY) == (Verdict(verdict) if verdict else None)


@pytest.mark.parametrize(
    ("kind", "reply"),
    [("yes_no", "maybe"), ("score", "5"), ("score", "2.0"), ("number", "a lot"), ("number", "NaN"),
     ("number", "1e99"), ("number", "1.0000001"), ("number", "9999999999999999"), ("date", "10.3.2026"),
     ("date", "2026-02-30"), ("date", "1899-12-31"), ("choice", "d"), ("text", "  "), ("text", "x" * 5001),
     ("grade", "yes"), ("photo", "yes")],
)  # fmt: skip
def test_a_reply_that_its_kind_does_not_know_is_not_read(app, kind, reply):
    with pytest.raises(fields.NotReadable):
        fields.read(asked(kind, {"options": OPTIONS} if kind == "choice" else {}), reply)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_a_number_has_one_form_and_stays_in_it(value):
    question = SimpleNamespace(
        kind=ResponseKind.NUMBER, settings={"low": None, "high": None, "unit": "", "outside": "minor"}
    )
    once = fields.read(question, str(value))
    assert fields.read(question, once) == once
    assert float(once) == float(value)


@pytest.mark.parametrize(
    ("kind", "limits", "field"),
    [("number", {"low": "3", "high": "2"}, "low"), ("number", {"low": "abc"}, "low"), ("number", {"high": "1,5"}, "high"),
     ("date", {"within_days": -1}, "within_days"), ("choice", {"options": OPTIONS[:1]}, "options"),
     ("choice", {"options": [{"key": "a", "en": "Same"}, {"key": "b", "en": "Same"}]}, "options"),
     ("choice", {"options": [{"key": "a", "en": "One"}, {"key": "b"}]}, "options"),
     ("score", {"target": 5}, "target"), ("yes_no", {"otherwise": "conform"}, "otherwise"), ("grade", {"x": 1}, "x")],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_with_their_field(app, kind, limits, field):
    with pytest.raises(Refused) as refused:
        fields.KINDS[ResponseKind(kind)].set_up(limits)
    assert refused.value.field == field
    assert str(refused.value)


def test_replies_and_rules_are_said_in_words(app):
    with app.test_request_context():
        assert fields.said(asked("score", {}), "3") == "3 – Defined and followed"
        assert fields.said(asked("number", {"unit": "min"}), "12.5") == "12.5 min"
        assert fields.said(asked("choice", {"options": OPTIONS}), "a") == "All"
        assert (
            fields.said(asked("yes_no", {}), "whatever an older version allowed")
            == "whatever an older version allowed"
        )
        assert fields.rule(asked("number", {"low": "1", "high": "3", "unit": "h"})) == "In order: 1 to 3 h"
        assert fields.rule(asked("number", {"low": "99.9", "unit": "%"})) == "In order: at least 99.9 %"
        assert fields.rule(asked("date", {"within_days": 90})) == "In order: at most 90 days before the audit"
        assert fields.rule(asked("choice", {"options": OPTIONS})) == "In order: All"


def place(
    id: int, asked_if: str = "", when: tuple[str, ...] = (), said: tuple[str, ...] = (), checklist: int = 1
) -> conditions.Place:
    """A question with lineage ``q<id>``."""
    return conditions.Place(id, checklist, f"q{id}", asked_if, when, frozenset(said))


def test_a_question_is_asked_only_after_the_answer_it_depends_on():
    chain = [
        place(1, said=("no",)),
        place(2, "q1", ("yes",), ("conform",)),
        place(3, "q2", ("conform",)),
        place(4),
    ]
    assert conditions.not_asked(chain) == {2, 3}
    assert conditions.not_asked([place(1, said=("yes",)), *chain[1:]]) == frozenset()
    assert conditions.not_asked([place(1), place(2, "q1", ("yes", "no"))]) == {2}, "not before it is answered"


def test_a_condition_on_what_the_checklist_does_not_hold_hides_nothing():
    assert conditions.not_asked([place(2, "q1", ("yes",))]) == frozenset()
    other = place(1, said=("no",), checklist=2)
    assert conditions.not_asked([other, place(2, "q1", ("yes",))]) == frozenset()

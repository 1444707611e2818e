"""What is pointed out about a cause: seen by words alone, in both languages, never by chance."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_app.core.clock import now
from audit_app.demo.story import texts
from audit_app.findings.cause_models import CauseCategory, CauseKind, FindingCause
from audit_app.findings.cause_words import blames, fated, remarks, repeats, tokens

STATEMENT = (
    "Three of twelve sampled incidents were worked on without a priority.",
    "Incidents without priority",
)
AUSSAGE = ("抽查12项事件中有3项没有填写优先级。",)


def node(number: int, text: str, above: int | None = None, **more: Any) -> FindingCause:
    facts: dict[str, Any] = {
        "id": number, "finding_id": 1, "parent_id": above, "kind": CauseKind.WHY, "category": None, "text": text,
        "evidence": "Record", "position": number, "is_root": False, "written_by_id": 1, "written_at": now(),
    }  # fmt: skip
    return FindingCause(**(facts | more))


def chain(*said: str, **root: Any) -> list[FindingCause]:
    made = [node(place, text, place - 1 or None) for place, text in enumerate(said, 1)]
    made[-1].is_root = True
    for name, value in root.items():
        setattr(made[-1], name, value)
    return made


def keys(*args: Any) -> set[str]:
    return {each.key for each in remarks(*args)}


@pytest.mark.parametrize(
    "text",
    ["The clerk forgot to set it.", "Human error", "Carelessness of the desk", "Staff were not attentive",
     "lack of awareness", "员工忘记填写", "工作疏忽", "人为失误", "责任心不强", "质量意识淡薄", "员工安全意识不足", "不够重视"],
)  # fmt: skip
def test_a_persons_failing_is_seen_in_both_languages(text: str):
    assert blames(text)


@pytest.mark.parametrize(
    "text",
    ["The form lets the desk save without a priority.", "Nobody was named to do it.", "It is not a matter of carelessness",
     "Not human error: the field is optional", "表单允许不填优先级", "没有指定责任人", "并非疏忽，而是流程没有要求", "The policy is unknown to the tool"],
)  # fmt: skip
def test_a_cause_in_the_system_blames_nobody(text: str):
    assert blames(text) == ""


@pytest.mark.parametrize(
    ("cause", "statement"),
    [
        ("Incidents were worked on without a priority.", STATEMENT),
        ("Because three of twelve incidents had no priority", STATEMENT),
        ("抽查的事件中有3项没有填写优先级", AUSSAGE),
    ],
)
def test_a_cause_that_says_the_finding_again_is_seen(cause: str, statement: tuple[str, ...]):
    assert repeats(cause, statement)


def test_a_cause_that_says_why_is_no_repetition():
    assert not repeats("The form saves without the field since the tool was moved in spring.", STATEMENT)
    assert not repeats("工具迁移后，该字段在表单中不再是必填项。", AUSSAGE)


def test_a_chain_down_to_what_can_be_changed_has_no_remarks():
    made = chain(
        "The desk can save without it.", "The field is optional.", "The migration took over no rules."
    )
    assert keys(STATEMENT, made) == set()


def test_each_weakness_of_a_chain_is_named():
    assert keys(STATEMENT, []) == {"no_chain"}
    assert keys(STATEMENT, [node(1, "The field is optional.")]) == {"no_root"}
    assert keys(STATEMENT, chain("The field is optional.")) == {"few_whys"}
    assert keys(STATEMENT, chain("a b c", "d e f", "Bad luck")) == {"fated"}
    assert keys(STATEMENT, chain("a b c", "d e f", "人手不足，客观原因")) == {"fated"}
    assert keys(STATEMENT, chain("a b c", "d e f", "The clerk forgot it.")) == {"blames"}
    assert keys(STATEMENT, chain("a b c", "d e f", "No rule in the tool", evidence="")) == {"unshown"}


def test_blame_with_a_why_behind_it_is_a_step_and_no_end():
    made = chain("The clerk forgot it.", "The form lets it be left empty.", "The rule was never built in.")
    assert keys(STATEMENT, made) == set()


def test_a_typed_cause_without_a_chain_is_judged_itself():
    assert keys(STATEMENT, [], "The clerk forgot it.") == {"no_chain", "blames"}
    assert keys(STATEMENT, [], "Incidents were worked on without a priority.") == {"no_chain", "repeats"}


def test_no_root_cause_of_the_demo_is_suspected_of_blame_or_repetition():
    for name in ("findings-1", "findings-2", "findings-3"):
        for entry in texts(name):
            for language in ("en", "zh"):
                said = entry[language]
                if not said.get("cause"):
                    continue
                assert not blames(said["cause"]), said["cause"]
                assert not repeats(said["cause"], (said["nonconformity"], said["title"], said["evidence"])), (
                    said["cause"]
                )


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=200))
def test_every_text_repeats_itself_or_says_nothing(text: str):
    assert repeats(text, (text,)) == bool(tokens(text))
    assert not repeats("", (text,))
    assert isinstance(blames(text), str)
    assert isinstance(fated(text), str)


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=120), st.text(max_size=120))
def test_remarks_never_fail_and_name_only_nodes_that_exist(one: str, other: str):
    made = [node(1, one or "x"), node(2, other or "y", 1, is_root=True, category=CauseCategory.PEOPLE)]
    assert {each.node for each in remarks((other,), made, one)} <= {None, 1, 2}

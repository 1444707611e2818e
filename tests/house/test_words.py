"""Everything that is recorded or announced can also be said, in both languages."""

import ast
import importlib
import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from audit_app.core.labels import Label
from audit_app.core.workflow import Workflow
from audit_app.notifications import words as notices
from audit_app.trail import words as trail
from tests.house.files import ROOT, tracked

FACTS = {"code": "X-1", "title": "T", "due": "2026-01-31"}
SAME_IN_CHINESE = {"N.A.", "OFI", "KPI", "SHA-256"}
"""Labels that Chinese auditors write in Latin letters too."""


@cache
def trees() -> dict[str, ast.Module]:
    found = tracked("audit_app/*.py")
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in found}


def names_of(node: ast.expr) -> Iterator[str]:
    """The strings an argument may be: a literal, either branch of a condition, or the parts of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from names_of(node.body)
        yield from names_of(node.orelse)


def said(function: str, owners: set[str], place: int = 0) -> dict[str, str]:
    """First string argument of every ``owner.function(...)`` call, with the place of the call."""
    found = {}
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or len(node.args) <= place:
                continue
            called = node.func
            owner = (
                called.value.id
                if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name)
                else ""
            )
            bare = called.id if isinstance(called, ast.Name) else ""
            if (isinstance(called, ast.Attribute) and called.attr == function and owner in owners) or (
                bare == function and not owners.isdisjoint({""})
            ):
                found |= dict.fromkeys(names_of(node.args[place]), f"{name}:{node.lineno}")
    return found


DOTTED = re.compile(r"[a-z_]+\.[a-z_]+")
DOORS = {
    "routes",
    "screens",
    "words",
    "forms",
    "exports",
    "queries",
    "work",
    "navigation",
    "subjects",
    "cli",
    "sync_routes",
}
"""Modules that record nothing; what looks like an action there is the name of an endpoint or a module."""


def literals(without: Collection[str] = DOORS) -> dict[str, str]:
    """Every string with one dot, with its place, in all modules but those named."""
    found = {}
    for name, tree in trees().items():
        if Path(name).stem not in without:
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and DOTTED.fullmatch(node.value)
                ):
                    found[node.value] = f"{name}:{node.lineno}"
    return found


def made_from_steps() -> dict[str, str]:
    """Actions named after their workflow and step: ``f"audit.{name}"`` and the like."""
    return {
        f"{table.name}.{step.name}": f"workflow {table.name}" for table in workflows() for step in table.steps
    }


def actions() -> dict[str, str]:
    """Every action literally written to the trail, with its place."""
    return (
        said("act", {"trail", "services"})
        | said("note", {"trail", "services"})
        | said("note_of_system", {"trail"})
    )


def notice_kinds() -> dict[str, str]:
    return said("queue", {"notifications", "notices", "outbox", ""})


def workflows() -> list[Workflow]:
    modules = [importlib.import_module(f"audit_app.{path.parent.name}.workflow")
               for path in sorted((ROOT / "audit_app").glob("*/workflow.py")) if path.parent.name != "core"]  # fmt: skip
    unique = {
        id(each): each for module in modules for each in vars(module).values() if isinstance(each, Workflow)
    }
    return list(unique.values())


def labels() -> list[type[Label]]:
    for path in (ROOT / "audit_app").glob("*/models.py"):
        importlib.import_module(f"audit_app.{path.parent.name}.models")
    ours = [kind for kind in Label.__subclasses__() if kind.__module__.startswith("audit_app.")]
    return sorted(ours, key=lambda kind: kind.__name__)


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text) or text in SAME_IN_CHINESE


def test_the_search_for_actions_finds_them():
    assert {"person.sign_in", "evidence.attach", "finding.edit", "audit.add"} <= set(actions())
    assert "finding.issued" in notice_kinds()


def test_every_action_of_the_trail_has_a_sentence_in_both_languages(app: Flask):
    missing = {action: place for action, place in actions().items() if action not in trail.SENTENCES}
    assert missing == {}
    with force_locale("zh_Hans_CN"):
        english = {
            action: str(words) for action, words in trail.SENTENCES.items() if not is_chinese(str(words))
        }
    assert english == {}


OF_BEFORE = {"finding.plan"}
"""Acts that earlier versions recorded: their rows stay in the trail, and must still be read."""


def test_no_sentence_is_kept_for_an_action_that_nobody_records(app: Flask):
    steps = {step.name for table in workflows() for step in table.steps}
    made = {key for key in trail.SENTENCES if key.partition(".")[2] in steps | {"import"}}
    assert set(trail.SENTENCES) - set(actions()) - set(literals()) - made - OF_BEFORE == set()


def test_no_words_are_kept_for_a_notice_that_nobody_sends(app: Flask):
    made = {
        f"{noun}.{when}" for noun in ("finding", "action") for when in ("due", "late")
    }  # home/due.py joins them
    assert set(notices.NOTICES) - set(notice_kinds()) - set(literals({"words"})) - made == set()


def test_every_kind_of_notice_has_words_in_both_languages(app: Flask):
    assert {kind: place for kind, place in notice_kinds().items() if kind not in notices.NOTICES} == {}
    for kind in notices.NOTICES:
        english, chinese = [], []
        for locale, words in (("en", english), ("zh_Hans_CN", chinese)):
            with force_locale(locale):
                words.extend(notices.render(kind, FACTS))
        assert all(is_chinese(text) for text in chinese), (kind, chinese)
        assert not any(is_chinese(text) for text in english), (kind, english)


def test_every_column_label_of_the_trail_is_said_in_chinese(app: Flask):
    with force_locale("zh_Hans_CN"):
        assert {key: str(words) for key, words in trail.FIELDS.items() if not is_chinese(str(words))} == {}


def test_every_state_grade_and_kind_has_a_label_in_both_languages(app: Flask):
    assert len(labels()) > 10
    with force_locale("zh_Hans_CN"):
        english = {f"{kind.__name__}.{each.name}": str(each.label)
                   for kind in labels() for each in kind if not is_chinese(str(each.label))}  # fmt: skip
    assert english == {}


@pytest.mark.parametrize("table", workflows(), ids=lambda table: table.name)
def test_every_step_of_a_workflow_is_labelled_in_both_languages(table: Workflow, app: Flask):
    with force_locale("en"):
        assert [step.name for step in table.steps if is_chinese(str(step.label))] == []
    with force_locale("zh_Hans_CN"):
        assert [step.name for step in table.steps if not is_chinese(str(step.label))] == []


def test_the_search_reads_a_condition_as_both_its_branches(tmp_path: Path):
    call = ast.parse('trail.act("a.x" if new else "a.y", 1)').body[0].value  # type: ignore[attr-defined]  # an expression
    assert list(names_of(call.args[0])) == ["a.x", "a.y"]

"""Every row of the list of edge cases in docs/offline.md is named by a test that proves it."""

import ast
import re
from collections import defaultdict

from tests.house.files import ROOT, tracked

NAMED = re.compile(r"[Ee]dge cases? ((?:\d+(?:, | and )?)+)")
ROW = re.compile(r"^\| (\d+) \|", re.M)


def numbers_of(test: ast.FunctionDef) -> set[int]:
    """From ``@pytest.mark.edge_case(5, 8)``, or from "Edge cases 5 and 8" in the docstring."""
    found = {
        number.value
        for mark in test.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.edge_case"
        for number in mark.args
        if isinstance(number, ast.Constant) and isinstance(number.value, int)
    }
    words = NAMED.findall(ast.get_docstring(test) or "")
    return found | {int(number) for each in words for number in re.findall(r"\d+", each)}


def proved() -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for path in tracked("tests/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in numbers_of(node):
                    found[number].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def test_every_edge_case_of_the_protocol_is_proved_by_a_test_that_names_it():
    listed = {
        int(number) for number in ROW.findall((ROOT / "docs" / "offline.md").read_text(encoding="utf-8"))
    }
    assert listed == set(range(1, 29))
    found = proved()
    assert {number for number in listed if not found[number]} == set()
    assert set(found) - listed == set()

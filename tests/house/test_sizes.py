"""Small files and small functions: what does not fit on a few screens wants to be two things."""

import ast
from pathlib import Path

import pytest

from tests.house.files import ROOT, tracked

LONGEST_FILE, LONGEST_FUNCTION, LONGEST_TEMPLATE = 400, 40, 120


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def too_long(paths: list[Path], limit: int) -> dict[str, int]:
    counted = {str(path.relative_to(ROOT)): lines_of(path) for path in paths}
    return {name: count for name, count in counted.items() if count > limit}


@pytest.mark.parametrize("pattern", ["*.py", "audit_app/static/*.js"])
def test_no_source_file_is_longer_than_400_lines(pattern):
    assert too_long([path for path in tracked(pattern) if "vendor" not in path.parts], LONGEST_FILE) == {}


def test_no_template_is_longer_than_120_lines():
    pages = [path for path in tracked("audit_app/templates/*.html") if "_macros" not in path.parts]
    assert too_long(pages, LONGEST_TEMPLATE) == {}


def function_lengths(path: Path) -> dict[str, int]:
    """Lines of each function's body, docstring left out, comments and empty lines counted as written.

    The signature does not count: a verb takes its facts by keyword, one a line, and that is wanted.
    """
    lengths = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            lengths[f"{path.relative_to(ROOT)}:{node.name}"] = length
    return lengths


def test_no_function_of_the_app_is_longer_than_40_lines():
    found = {}
    for path in tracked("audit_app/*.py", "tools/*.py", "run.py"):
        found |= {
            name: length for name, length in function_lengths(path).items() if length > LONGEST_FUNCTION
        }
    assert found == {}

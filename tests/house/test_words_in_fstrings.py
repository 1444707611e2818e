"""No sentence is translated inside an f-string: the catalogues do not find it there, and it stays English."""

import ast

from tests.house.files import ROOT

TRANSLATING = {"_", "_l", "gettext", "ngettext", "lazy_gettext"}


def test_no_sentence_is_translated_inside_an_f_string() -> None:
    found = []
    for path in sorted((ROOT / "audit_app").rglob("*.py")):
        for outer in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(outer, ast.JoinedStr):
                continue
            for inner in ast.walk(outer):
                name = getattr(getattr(inner, "func", None), "id", "")
                if isinstance(inner, ast.Call) and name in TRANSLATING:
                    found.append(f"{path.relative_to(ROOT)}:{outer.lineno}")
    assert found == []

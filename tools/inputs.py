"""Write docs/security/inputs.md: what each form takes, and which rules the database holds between columns.

    python -m tools.inputs            write the page again, after a change of a form or a model
    python -m tools.inputs --check    say whether the page is what would be written

Made from the forms and the models themselves, so that the page tells what the program does.
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import CheckConstraint
from wtforms import validators

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "security" / "inputs.md"

TEXT = """# What is taken in, and by which rules

Made by `python -m tools.inputs`; do not edit by hand. The records of tablets have their own page:
`docs/offline.md`. Sheets and logs: `docs/guide.md`.

Everywhere: text is cut of blanks around it; a choice is one of those shown; days are ISO 8601 and of the
organisation's zone; a number outside its range, a text longer than its field and an unknown choice are
refused with a sentence at the field, and nothing is stored. A form is at most {request} MB with its files,
{files} files at once, {file} MB each. What several fields must be together is asked by the services (their
docstrings name the sentence) and, below, by the database itself.

## Forms
{forms}

## Rules between columns
The database refuses what breaks one of these, whoever writes.

{rules}
"""


def forms() -> Iterator[tuple[str, type[Any]]]:
    """(module, form) of every form with fields of its own."""
    import audit_app

    for found in pkgutil.walk_packages(audit_app.__path__, "audit_app."):
        if "form" not in found.name.rpartition(".")[2]:
            continue
        module = importlib.import_module(found.name)
        for name, form in sorted(vars(module).items()):
            own = isinstance(form, type) and form.__module__ == module.__name__
            if own and hasattr(form, "validate_on_submit") and not name.startswith("_"):
                yield found.name, form


def fields(form: type[Any]) -> Iterator[tuple[str, Any]]:
    """(name, unbound field) as the form declares them, its parents' too."""
    for name in dir(form):
        given = getattr(form, name, None)
        if hasattr(given, "field_class") and name not in ("version", "csrf_token"):
            yield name, given


def rules_of(given: Any) -> str:
    """The rules of a field in a few words."""
    kind = given.field_class.__name__.removesuffix("Field").lower() or "text"
    told = [kind]
    for each in [*given.kwargs.get("validators", ()), *_more(given)]:
        told.append(_said(each))
    return ", ".join(part for part in told if part)


def _more(given: Any) -> list[Any]:
    return [each for argument in given.args[1:2] if isinstance(argument, list | tuple) for each in argument
            if not isinstance(each, tuple | str)]  # fmt: skip


def _said(each: Any) -> str:
    if isinstance(each, validators.Length):
        return f"at most {each.max} letters" if each.max > 0 else ""
    if isinstance(each, validators.NumberRange):
        return f"{each.min} to {each.max}"
    if isinstance(each, validators.InputRequired | validators.DataRequired):
        return "required"
    return "" if isinstance(each, validators.Optional) else type(each).__name__.lower()


def page() -> str:
    """The whole page."""
    from audit_app.core.db import Base
    from audit_app.evidence.services import LARGEST, MOST_FILES
    from audit_app.tables import MODULES

    assert MODULES
    parts = []
    for module, form in forms():
        lines = [f"`{name}` {rules_of(given)}" for name, given in fields(form)]
        if lines:
            parts.append(f"- **{module.removeprefix('audit_app.')}.{form.__name__}**: " + "; ".join(lines))
    held = [
        f"- `{table.name}`: `{' '.join(str(rule.sqltext).split())}`"
        for table in Base.metadata.sorted_tables
        for rule in sorted(table.constraints, key=lambda each: str(each.name))
        if isinstance(rule, CheckConstraint) and " IN (" not in str(rule.sqltext)[:60]
    ]
    return TEXT.format(
        forms="\n".join(parts), rules="\n".join(held), request=60, files=MOST_FILES, file=LARGEST >> 20
    )


def main() -> None:
    """Write the page, or compare."""
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit("docs/security/inputs.md is not what would be written: run python -m tools.inputs")


if __name__ == "__main__":
    main()

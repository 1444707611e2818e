"""Every setting and every command is described where people look for it."""

import ast
from dataclasses import fields

import pytest

from audit_app.config import Settings
from tests.house.files import ROOT

PAGES = ("README.md", "docs/operate.md")


def settings() -> list[str]:
    return [each.metadata["env"] for each in fields(Settings) if each.metadata["env"] != "TESTING"]


def commands() -> list[str]:
    """Names of the commands, read from the source of the command line (its names are given, or the function's)."""
    found = []
    tree = ast.parse((ROOT / "audit_app" / "cli.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        for mark in getattr(node, "decorator_list", []):
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "main.command":
                assert isinstance(node, ast.FunctionDef)
                named = [each.value for each in mark.args if isinstance(each, ast.Constant)]
                found.append(str(named[0]) if named else node.name.replace("_", "-"))
    return found


def test_the_search_finds_settings_and_commands():
    assert {"DATA_DIR", "SMTP_URL"} <= set(settings())
    assert {"demo", "serve", "verify", "create-admin", "import-tickets"} <= set(commands())


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_described_in(page: str):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [name for name in commands() if f"run.py {name}" not in text] == []


def test_every_setting_is_described_in_the_operating_manual_and_the_readme_leads_there():
    manual = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    assert [name for name in settings() if f"`{name}`" not in manual] == []
    assert "docs/operate.md" in (ROOT / "README.md").read_text(encoding="utf-8")

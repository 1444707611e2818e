"""The floors of the house: every package has its rung, and a step up is noticed."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "audit_app"
NOT_CODE = {"templates", "static", "translations", "__pycache__"}
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def contracts() -> list[dict]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]


def rungs() -> list[str]:
    """The names on the ladder, from the top down."""
    text = " | ".join(contracts()[0]["layers"]).replace(":", "|")
    return [name.strip(" ()") for name in text.split("|")]


def parts_of_the_app() -> set[str]:
    modules = {path.stem for path in APP.glob("*.py")} - {"__init__"}
    packages = {path.name for path in APP.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    return modules | (packages - NOT_CODE)


def test_every_part_of_the_app_stands_on_a_rung():
    assert parts_of_the_app() - set(rungs()) == set()


def test_every_package_says_that_it_is_one():
    """import-linter does not see a folder without __init__.py."""
    packages = {path.parent for path in APP.rglob("*.py") if path.relative_to(APP).parts[0] not in NOT_CODE}
    assert [path for path in packages if not (path / "__init__.py").exists()] == []


def test_the_ladder_has_no_optional_or_forgotten_rung():
    assert not any("(" in layer for layer in contracts()[0]["layers"]), "the house stands: drop the brackets"
    assert set(rungs()) - parts_of_the_app() == set()


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT, "--no-cache"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder)}
    )


@pytest.fixture
def small_house(tmp_path):
    """The real contracts over an app in which every part is empty."""
    for name in parts_of_the_app():
        (tmp_path / "audit_app" / name).mkdir(parents=True)
        (tmp_path / "audit_app" / name / "__init__.py").write_text("")
    (tmp_path / "audit_app" / "__init__.py").write_text("")
    (tmp_path / "audit_app" / "core" / "db.py").write_text("import flask_sqlalchemy\n")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return tmp_path


def test_a_house_in_order_is_kept(small_house):
    done = lint(small_house)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("programme/models.py", "from audit_app import findings"),
        ("core/clock.py", "from audit_app import web"),
        ("evidence/services.py", "from audit_app import notifications"),
        ("findings/services.py", "import flask"),
        ("findings/workflow.py", "import wtforms"),
        ("reviews/queries.py", "import openpyxl"),
        ("reviews/models.py", "import reportlab"),
        ("findings/models.py", "from flask_sqlalchemy import SQLAlchemy"),
        ("attic/__init__.py", ""),
    ],
)
def test_a_broken_rule_is_noticed(small_house, module, line):
    path = small_house / "audit_app" / module
    path.parent.mkdir(exist_ok=True)
    path.write_text(line + "\n")
    done = lint(small_house)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout


def test_the_roll_call_of_models_names_every_module_that_has_a_table():
    """In a process of its own: here other tests have read them all."""
    having = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "audit_app").rglob("*.py")
        if "    __tablename__ = " in path.read_text(encoding="utf-8")
    }
    known = subprocess.run(
        [sys.executable, "-c", "import sys; from audit_app import tables; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert len(having) > 20
    assert having - set(known) == set()

"""The lock files: complete, hashed, and free of any address."""

import ast
import re
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, version

import pytest

from tests.house.files import tracked
from tools import lock

LOCKS = [lock.RUNTIME, lock.DEV, lock.SCAN]
PIN = re.compile(r"[a-z0-9][a-z0-9.-]*==[^\s;]+( ; [^\\]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_holds_no_address(path):
    text = path.read_text(encoding="utf-8")
    for forbidden in (
        r"https?://",
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "file:",
        " @ ",
        r"^-",
    ):
        assert not re.search(forbidden, text, re.MULTILINE), forbidden


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_line_is_a_pin_or_a_hash_and_every_pin_has_hashes(path):
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        assert PIN.fullmatch(line) or HASH.fullmatch(line), line
        if PIN.fullmatch(line) or line.endswith("\\"):
            assert HASH.fullmatch(following), f"a hash should follow: {line}"


def test_the_lock_files_belong_to_pyproject_and_to_each_other():
    assert lock.faults() == []


def test_a_changed_dependency_makes_the_locks_stale(tmp_path, monkeypatch):
    text = (lock.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        text.replace('"waitress', '"hypercorn", "waitress'), encoding="utf-8"
    )
    monkeypatch.setattr(lock, "ROOT", tmp_path)
    assert any("does not belong to pyproject.toml" in fault for fault in lock.faults())


def test_the_packages_in_this_environment_are_those_of_the_lock():
    different = []
    for name, pinned in lock.pins(lock.RUNTIME).items():
        try:
            if version(name) != pinned:
                different.append(f"{name}: {version(name)} is installed, {pinned} is pinned")
        except PackageNotFoundError:
            continue  # for another system
    assert different == []


def imported_by_the_app() -> set[str]:
    """The top-level names that the app's files import."""
    names = set()
    for path in tracked("audit_app/*.py", "migrations/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                names.add(node.module.split(".")[0])
    return names


def test_everything_the_app_imports_is_pinned_for_those_who_only_run_it():
    known = packages_distributions()
    pinned = set(lock.pins(lock.RUNTIME))
    foreign = imported_by_the_app() - set(sys.stdlib_module_names) - {"audit_app", "migrations"}
    missing = {
        name
        for name in foreign
        if not pinned & {re.sub(r"[-_.]+", "-", d).lower() for d in known.get(name, [])}
    }
    assert missing == set()

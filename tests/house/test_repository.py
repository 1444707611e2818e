"""What must not be in the repository: traces of one machine, addresses of registries, heavy files."""

import re
from pathlib import Path

import pytest

from tests.house.files import ROOT, tracked
from tools import inputs, licences, lock

HEAVY = 20 * 1024 * 1024
BINARY = {
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".ttf",
    ".woff2",
    ".xlsx",
    ".pdf",
    ".docx",
    ".zip",
    ".gz",
    ".db",
    ".ico",
}


def names() -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in tracked()]


def texts() -> dict[str, str]:
    """Name and text of every tracked text file but this one (which has to name what it looks for)."""
    this = Path(__file__).relative_to(ROOT).as_posix()
    readable = [name for name in names() if Path(name).suffix.lower() not in BINARY and name != this]
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in readable}


FORBIDDEN = {
    "a folder of somebody's machine": r"(?<![\w.])/(?:home|Users)/[a-z]+/|(?<![\w.])/(?:root|mnt|tmp)/\w"
    r"|(?<![\w.])/work/(?:main|shared)|(?<![\w.])/opt/(?:wheels|pypi)",
    "a drive of somebody's machine": r"\b[A-Z]:\\\\?Users\\",
    "a registry's address": r"(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg|npmmirror"
    r"|pypi\.tuna|mirrors\.aliyun|pypi/simple)",
    "the folder in which the parts were exchanged": r"(?<![\w/-])shared/(?:design|data|hooks)\b",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_text_holds(what):
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name, text in texts().items()
        for match in re.finditer(FORBIDDEN[what], text)
    ]
    assert found == []


def test_no_file_is_heavier_than_20_megabytes():
    assert {name for name in names() if (ROOT / name).stat().st_size > HEAVY} == set()


def test_nothing_that_is_made_or_private_is_tracked():
    made = re.compile(
        r"(^|/)(\.venv|node_modules|__pycache__|htmlcov|\.env)(/|$)|\.(mo|pyc|db|sqlite3?|key|pem)$"
    )
    assert [name for name in names() if made.search(name)] == []


def test_no_lock_file_that_holds_addresses_is_tracked():
    addressed = {"uv.lock", "pylock.toml", "package-lock.json", "yarn.lock", "poetry.lock", "Pipfile.lock"}
    assert [name for name in names() if Path(name).name in addressed] == []


def test_tool_settings_are_in_pyproject_only():
    others = {
        "setup.cfg",
        "setup.py",
        "tox.ini",
        "pytest.ini",
        "mypy.ini",
        "ruff.toml",
        ".importlinter",
        ".coveragerc",
    }
    assert [name for name in names() if Path(name).name in others] == []


def test_text_files_end_with_one_newline_and_have_unix_line_ends():
    own = {
        n: t
        for n, t in texts().items()
        if t and "/vendor/" not in n and not n.startswith(("docs/standards/",))
    }
    assert [name for name, text in own.items() if not text.endswith("\n") or "\r\n" in text] == []


def test_the_page_of_inputs_is_what_the_tool_would_write():
    assert inputs.PAGE.read_text(encoding="utf-8") == inputs.page(), "run: python -m tools.inputs"


def test_the_page_of_licences_is_what_the_tool_would_write():
    assert licences.PAGE.read_text(encoding="utf-8") == licences.page(), "run: python run.py licences"


def test_the_page_of_licences_names_every_package_every_vendored_file_and_every_font():
    text = licences.PAGE.read_text(encoding="utf-8")
    assert [name for name in lock.pins(lock.RUNTIME) if f"| {name} |" not in text] == []
    for folder in (licences.VENDOR, licences.FONTS):
        parts = [
            path.name for path in folder.iterdir() if path.is_file() and path.suffix not in {".md", ".txt"}
        ]
        assert [name for name in parts if name not in text] == []


def test_each_vendored_library_brings_its_licence_text():
    assert list(licences.VENDOR.glob("licenses/*")) or not licences.VENDOR.exists()
    assert (licences.FONTS / "OFL.txt").exists()

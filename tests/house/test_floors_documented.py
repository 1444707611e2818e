"""The page of the floors names every package, in the order of the ladder."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def ladder() -> list[set[str]]:
    """The floors of import-linter, top down."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    return [set(re.findall(r"\w+", floor)) for floor in layers]


def documented() -> list[set[str]]:
    """The floors of the page: the names before the wide gap of each line."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    block = page.split("```")[1].strip("\n")
    return [set(re.findall(r"\w+", re.split(r" {4,}", line.strip())[0])) for line in block.splitlines()]


def test_the_page_of_the_floors_is_the_ladder_of_the_code():
    assert documented() == ladder()


def test_every_module_that_the_table_of_an_audit_sends_to_exists():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    table = page.split("## Where an audit lives")[1].split("\n## ")[0]
    rows = [line.split("|")[2:4] for line in table.splitlines() if line.startswith("|") and "`" in line]
    for packages, files in rows:
        homes = re.findall(r"`(\w+)`", packages)
        for name in re.findall(r"`([\w/.*]+\.\w+)`", files):
            places = [
                ROOT / name,
                ROOT / "audit_app" / name,
                *(ROOT / "audit_app" / home / name for home in homes),
            ]
            assert any(list(place.parent.glob(place.name)) for place in places), name
    assert len(rows) > 8

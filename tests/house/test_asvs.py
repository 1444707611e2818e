"""The sheet on OWASP ASVS: each number once, each link leads somewhere, and the counts are those of its lines."""

import re
from collections import Counter

import pytest

from tests.house.files import ROOT

SHEET = ROOT / "docs/security/asvs.md"
STATES = ["met", "partly", "not yet", "exception", "does not apply"]
OF_LEVEL_3 = {"1.2.10", "6.3.8", "8.3.2", "14.2.8", "15.4.2"}
LINE = re.compile(r"\| (\d+\.\d+\.\d+) \| ([123]) \| (.+?) \| ([a-z ]+?) \| (.+?) \| (.+) \|")


def every_row():
    """Number, level, matter, state, what is done, links."""
    lines = SHEET.read_text(encoding="utf-8").splitlines()
    return [match.groups() for line in lines if (match := LINE.fullmatch(line))]


def rows():
    """Those of the goal: all but the lines of an OpenID client, which stand beside them."""
    return [row for row in every_row() if not row[0].startswith("10.")]


def test_the_lines_of_an_openid_client_are_all_there():
    client = {row[0] for row in every_row()} - {row[0] for row in rows()}
    assert client == {f"10.{each}" for each in "1.1 1.2 2.1 2.2 2.3 5.1 5.2 5.3 5.4 5.5".split()}


def test_each_requirement_stands_once_and_in_order():
    numbers = [row[0] for row in rows()]
    assert len(set(numbers)) == len(numbers)
    assert numbers == sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])
    assert Counter(row[1] for row in rows()) == {"1": 65, "2": 152, "3": 5}
    assert {row[0] for row in rows() if row[1] == "3"} == OF_LEVEL_3
    assert not [number for number in numbers if number.split(".")[0] == "17"]


def test_every_line_of_a_table_was_read():
    lines = [line for line in SHEET.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d+\.", line)]
    assert len(lines) == len(every_row())


@pytest.mark.parametrize("row", every_row(), ids=lambda row: row[0])
def test_each_state_is_one_of_five_and_its_links_lead_somewhere(row):
    number, _level, _matter, state, _done, links = row
    assert state in STATES
    named = re.findall(r"`([^`]+)`", links)
    assert named or state in ("not yet", "does not apply"), f"{number} claims without a link"
    for link in named:
        path, _colons, test = link.partition("::")
        assert (ROOT / path).exists(), link
        assert not test or re.search(rf"\ndef {test}\(", (ROOT / path).read_text(encoding="utf-8")), link


def test_the_two_exceptions_are_those_of_an_offline_store():
    assert {row[0] for row in rows() if row[3] == "exception"} == {"14.3.1", "14.3.3"}
    assert all("**Exception**" in row[4] for row in rows() if row[3] == "exception")


@pytest.mark.parametrize("level", ["1", "2", "3", "all"])
def test_the_counts_at_the_top_are_those_of_the_lines(level):
    found = Counter(row[3] for row in rows() if level in (row[1], "all"))
    told = " | ".join(str(found[state]) for state in STATES)
    assert f"| {level} | {told} | {found.total()} |" in SHEET.read_text(encoding="utf-8")

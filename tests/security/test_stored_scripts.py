"""What people typed never runs: payloads in every text, read in every page, workbook, paper, calendar and mail."""

import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel.speaklater import LazyString
from openpyxl import Workbook
from reportlab.pdfgen.canvas import Canvas

from audit_app.accounts.models import Person
from tests.house.world import Address, World, addresses
from tests.security import readers
from tests.security.infected import infect
from tests.security.payloads import KINDS, PAYLOADS
from tests.security.probing import may

Clients = Callable[[Person], FlaskClient]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTACH:https://evil.invalid/x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
TURNS = 8
ASKS = (
    "programme manager",
    "lead auditor",
    "administrator",
    "process owner",
    "auditor",
    "top management",
    "read-only",
)


@dataclass
class Walk:
    """Asks for addresses and remembers what was seen where."""

    app: Flask
    world: World
    client_for: Clients
    asked: int = 0
    seen: dict[str, set[int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rules = {rule.endpoint: rule for rule in self.app.url_map.iter_rules()}
        self.clients = {who: self.client_for(self.world.everybody[who]) for who in ASKS}

    def replies(self, places: list[Address]) -> Iterator[tuple[Address, str, Any]]:
        """Each address with the first person to whom it shows something."""
        for place in places:
            for who in ASKS:
                if not may(self.app, self.rules[place.endpoint], self.world.everybody[who]):
                    continue
                reply = self.clients[who].get(place.url)
                self.asked += 1
                if reply.status_code not in (403, 404):
                    yield place, who, reply
                    break

    def read(self, places: list[Address]) -> None:
        """Read every reply as its reader's program would."""
        for place, who, reply in self.replies(places):
            media, content = reply.mimetype, reply.get_data()
            if reply.status_code >= 500:
                self.wrong.append(f"{who} {place.url}: {reply.status_code}")
                continue
            self.wrong += [f"{who} {place.url}: {fault}" for fault in readers.faults(media, content)]
            found = readers.SEEN.findall(readers.words(media, content))
            self.seen.setdefault(media, set()).update(int(number) for number in found)


def first_of_each(places: list[Address]) -> list[Address]:
    """One address of each rule."""
    return list({place.endpoint: place for place in reversed(places)}.values())[::-1]


def test_the_list_is_long_and_each_payload_can_be_told():
    assert len(PAYLOADS) == len(set(PAYLOADS)) >= 200
    assert {f"zx{number}z" in line for number, line in enumerate(PAYLOADS)} == {True}
    assert min(len(lines) for lines in KINDS.values()) > 5


@pytest.mark.slow
def test_nothing_typed_runs_wherever_it_is_shown(app: Flask, world: World, client_for: Clients):
    """One address of each rule; the archive of a year, which takes seconds, is read with ``-m long``."""
    places = first_of_each(list(addresses(app, world)))
    infected, walk = infect(), Walk(app, world, client_for)
    walk.read([each for each in places if each.endpoint != "dossiers.year_zip"])
    assert walk.wrong == [], "\n".join(walk.wrong)
    assert infected.payloads == walk.seen["text/html"] == set(range(len(PAYLOADS)))
    assert len(infected.columns) > 180, sorted(infected.columns)
    assert infected.refused == set()
    assert {XLSX, "application/pdf", "application/zip", "text/calendar", "image/svg+xml"} <= set(walk.seen)
    assert len(walk.seen[XLSX]) > 200
    assert len(walk.seen["application/pdf"]) > 100


@pytest.mark.long
def test_each_text_meets_many_payloads_at_each_address(app: Flask, world: World, client_for: Clients):
    """Every address, eight times; the texts hold up to twelve payloads side by side, others each time."""
    pairs, places = set[tuple[str, int]](), list(addresses(app, world))
    walk = Walk(app, world, client_for)
    for turn in range(TURNS):
        pairs |= infect(turn * 41, many=12).pairs
        walk.read(places)
        assert walk.wrong == [], "\n".join(walk.wrong)
    counts = Counter(place for place, _number in pairs)
    told = {media: len(found) for media, found in walk.seen.items()}
    print(f"{walk.asked} replies, {len(counts)} columns, {len(pairs)} columns × payloads, by kind {told}")
    assert len(pairs) > 15_000


def test_a_page_that_shows_a_text_as_it_is_would_be_noticed(
    app: Flask, world: World, client_for: Clients, monkeypatch: pytest.MonkeyPatch
):
    """The fault that was found: sentences that wait for their language called themselves safe."""
    places = [each for each in addresses(app, world) if each.endpoint == "programme.workload_page"]
    monkeypatch.setattr(LazyString, "__html__", lambda words: str(words))
    walk = Walk(app, world, client_for)
    for turn in range(TURNS):  # until a payload that is markup stands on this page
        infect(turn * 41)
        walk.read(places)
        if walk.wrong:
            break
    assert walk.wrong


@pytest.mark.parametrize(
    ("media", "content"),
    [
        ("text/html", b'<p><a href="javascript:alert(1)">x</a>'), ("text/html", b"<p><img src=x onerror=alert(1)>"),
        ("text/html", b"<p>1787569"), ("text/html", b"<form action=https://evil.invalid/x>"), ("text/html", b"<base href=/>"),
        ("text/csv", b"a,=1+1"), ("text/csv", "a,＝1+1".encode()), ("text/calendar", CALENDAR),
    ],
)  # fmt: skip
def test_each_reader_notices_what_it_is_there_for(media: str, content: bytes):
    assert list(readers.faults(media, content))


def test_the_readers_of_papers_and_workbooks_notice_what_they_are_there_for():
    drawn = io.BytesIO()
    canvas = Canvas(drawn)
    canvas.linkURL("https://evil.invalid/", (0, 0, 9, 9))
    canvas.save()
    assert any("/URI" in each for each in readers.faults("application/pdf", drawn.getvalue()))
    written, book = io.BytesIO(), Workbook()
    book.active["A1"], book.active["A2"].hyperlink = "=1+1", "https://evil.invalid/"
    book.save(written)
    assert len(list(readers.faults(XLSX, written.getvalue()))) > 2

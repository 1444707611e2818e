"""A KPI that gets worse is nowhere called improving, and one that misses its target nowhere met: random series in
every direction, through every page that speaks of indicators, and through the pack's PDF and workbook.

What may be said is worked out here once more from the bare numbers, without the product's rules: of a last value that
is worse than the one before it, or worse than the mean of all, nobody may speak well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import html5lib
import pytest
import time_machine
from sqlalchemy import select

from audit_app.core.db import db
from audit_app.exports.document import Board
from audit_app.exports.values import speaking
from audit_app.indicators import objectives
from audit_app.indicators.models import Direction, Indicator
from audit_app.indicators.objective_models import Objective
from audit_app.indicators.periods import Month
from audit_app.indicators.trend import Comparison, Movement
from audit_app.reviews import exports, paper
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.exports import LOCALES
from tests.databases import Databases
from tests.people import invite
from tests.reviews import factory
from tests.reviews.agreeing import disagreements
from tests.reviews.reading import Book, Page, Paper, text_of
from tests.reviews.world import World, application, page

ROOT = Path(__file__).resolve().parents[2]
MONTHS = [date((24290 + n) // 12, (24290 + n) % 12 + 1, 1) for n in range(28)]
"""2024-03 to 2026-06; the review looks at those up to 2026-05."""
SHAPES = ("noise", "up", "down", "up, then down", "down, then up", "step up", "step down", "within", "gaps")


@dataclass
class Truth:
    """What the bare numbers say of an indicator."""

    id: int
    names: tuple[str, ...]
    praised: bool
    met: bool
    better: bool


"""``praised``, ``met``, ``better`` than the month before or the year before: whether that may be said."""


def series(random: Random, shape: str) -> list[Decimal | None]:
    """The months of one indicator between 0 and 100."""
    slope = random.uniform(0.5, 1.6)
    values = []
    for place in range(len(MONTHS) - 1):
        drift = {"up": place * slope, "down": -place * slope}.get(shape, 0.0)
        if "then" in shape:
            turn = len(MONTHS) - random.choice((2, 3, 4, 9))
            sign = 1 if shape.startswith("up") else -1
            drift = sign * slope * (place if place < turn else 2 * turn - place)
        if shape.startswith("step") and place > len(MONTHS) - 12:
            drift = 25 if shape.endswith("up") else -25
        noise = random.uniform(-0.2, 0.2) if shape == "within" else random.uniform(-2, 2)
        value: Decimal | None = Decimal(str(round(min(99.0, max(1.0, 50 + drift + noise)), 3)))
        if shape == "gaps" and random.random() < 0.3:
            value = None
        values.append(value)
    return values


def badness(row: Indicator, value: Decimal, low: Decimal | None, high: Decimal | None) -> Decimal:
    """More is worse."""
    if row.direction.value != "band":
        return -value if row.direction.value == "higher" else value
    return max(
        Decimal(0),
        (low - value) if low is not None else Decimal(0),
        (value - high) if high is not None else Decimal(0),
    )


def told(row: Indicator, values: list[Decimal | None]) -> Truth:
    """The truth of one indicator, of the months that it has."""
    known = [(month, value) for month, value in zip(MONTHS, values, strict=False) if value is not None]
    month, last = known[-1]
    goal = row.goal(_calendar(month))
    bad = {each: badness(row, value, goal.low, goal.high) for each, value in known}
    mean = sum((badness(row, value, goal.low, goal.high) for _month, value in known), Decimal(0)) / len(known)
    before = bad.get(MONTHS[MONTHS.index(month) - row.frequency.months])
    year = bad.get(MONTHS[MONTHS.index(month) - 12])
    now = bad[month]
    missed = (
        badness(row, last, goal.low, goal.high) > 0
        if row.direction.value == "band"
        else goal.target is not None
        and badness(row, last, None, None) > badness(row, goal.target, None, None)
    )
    return Truth(
        row.id, (row.name_en, row.name_zh), now < mean and (before is None or now <= before), not missed,
        any(then is not None and now < then for then in (before, year)),
    )  # fmt: skip


def _calendar(month: date) -> Any:
    return Month.of(month)


@pytest.fixture(scope="module")
def world(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, dict[int, Truth]]]:
    """Every indicator of the register with a random series, and a review that is being prepared."""
    folder = tmp_path_factory.mktemp("praise")
    with application(databases, folder) as app, time_machine.travel(factory.TODAY, tick=False):
        people, random, truths = invite(), Random(20260615), {}
        for place, row in enumerate(factory.register().values()):
            if row.source.value == "system":
                continue
            values = series(random, SHAPES[place % len(SHAPES)])
            for goal in row.targets:  # Near the values, so that some are met and some are missed.
                goal.target = None if goal.target is None else Decimal(50)
                goal.low, goal.high = (
                    None if end is None else by for end, by in ((goal.low, 45), (goal.high, 55))
                )
            for month, value in zip(MONTHS, values, strict=False):
                if value is not None and month in _months_of(row):
                    factory.measure(row, month, value)
            db.session.flush()
            kept = [
                value if month in _months_of(row) else None
                for month, value in zip(MONTHS, values, strict=False)
            ]
            truths[row.id] = told(row, kept)
        objectives.add_objective(
            code="obj-1", name_en="All is well", name_zh="一切良好", owner_id=people.owner.id, measures="Calls",
            resources="Two", evaluation="Quarterly", set_on=date(2026, 1, 1), due_on=date(2026, 12, 1),
            indicator_ids=list(truths)[:3], by=people.manager,
        )  # fmt: skip
        review = factory.preparing(people)
        db.session.commit()
        yield World(app, people, review), truths


def _months_of(row: Indicator) -> list[date]:
    return [month for month in MONTHS if row.frequency.months == 1 or month.month % row.frequency.months == 0]


ROWS = {"tr", "li", "figure", "article"}


def said_of(
    html: bytes, words: set[str], truths: dict[int, Truth], own: int = 0
) -> list[tuple[str, list[int]]]:
    """Each place of a page where one of the words stands alone or ends a sentence, and the indicators it speaks of:
    those named in the nearest row, else the one whose page it is."""
    main = html5lib.parse(html, namespaceHTMLElements=False).find(".//main")
    parents = {child: parent for parent in main.iter() for child in parent}
    found = []
    for element in main.iter():
        if element.tag in ("script", "option", "style"):
            continue
        for text in (element.text, *(child.tail for child in element)):
            if not text or not any(
                re.search(rf"(^|[^\w未]){re.escape(each)}($|[^\w])", text.strip()) for each in words
            ):
                continue
            row = element
            while row is not main and row.tag not in ROWS and row in parents:
                row = parents[row]
            about = named(text_of(row), truths) if row is not main else []
            found.append((text.strip(), about or ([own] if own else [])))
    return found


def named(text: str, truths: dict[int, Truth]) -> list[int]:
    """The indicators whose name stands in a text; the longest name counts where one is part of another."""
    names = sorted(
        ((name, each.id) for each in truths.values() for name in each.names), key=lambda pair: -len(pair[0])
    )
    found = []
    for name, id in names:
        if name in text:
            text = text.replace(name, "")
            found.append(id)
    return found


def spoken(world: World, language: str) -> dict[str, bytes]:
    """Every page that speaks of indicators, by address."""
    review = world.review
    rows = db.session.scalars(select(Indicator.id)).all()[language == "en" :: 2]  # Each page in one language.
    addresses = [
        "/indicators/", "/indicators/?state=missed", "/indicators/system", "/indicators/objectives",
        f"/indicators/objectives/{db.session.scalar(select(Objective.id))}", "/dashboard", "/dashboard/review", "/",
        f"/reviews/{review.id}", f"/reviews/{review.id}/pack", f"/reviews/{review.id}/present",
        f"/reviews/{review.id}/gate", *(f"/indicators/{id}" for id in rows),
        *(f"/reviews/inputs/{row.id}" for row in review.inputs),
    ]  # fmt: skip
    joined = {each: f"{each}{'&' if '?' in each else '?'}lang={language}" for each in addresses}
    return {each: page(world, address) for each, address in joined.items()}


@pytest.fixture(scope="module", params=["zh", "en"])
def pages(
    request: pytest.FixtureRequest, world: tuple[World, dict[int, Truth]]
) -> tuple[str, dict[str, bytes]]:
    """The language, and every page in it."""
    return request.param, spoken(world[0], request.param)


def words_of(language: str, *labels: Any) -> set[str]:
    """The words of labels in a language."""
    with speaking(LOCALES[language]):
        return {str(each.label) for each in labels}


def own_of(address: str) -> int:
    """The indicator whose page an address is; 0 for other pages."""
    found = re.fullmatch(r"/indicators/(\d+)", address)
    return int(found[1]) if found else 0


def test_the_series_hold_every_case(world):
    _world, truths = world
    assert len(truths) > 20
    for name in ("praised", "met", "better"):
        assert {getattr(each, name) for each in truths.values()} == {True, False}


def test_no_page_calls_improving_what_got_worse(world, pages):
    _world, truths = world
    language, shown = pages
    improving = words_of(language, Movement.IMPROVING)
    found = {address: said_of(html, improving, truths, own_of(address)) for address, html in shown.items()}
    wrong = [
        (address, text, truths[id].names[0])
        for address, places in found.items()
        for text, ids in places
        for id in ids
        if id in truths and not truths[id].praised
    ]
    assert wrong == []
    said = {address for address, places in found.items() if any(ids for _text, ids in places)}
    assert {"/indicators/", "/dashboard/review"} <= said, sorted(said)
    assert len(said) > 5, sorted(said)


def test_no_page_calls_better_what_is_worse_than_both_it_is_compared_with(world, pages):
    _world, truths = world
    language, shown = pages
    better, directions = words_of(language, Comparison.BETTER), words_of(language, *Direction)
    found = {
        address: said_of(html, better, truths, own_of(address))
        for address, html in shown.items()
        if own_of(address)
    }
    assert any(found.values())
    wrong = [
        (a, text)
        for a, places in found.items()
        for text, ids in places
        for id in ids
        if id in truths and not truths[id].better and text not in directions
    ]
    assert wrong == []


def test_no_page_says_met_of_a_target_that_is_missed(world, pages):
    _world, truths = world
    language, shown = pages
    met = {"zh": "达标", "en": "Met"}[language]
    wrong, seen = [], 0
    for address in (
        "/indicators/",
        f"/reviews/{_world.review.id}/pack",
        *(a for a in shown if "/inputs/" in a),
    ):
        for text, ids in said_of(shown[address], {met}, truths):
            seen += len(ids) == 1
            wrong += [
                (address, text, truths[id].names)
                for id in ids
                if len(ids) == 1 and text == met and not truths[id].met
            ]
    assert wrong == []
    assert seen > 5


def test_paper_and_workbook_say_what_the_page_says_and_no_arrow_rises_for_what_got_worse(world, pages):
    made, truths = world
    language, shown = pages
    pack = compile_pack(made.review)
    files = {kind: exports.render(pack, language, kind) for kind in ("pdf", "xlsx")}
    read = Page(shown[f"/reviews/{made.review.id}/pack"])
    assert disagreements(pack, language, read, Paper(files["pdf"]), Book(files["xlsx"])) == []
    with speaking(LOCALES[language]):
        (board,) = (
            each for each in paper.document(pack, LOCALES[language], "").blocks if isinstance(each, Board)
        )
    rising = [row for row in board.rows if row.movement == "up"]
    for row in rising:
        assert all(
            truths[id].praised for id in named(" ".join(map(str, row.reasons)), truths) if id in truths
        ), row
    assert {row.movement for row in board.rows} >= {"down", "level"}


def test_the_register_as_a_file_says_the_same(world):
    made, truths = world
    for language in LOCALES:
        for address in ("/indicators/export.xlsx", "/indicators/series.xlsx", "/indicators/system.xlsx"):
            book = Book(page(made, f"{address}?lang={language}"))
            improving = words_of(language, Movement.IMPROVING)
            for rows in book.sheets.values():
                for cells in rows:
                    if improving & set(cells):
                        assert all(truths[id].praised for id in named(" ".join(cells), truths)), cells


KNOWN = {
    "audit_app/exports/pdf_board.py",
    "audit_app/home/steering.py",
    "audit_app/indicators/board.py",
    "audit_app/indicators/exports.py",
    "audit_app/indicators/system_audits.py",
    "audit_app/indicators/system_panels.py",
    "audit_app/indicators/trend.py",
    "audit_app/reviews/book.py",
    "audit_app/reviews/compile_clauses.py",
    "audit_app/reviews/compile_indicators.py",
    "audit_app/reviews/compile_overview.py",
    "audit_app/reviews/lights.py",
    "audit_app/reviews/paper.py",
    "audit_app/reviews/phrases.py",
    "audit_app/reviews/screens.py",
    "audit_app/reviews/series.py",
    "audit_app/reviews/telling.py",
    "audit_app/templates/home/steering.html",
    "audit_app/templates/indicators/_state.html",
    "audit_app/templates/indicators/index.html",
    "audit_app/templates/indicators/objective.html",
    "audit_app/templates/indicators/show.html",
    "audit_app/templates/reviews/pack.html",
}
SPEAKS = re.compile(
    r"\bMovement\b|\.movement\b|tell_movement|\bimproving\b|worsening\"|Comparison\.|against_(?:previous|last_year)"
)


def test_a_new_place_that_speaks_of_trends_is_read_above():
    """Each file in which a word for a trend is chosen is one whose pages are read above: enter a new one here, and its
    page in ``spoken``."""
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "audit_app").rglob("*")
        if path.suffix in (".py", ".html")
        and "demo" not in path.parts
        and SPEAKS.search(path.read_text(encoding="utf-8"))
    }
    assert found == KNOWN

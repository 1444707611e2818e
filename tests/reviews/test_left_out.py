"""Nothing is cut without saying so: tables of 200 rows on page, paper and in the workbook, each row counted."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from audit_app.reviews import exports
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.pack import Pack, Table
from tests.databases import Databases
from tests.reviews.reading import Book, Page, Paper
from tests.reviews.world import World, page, rich

ROWS = 200
MARK = re.compile(r"T(\d\d)R(\d{3})")


@pytest.fixture(scope="module")
def made(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Pack]]:
    """A world, and its pack with every table made 200 rows long, each row with a name of its own."""
    with rich(databases, tmp_path_factory.mktemp("long")) as world:
        pack = compile_pack(world.review)
        tables = [
            block for one in pack.inputs for block in one.blocks if isinstance(block, Table) and block.rows
        ]
        first = {id(table): place for place, table in reversed(list(enumerate(tables)))}
        kinds = {
            (table.title, table.where): id(table) for table in reversed(tables)
        }  # One of each kind is enough.

        def long(block: object) -> object:
            if not isinstance(block, Table) or kinds.get((block.title, block.where)) != id(block):
                return None if isinstance(block, Table) else block
            rows = [block.rows[number % len(block.rows)] for number in range(ROWS)]
            named = [(f"T{first[id(block)]:02d}R{number:03d}", *row[1:]) for number, row in enumerate(rows)]
            return replace(block, rows=tuple(named), marks=None)

        inputs = tuple(
            replace(one, blocks=tuple(each for block in one.blocks if (each := long(block)) is not None))
            for one in pack.inputs
        )
        yield world, replace(pack, inputs=inputs)


def tables(pack: Pack) -> dict[str, Table]:
    """The long tables by their number."""
    found = [block for one in pack.inputs for block in one.blocks if isinstance(block, Table) and block.rows]
    return {MARK.match(str(table.rows[0][0]))[1]: table for table in found}  # type: ignore[index]


def counted(text: str) -> Counter[str]:
    """How many different rows of each table stand in a text."""
    return Counter(number for number, _row in set(MARK.findall(text)))


def told(text: str) -> list[int]:
    """Every "+n more" of a text, in either language."""
    return [int(found) for found in re.findall(r"(?:\+|另有)(\d+)", text)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_the_page_the_rows_shown_and_those_told_are_all(made, language, monkeypatch):
    world, pack = made
    monkeypatch.setattr(exports, "pack_of", lambda _review: (pack, "ab" * 32))
    read = Page(page(world, f"/reviews/{world.review.id}/pack?lang={language}"))
    for number, table in tables(pack).items():
        if table.where == "book":
            continue
        (shown,) = (each for each in read.tables if each.rows and each.rows[0][0].startswith(f"T{number}R"))
        left = ROWS - len(shown.rows)
        assert left == 0 or left in told("".join(shown.below.split())), (table.title, len(shown.rows))


def test_on_paper_the_rows_shown_and_those_told_are_all(made):
    _world, pack = made
    paper = Paper(exports.render(pack, "en", "pdf"))
    shown, left = counted(paper.text), Counter(told(paper.text))
    for number, table in tables(pack).items():
        if table.where == "book":
            assert not shown[number]
        elif table.limit:
            assert shown[number] == table.limit
            assert left[ROWS - table.limit] > 0, table.title
        else:
            assert shown[number] == ROWS, (table.title, shown[number])
    limits = Counter(
        ROWS - table.limit for table in tables(pack).values() if table.limit and table.where != "book"
    )
    assert limits
    assert all(left[count] >= times for count, times in limits.items())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_workbook_leaves_nothing_out(made, language):
    _world, pack = made
    shown = counted(Book(exports.render(pack, language, "xlsx")).text)
    wanted = {number: ROWS for number, table in tables(pack).items() if table.where != "paper"}
    assert len(wanted) > 6
    assert dict(shown) == wanted

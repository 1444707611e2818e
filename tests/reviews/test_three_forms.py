"""Page, PDF and workbook of one pack say the same, figure by figure; and a renderer that errs is found out."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from audit_app.reviews import book, exports, paper_blocks, screens, telling
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.pack import Figure, Input, Pack, Plot, Remark, Table, Toned
from tests.databases import Databases
from tests.reviews.agreeing import disagreements, figures
from tests.reviews.reading import Book, Page, Paper
from tests.reviews.world import World, page, rich


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Built once: the tests read it."""
    with rich(databases, tmp_path_factory.mktemp("forms")) as made:
        yield made


@pytest.fixture(scope="module")
def pack(world: World) -> Pack:
    """The pack of the review, compiled once."""
    return compile_pack(world.review)


def last(one: Input, kind: type) -> list[Any]:
    """The last three blocks of a kind."""
    return [block for block in one.blocks if isinstance(block, kind)][-3:]


@pytest.fixture(scope="module")
def short(pack: Pack) -> Pack:
    """A few blocks of four inputs, so that a mutant costs little: a table and a chart of each kind."""
    inputs = [
        replace(one, blocks=tuple(block for kind in (Remark, Plot, Table) for block in last(one, kind)))
        for one in pack.inputs
        if one.key in ("a", "c1", "c2", "e")
    ]
    return replace(pack, inputs=tuple(inputs), definitions=(), agenda=None)


def shown(world: World, pack: Pack, language: str) -> Page:
    """The page of a pack."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exports, "pack_of", lambda _review: (pack, "ab" * 32))
        return Page(page(world, f"/reviews/{world.review.id}/pack?lang={language}"))


FORMS: dict[str, Callable[..., Any]] = {
    "page": shown,
    "pdf": lambda _world, pack, language: Paper(exports.render(pack, language, "pdf")),
    "xlsx": lambda _world, pack, language: Book(exports.render(pack, language, "xlsx")),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_is_the_same_on_page_paper_and_in_the_workbook(world, pack, language):
    assert disagreements(pack, language, *(make(world, pack, language) for make in FORMS.values())) == []


def test_the_world_is_rich_enough_to_prove_it(pack):
    tables = [block for one in pack.inputs for block in one.blocks if isinstance(block, Table) and block.rows]
    assert len(list(figures(pack))) > 2000
    assert len({table.title for table in tables}) >= 9
    assert any(0 < table.limit < len(table.rows) for table in tables)
    assert any(table.marks and any(table.marks) for table in tables)
    assert pack.since is not None
    assert pack.since.changes
    halves = [each for each in figures(pack) if isinstance(each, Decimal) and each * 200 % 2 == 1]
    assert halves, "no value stands on the edge between two roundings"


def tenths(value: Any) -> Any:
    """A number as somebody would show it who rounds it once more."""
    within = value.value if isinstance(value, Toned) else value
    if isinstance(within, Figure) and within.value is not None:
        return replace(within, value=round(within.value, max(0, within.decimals - 1)))
    return value


def half_even(make: Callable[..., Any]) -> Callable[..., Any]:
    """Figures cut to the even digit, as Python's own formatting does."""

    def told(value: Any, *rest: Any) -> Any:
        if isinstance(value, Figure) and value.value is not None:
            value = replace(value, value=value.value.quantize(Decimal(1).scaleb(-value.decimals)))
        return make(value, *rest)

    return told


def without_last_row(make: Callable[..., Any]) -> Callable[..., Any]:
    """A table that loses a row on its way."""
    return lambda table, *rest: make(
        replace(table, rows=table.rows[:-1], marks=table.marks and table.marks[:-1]), *rest
    )


def shifted(make: Callable[..., Any]) -> Callable[..., Any]:
    """A chart whose first line is shown a month late."""

    def told(plot: Any, *rest: Any) -> Any:
        first, *others = plot.lines
        return make(replace(plot, lines=(replace(first, values=(None, *first.values[:-1])), *others)), *rest)

    return told


MUTANTS = {
    "page drops a row": ("page", screens, "shown_table", without_last_row),
    "page rounds once more": ("page", screens, "tell_cell", lambda make: lambda value, column: make(tenths(value), column)),
    "page draws a month late": ("page", screens, "shown_chart", shifted),
    "page rounds to even": ("page", telling, "tell_figure", half_even),
    "paper drops a row": ("pdf", paper_blocks, "_grid", without_last_row),
    "paper rounds once more": ("pdf", paper_blocks, "tell_cell", lambda make: lambda value, column: make(tenths(value), column)),
    "paper loses its charts": ("pdf", paper_blocks, "_figures", lambda _make: lambda *_rest: iter(())),
    "book drops a row": ("xlsx", book, "_rows", lambda make: lambda table: make(table)[:-1]),
    "book rounds once more": ("xlsx", book, "_cell", lambda make: lambda value, column: make(tenths(value), column)),
    "book draws a month late": ("xlsx", book, "chart", shifted),
    "book forgets a sentence": ("xlsx", book, "tell", lambda make: lambda value: make(value).replace("missed", "met")),
}  # fmt: skip


@pytest.fixture(scope="module")
def sound(world: World, short: Pack) -> dict[str, Any]:
    """The three forms of the short pack as they should be."""
    return {name: make(world, short, "en") for name, make in FORMS.items()}


def test_the_short_pack_agrees_too(short, sound):
    assert disagreements(short, "en", *sound.values()) == []


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_renderer_that_errs_is_found_out(world, short, sound, monkeypatch, mutant):
    form, module, name, change = MUTANTS[mutant]
    monkeypatch.setattr(module, name, change(getattr(module, name)))
    wrong = {**sound, form: FORMS[form](world, short, "en")}
    monkeypatch.undo()
    assert disagreements(short, "en", *wrong.values()) != []

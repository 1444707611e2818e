"""Whether page, PDF and workbook of a pack say the same: every figure of the frozen tree is looked for in all three.

It walks the tree and knows its plain values, not its tables: a table, chart or field added tomorrow is looked for too.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from audit_app.core.days import written
from audit_app.exports.values import speaking
from audit_app.reviews import paper_changes, screens
from audit_app.reviews.exports import LOCALES
from audit_app.reviews.pack import Figure, Month, Name, Pack, Plot, Remark, Said, Table
from audit_app.reviews.phrases import phrase
from audit_app.reviews.telling import tell, tell_moment, tell_unit
from tests.reviews.reading import (
    Book,
    Page,
    Paper,
    ReadChart,
    ReadTable,
    left_out,
    numbers,
    rounded,
    squeezed,
)

UNSHOWN = {
    "Pack.format", "Pack.inputs", "Pack.previous",  # a version; walked block by block; stands in input a)
    "Meta.zone", "Attendee.attended", "Signed.way", "Signed.lines", "Signed.width", "Signed.height",
    "Light.movement", "Light.tone", "Change.tone", "Conclusion.asked_again", "Since.meets_on",
    "SourceFile.kind",  # said by the profile and the name of the file
}  # fmt: skip
"""What a renderer turns into words or strokes of its own (tests of their own hold these), or tells by its code."""
KEYS = {
    "Meta.state": "review", "DecisionRow.state": "decision", "Definition.direction": "direction",
    "Definition.unit": "unit", "Definition.source": "source", "Conclusion.meaning": "signed",
}  # fmt: skip
"""Fields that hold a key, and the kind of phrase it is worded by."""
DAYS = {"Sealing.ends"}
"""Moments of which the day alone is shown."""
BOOK_ONLY = {"Definition.source"}
"""What is too wide for paper: the workbook alone shows it."""


def disagreements(pack: Pack, language: str, page: Page, paper: Paper, book: Book) -> list[str]:
    """What the three forms say differently, or leave out; nothing when they agree."""
    found: list[str] = []
    with speaking(LOCALES[language]):
        tables, charts = _by_title(page.tables), _by_title(page.charts)
        read: set[tuple[str, int]] = set()
        for one in pack.inputs:
            for block in one.blocks:
                if isinstance(block, Table):
                    found += _table(block, tables, paper, book, read)
                elif isinstance(block, Plot):
                    found += _plot(block, charts, paper, book)
                elif isinstance(block, Remark):
                    found += _sentence(block.said, (page, paper, book))
                else:
                    found += [
                        line for value in _leaves(block) for line in _told(value, pack, (page, paper, book))
                    ]
            for text in (one.text or one.reason, one.author):
                found += _told(one.key, text, pack, (page, paper, book))
        found += _all_told(pack, pack, (page, paper, book))
    return found


def _by_title(shown: list[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in shown:
        found.setdefault(each.title, []).append(each)
    return found


def _taken(shown: dict[str, list[Any]], title: str) -> Any:
    return shown[title].pop(0) if shown.get(title) else None


def figures(value: Any) -> Iterator[Decimal | int]:
    """Every number in a value, however deep: measured ones, counts, shares."""
    if isinstance(value, bool):
        return
    if isinstance(value, int | Decimal):
        yield value
    elif isinstance(value, Figure):
        if value.value is not None:
            yield value.value
    elif isinstance(value, tuple):
        for each in value:
            yield from figures(each)
    elif isinstance(value, Said):
        yield from figures(_used(value))
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from figures(getattr(value, each.name))


def _wrong(text: str, value: Any) -> list[str]:
    return [f"{text!r} does not say {each}" for each in figures(value) if not rounded(text, each)]


def _table(table: Table, tables: Any, paper: Paper, book: Book, read: set[tuple[str, int]]) -> list[str]:
    title, heads = tell(table.title), [tell(column.title) for column in table.columns]
    found: list[str] = []
    shown: ReadTable | None = None
    if table.where != "book":
        if not table.rows:
            words = "" if table.empty is None else squeezed(tell(table.empty))
            return [] if paper.says(words) else [f"{title}: paper does not say that it is empty"]
        shown = _taken(tables, title)
        if shown is None or shown.heads != heads:
            return [f"{title}: not on the page with {heads}"]
        found += _on_page(table, shown) + _on_paper(table, shown, paper)
    if table.where != "paper":
        found += _in_book(table, title, heads, shown, book, read)
    return [f"{title}: {line}" for line in found]


def _on_page(table: Table, shown: ReadTable) -> list[str]:
    most = min(len(table.rows), screens.SHOWN)
    found = [] if len(shown.rows) == most else [f"{len(shown.rows)} rows on the page, {most} expected"]
    if (left := len(table.rows) - most) > 0 and not left_out(shown.below, left):
        found.append(f"the page does not say +{left}")
    for row, cells in zip(table.rows, shown.rows, strict=False):
        for value, text in zip_longest(row, cells):
            found += _wrong(text, value)
    return found


def _on_paper(table: Table, shown: ReadTable, paper: Paper) -> list[str]:
    """Each row of the page stands on paper with its cells one after another, as far as paper shows rows."""
    rows = [(cells[0], mark, *cells[1:]) for cells, mark in zip(shown.rows, shown.marks, strict=True)]
    found = [
        f"row {cells} is not on paper"
        for cells in rows[: table.limit or None]
        if not paper.says("".join(map(squeezed, cells)))
    ]
    if table.limit and (left := len(table.rows) - table.limit) > 0 and not left_out(paper.text, left):
        found.append(f"paper does not say +{left}")
    return found


def _in_book(
    table: Table,
    title: str,
    heads: list[str],
    shown: ReadTable | None,
    book: Book,
    read: set[tuple[str, int]],
) -> list[str]:
    if not table.rows:
        return []
    places = [each for each in book.find(title, heads) if each[:2] not in read]
    best: list[str] = ["not in the workbook"]
    for name, at, rows in places:
        found = []
        for place, row in enumerate(table.rows):
            cells = rows[place] if place < len(rows) else []
            told = shown.rows[place] if shown is not None and place < len(shown.rows) else None
            found += _cells_in_book(row, cells, told)
        if any("".join(each) for each in rows[len(table.rows) : len(table.rows) + 1]):
            found.append("more rows in the workbook than in the pack")
        if not found:
            read.add((name, at))
            return []
        best = found if best == ["not in the workbook"] or len(found) < len(best) else best
    return [f"workbook: {line}" for line in best]


def _cells_in_book(row: tuple[Any, ...], cells: list[str], told: list[str] | None) -> list[str]:
    found = []
    for place, value in enumerate(row):
        cell = cells[place] if place < len(cells) else ""
        found += _wrong(cell, value)
        if told is None:
            continue
        page, same = told[place], "" if told[place] == "–" else told[place]
        if squeezed(cell) in (squeezed(same), squeezed(page)):
            continue
        if not (numbers(cell) and numbers(cell) == numbers(page)):
            found.append(f"{cell!r} where the page says {page!r}")
    return found


def _plot(plot: Plot, charts: Any, paper: Paper, book: Book) -> list[str]:
    title = " ".join(
        filter(None, (tell(plot.title), f"({tell_unit(plot.unit)})" if tell_unit(plot.unit) else ""))
    )
    shown: ReadChart | None = _taken(charts, " ".join(title.split()))
    if shown is None:
        return [f"{title}: no chart on the page"]
    found = []
    for place, cells in enumerate(shown.rows):
        values = [line.values[place] for line in plot.lines]
        for value, text in zip(values, cells[1:], strict=False):
            found += (
                [f"{text!r} where nothing is known"] if value is None and text != "–" else _wrong(text, value)
            )
    if len(shown.rows) != len(plot.labels):
        found.append(f"{len(shown.rows)} labels on the page of {len(plot.labels)}")
    drawn = shown.option.get("series", [])[: len(plot.lines)]
    for line, series in zip(plot.lines, drawn, strict=False):
        off = [
            (value, point) for value, point in zip(line.values, series["data"], strict=True)
            if (value is None) != (point is None)
            or (value is not None and abs(value - Decimal(str(point))) > Decimal("0.5").scaleb(-plot.decimals))
        ]  # fmt: skip
        found += [f"drawn {point} for {value}" for value, point in off]
    found += _plot_in_book(plot, title, shown, book) + _plot_on_paper(plot, shown, paper)
    return [f"{title}: {line}" for line in found]


def _plot_in_book(plot: Plot, title: str, shown: ReadChart, book: Book) -> list[str]:
    rows = book.sheets[book.data]
    best = ["not among the data of the workbook's charts"]
    for at, row in enumerate(rows):
        if row[0] != title:
            continue
        found = []
        heads, width = rows[at + 1], len(shown.heads)
        for cells, told in zip(rows[at + 2 :], shown.rows, strict=False):
            same = [cells[0], *(each or "–" for each in cells[1:width])]
            if [squeezed(each) for each in same] != [squeezed(each) for each in told]:
                found.append(f"workbook {same}, page {told}")
        if [squeezed(each) for each in heads[1:width]] != [squeezed(each) for each in shown.heads[1:]]:
            found.append(f"workbook names {heads[1:width]}, page {shown.heads[1:]}")
        if not found:
            return []
        best = found
    return best


def _plot_on_paper(plot: Plot, shown: ReadChart, paper: Paper) -> list[str]:
    """Paper writes the last value of a single line beside it; which points are drawn where is held elsewhere."""
    if not paper.says(squeezed(tell(plot.title))):
        return ["not on paper"]
    known = [cells[1] for cells in shown.rows if cells[1] != "–"]
    if plot.kind != "line" or len(plot.lines) > 1 or not known:
        return []
    return [] if paper.says(squeezed(known[-1])) else [f"paper lacks the last value {known[-1]}"]


def _used(said: Said) -> tuple[Any, ...]:
    """The facts that the words of a sentence use."""
    words = str(phrase(said.key))
    return tuple(value for name, value in said.facts if f"%({name})s" in words)


def _sentence(said: Said, forms: tuple[Page | Paper | Book, ...]) -> list[str]:
    words = tell(said)
    missing = [type(form).__name__ for form in forms if not form.says(squeezed(words))]
    return [f"{each} does not say {words!r}" for each in missing] + _wrong(words, said)


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The plain values of a tree that are shown, each with its class and field: sentences, text, days, numbers."""
    if value is None or isinstance(value, Said | Name | Figure | Month | str | int | Decimal | date):
        yield name, value
    elif isinstance(value, tuple):
        for each in value:
            yield from _leaves(each, name)
    else:
        for each in fields(value):
            own = f"{type(value).__name__}.{each.name}"
            if own not in UNSHOWN:
                yield from _leaves(getattr(value, each.name), own)


def _all_told(tree: Any, pack: Pack, forms: tuple[Page, Paper, Book]) -> list[str]:
    """Each leaf in each form; paper names the first changes and says how many more the workbook tells."""
    page, paper, book = forms
    found, changes = [], 0
    for name, value in _leaves(tree):
        changes += name == "Change.said"
        asked: tuple[Any, ...] = (book,) if name in BOOK_ONLY else forms
        if name.startswith("Change.") and changes > paper_changes.SHOWN:
            asked = (page, book)
        found += _told(name, value, pack, asked)
    if changes > paper_changes.SHOWN and not left_out(paper.text, changes - paper_changes.SHOWN):
        found.append("paper does not say how many changes it leaves out")
    return found


def _told(name: str, value: Any, pack: Pack, forms: tuple[Any, ...]) -> list[str]:
    if value is None or value == "":
        return []
    if name in KEYS:
        value = Said(f"{KEYS[name]}.{value}")
    if isinstance(value, Said):
        return _sentence(value, forms)
    words = tell_moment(value, pack.meta.zone) if isinstance(value, datetime) else tell(value)
    words = words[:10] if name in DAYS else words
    told = [words, written(value)] if isinstance(value, date) and not isinstance(value, datetime) else [words]
    missing = [type(form).__name__ for form in forms if not any(form.says(squeezed(each)) for each in told)]
    return [f"{each} lacks {name} {words!r}" for each in missing]

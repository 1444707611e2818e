"""Blocks of a Document into flowables: one small method per kind of block."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable
from reportlab.platypus import PageBreak as NewPage

from . import document as d
from .pdf_board import BoardLines
from .pdf_cells import Line, Words
from .pdf_cover import CoverPage, room_for_facts
from .pdf_fonts import BOLD, width
from .pdf_grid import Look, Row, Table, fitted
from .pdf_lines import Flow, Head, Lines
from .pdf_media import Charts, Photo, SignLines
from .pdf_page import contents_pages
from .pdf_styles import (
    BODY,
    CELL,
    CELL_BOLD,
    COMPACT,
    COMPACT_BOLD,
    DENSE,
    DENSE_BOLD,
    FACT_NAME,
    FACT_VALUE,
    HEAD_CELL,
    HEADINGS,
    LEAD,
    LETTER_TITLE,
    MUTED,
    NOTE,
    QUOTE,
    TABLE_CAPTION,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    Type,
    tone_colours,
)  # fmt: skip
from .pdf_tree import Fish, tree_flows
from .values import Badge, Check, plain, tone_of

STYLES = {"normal": BODY, "lead": LEAD, "note": NOTE, "quote": QUOTE}


@dataclass(frozen=True, slots=True)
class GridSize:
    """Letters of a grid and the padding of its cells."""

    cell: Type
    strong: Type
    head: Type
    pad: float
    side: float


PLAIN_SIZE = GridSize(CELL, CELL_BOLD, HEAD_CELL, 4.0, 5.0)
COMPACT_SIZE = GridSize(COMPACT, COMPACT_BOLD, Type(7.2, 9.8, font=BOLD, colour=HEAD_CELL.colour), 2.6, 4.0)
DENSE_SIZE = GridSize(DENSE, DENSE_BOLD, Type(6.3, 8.6, font=BOLD, colour=HEAD_CELL.colour), 2.0, 1.8)
MEASURED = 80
"""Rows of a grid that are measured before its columns are set."""


class Gap(Flow):
    """Nothing, of a given height."""

    def __init__(self, height: float) -> None:
        super().__init__()
        self.high = height

    def wrap(self, _wide: float, _high: float) -> tuple[float, float]:
        """No width; the height asked for."""
        return 0, self.high

    def draw(self) -> None:
        """Nothing to draw."""


class Builder:
    """Turns the blocks of one document into flowables, in the language that is being spoken."""

    def __init__(self, paper: d.Document) -> None:
        self.paper = paper
        self.words = Words(paper.zone)
        self.heads = list(_headings(paper.blocks))
        self._keys = iter([key for key, _text, _level in self.heads])
        self.anchors = dict(_anchors(paper.blocks))

    def flows(self) -> list[Flowable]:
        """All flowables, with page breaks so that no heading is left alone at the foot of a page."""
        return _with_next(_signed(self._all(self.paper.blocks)))

    def _all(self, blocks: tuple[d.Block, ...]) -> list[Flowable]:
        found: list[Flowable] = []
        for before, block in zip((None, *blocks), blocks, strict=False):
            under = found[-1] if isinstance(before, d.Grid) else None
            if isinstance(under, Table) and isinstance(block, d.Text) and block.style == "note":
                under.say_below(self._text_lines(block, NOTE), NOTE.after)
            else:
                found += self._makers()[type(block)](block)
        return found

    def _makers(self) -> dict[type, Callable[[Any], list[Flowable]]]:
        return {
            d.Cover: self._cover, d.Letterhead: self._letterhead, d.Contents: self._contents,
            d.Heading: self._heading, d.Text: self._text, d.Bullets: self._bullets, d.Facts: self._facts,
            d.Grid: self._grid, d.Figure: self._figure, d.FigureRow: self._figures,
            d.Board: self._board, d.Image: self._image, d.Tree: lambda block: tree_flows(block, TEXT_WIDTH),
            d.Fishbone: lambda block: [Fish(block, TEXT_WIDTH)],
            d.Callout: self._callout, d.Signatures: self._signatures, d.PageBreak: lambda _block: [NewPage()],
            d.Space: lambda block: [Gap(block.height * mm)], d.KeepTogether: self._keep,
        }  # fmt: skip

    def _cover(self, block: d.Cover) -> list[Flowable]:
        table = self._pairs(block.facts, 1) if block.facts else None
        parts: list[Flowable] = []
        if table and table.wrap(0, 0)[1] > room_for_facts():
            first, *parts = table.split(0, room_for_facts())
            table = first if isinstance(first, Table) else None
        return [CoverPage(block, self.paper, table, self.words), NewPage(), *parts]

    def _letterhead(self, block: d.Letterhead) -> list[Flowable]:
        aside = min(180.0, max(110.0, width(plain(block.badge.text), BOLD, 10) + 24)) if block.badge else 0.0
        room = TEXT_WIDTH - aside
        title: list[list[Line]] = [self.words.lines(block.title, LETTER_TITLE, room)]
        if plain(block.subtitle):
            title[0] += self.words.lines(block.subtitle, Type(10, 15, colour=MUTED), room)
        widths, aligns = [TEXT_WIDTH], ["left"]
        if block.badge:
            title.append(self.words.lines(block.badge, Type(10, 26), aside - 10))
            widths, aligns = [room, aside], ["left", "left"]
        look = Look(widths, aligns, pad=2, side=0, rules=False)
        top: list[Flowable] = [Table(look, [look.row(title)], None, 0, 10)]
        return top + ([self._pairs(block.facts, 2)] if block.facts else [])

    def _contents(self, block: d.Contents) -> list[Flowable]:
        return [part for page in contents_pages(self.heads, block.depth) for part in (page, NewPage())]

    def _heading(self, block: d.Heading) -> list[Flowable]:
        kind, text = HEADINGS[block.level], plain(block.text)
        head = Head(
            self.words.lines(text, kind, TEXT_WIDTH), TEXT_WIDTH, kind, (next(self._keys), text, block.level)
        )
        return [NewPage(), head] if block.new_page else [head]

    def _text(self, block: d.Text) -> list[Flowable]:
        kind = STYLES[block.style]
        lines = self._text_lines(block, kind)
        edge = MUTED if block.style == "quote" else None
        return [Lines(lines, TEXT_WIDTH, kind, kind.indent, edge=edge)]

    def _text_lines(self, block: d.Text, kind: Type) -> list[Line]:
        return self.words.lines(plain(block.text).strip("\n"), kind, TEXT_WIDTH - kind.indent)

    def _bullets(self, block: d.Bullets) -> list[Flowable]:
        found: list[Flowable] = []
        for number, item in enumerate(block.items, 1):
            indent = 16.0 if isinstance(item, Check) else 14.0 if not block.numbered else 20.0
            lines = self._item(item, indent)
            if not isinstance(item, Check):
                lines[0].mark = f"text:{number}." if block.numbered else "dot:"
            last = number == len(block.items)
            found.append(Lines(lines, TEXT_WIDTH, Type(after=8 if last else 2.5)))
        return found

    def _item(self, item: object, indent: float) -> list[Line]:
        lines = self.words.lines(item, BODY, TEXT_WIDTH - indent)
        for line in lines:
            line.indent = indent
        return lines

    def _facts(self, block: d.Facts) -> list[Flowable]:
        return [self._pairs(block.pairs, block.columns)] if block.pairs else []

    def _pairs(self, pairs: tuple[d.Fact, ...], columns: int) -> Table:
        unit = TEXT_WIDTH / columns
        name = unit * (0.28 if columns == 1 else 0.36)
        look = Look([name, unit - name] * columns, ["left"] * 2 * columns, pad=3.4, side=4)
        rows = []
        for start in range(0, len(pairs), columns):
            cells: list[list[Line]] = []
            for label, value in pairs[start : start + columns]:
                cells.append(self.words.lines(label, FACT_NAME, name - 8))
                cells.append(
                    self.words.lines(value if value not in (None, "") else "–", FACT_VALUE, unit - name - 8)
                )
            rows.append(look.row(cells + [[] for _missing in range(2 * columns - len(cells))]))
        return Table(look, rows)

    def _grid(self, block: d.Grid) -> list[Flowable]:
        size, widths = self._fitted(block)
        look = Look(widths, [column.align for column in block.columns], size.pad, size.side)
        header = self._row(block, look, tuple(column.title for column in block.columns), size.head)
        found: list[Flowable] = []
        if plain(block.caption):
            found.append(
                Caption(self.words.lines(block.caption, TABLE_CAPTION, TEXT_WIDTH), TEXT_WIDTH, TABLE_CAPTION)
            )
        return [*found, Table(look, self._rows(block, look, size), header)]

    def _fitted(self, block: d.Grid) -> tuple[GridSize, list[float]]:
        """The letters asked for, or the next smaller ones where else a word or a number would be torn."""
        sizes = [PLAIN_SIZE, COMPACT_SIZE, DENSE_SIZE]
        asked = 2 if block.dense else 1 if block.compact else 0
        for size in sizes[asked:]:
            needs = self._needs(block, size)
            if sum(needs) <= TEXT_WIDTH:
                break
        whole = sum(column.width for column in block.columns)
        return size, fitted([TEXT_WIDTH * column.width / whole for column in block.columns], needs)

    def _needs(self, block: d.Grid, size: GridSize) -> list[float]:
        """What each column needs, in points, so that no word or code in it is torn; half the page at most."""
        shown = block.rows[: min(block.limit or MEASURED, MEASURED)]
        needs = []
        for index, column in enumerate(block.columns):
            cells = [self.words.least(row[index], size.cell, column.decimals) for row in shown]
            need = max([self.words.least(column.title, size.head), *cells]) + 2 * size.side + 0.2
            needs.append(min(need, TEXT_WIDTH * 0.5))
        return needs

    def _rows(self, block: d.Grid, look: Look, size: GridSize) -> list[Row]:
        # "+1 more" would take the room of the row that it leaves out.
        cut = block.limit if 0 < block.limit < len(block.rows) - 1 else len(block.rows)
        shown = block.rows[:cut]
        rows = [self._row(block, look, row, size.cell) for row in shown]
        rest = len(block.rows) - len(shown)
        grey = Type(size.cell.size, size.cell.leading, colour=MUTED)
        if rest:
            rows.append(self._note(_("+%(count)d more", count=rest), look, grey))
        if not block.rows:
            rows.append(self._note(plain(block.empty) or _("No entries."), look, grey))
        if block.total:
            total = self._row(block, look, block.total, size.strong)
            total.strong = True
            rows.append(total)
        return rows

    def _row(self, block: d.Grid, look: Look, cells: tuple[d.GridCell, ...], kind: Type) -> Row:
        made = [
            self.words.lines(cell, kind, wide - 2 * look.side, column.decimals)
            for cell, column, wide in zip(cells, block.columns, look.widths, strict=True)
        ]
        return look.row(made)

    def _note(self, text: str, look: Look, kind: Type) -> Row:
        return look.row([self.words.lines(text, kind, TEXT_WIDTH - 2 * look.side)], span=True)

    def _figure(self, block: d.Figure) -> list[Flowable]:
        return [Charts([block.chart], TEXT_WIDTH, block.height, block.caption)]

    def _figures(self, block: d.FigureRow) -> list[Flowable]:
        step = block.columns
        rows = [list(block.charts[start : start + step]) for start in range(0, len(block.charts), step)]
        return [Charts(row, TEXT_WIDTH, block.height, slots=step) for row in rows]

    def _board(self, block: d.Board) -> list[Flowable]:
        return [BoardLines(block.rows, TEXT_WIDTH, self.words)] if block.rows else []

    def _image(self, block: d.Image) -> list[Flowable]:
        return [Photo(block, TEXT_WIDTH)]

    def _callout(self, block: d.Callout) -> list[Flowable]:
        strong, pale = tone_colours(block.tone)
        room, lines = TEXT_WIDTH - 26, []
        kind = Type(9.2, 14, before=3, after=9)
        if plain(block.title):
            lines += self.words.lines(Badge(block.title, tone_of(block.tone)), kind, room)
        titled = len(lines)
        parts = block.text if isinstance(block.text, tuple) else (plain(block.text).strip("\n"),)
        if any(plain(part) for part in parts):
            # Without a title the shape of the tone stands before the text: colour never speaks alone.
            indent = kind.size if len(parts) > 1 else 0.0 if lines else kind.size * 1.5
            for part in parts:
                text = self.words.lines(part, kind, room - indent)
                for line in text:
                    line.indent = indent
                if indent:
                    text[0].mark = "dot:" if len(parts) > 1 else f"badge:{tone_of(block.tone)}"
                lines += text
        return [Lines(lines, TEXT_WIDTH, kind, ground=pale, edge=strong, titled=titled)]

    def _signatures(self, block: d.Signatures) -> list[Flowable]:
        flow = SignLines(block.rows, TEXT_WIDTH, self.words)
        return [CondPageBreak(min(flow.total, TEXT_HEIGHT)), flow] if block.rows else []

    def _keep(self, block: d.KeepTogether) -> list[Flowable]:
        flows = self._all(block.blocks)
        whole = sum(flow.total for flow in flows if isinstance(flow, Flow))
        return [CondPageBreak(whole), *flows] if whole <= TEXT_HEIGHT else flows


class Caption(Lines):
    """Words that must stay with the table below them."""


def _flat(blocks: tuple[d.Block, ...]) -> Iterator[d.Block]:
    """All blocks in order, those inside KeepTogether too."""
    for block in blocks:
        if isinstance(block, d.KeepTogether):
            yield from _flat(block.blocks)
        else:
            yield block


def _headings(blocks: tuple[d.Block, ...]) -> Iterator[tuple[str, str, int]]:
    """Key, text and level of each heading, in order."""
    number = 0
    for block in _flat(blocks):
        if isinstance(block, d.Heading):
            number += 1
            yield f"h{number}", plain(block.text), block.level


def _anchors(blocks: tuple[d.Block, ...]) -> Iterator[tuple[str, str]]:
    """The name of each heading that has one, and its key; of two with one name the later is meant."""
    keys = iter([key for key, _text, _level in _headings(blocks)])
    for block in _flat(blocks):
        if isinstance(block, d.Heading):
            key = next(keys)
            if block.anchor:
                yield block.anchor, key


def _signed(flows: list[Flowable]) -> list[Flowable]:
    """Before what is signed last, a break unless the signatures fit below it: nobody signs an empty page."""
    found = list(flows)
    for index in range(len(flows) - 1, -1, -1):
        if not isinstance(flows[index], SignLines):
            continue
        start = _signed_from(flows, index)
        whole = sum(flow.total for flow in flows[start : index + 1] if isinstance(flow, Flow))
        if start < index and whole <= TEXT_HEIGHT:
            found.insert(start, CondPageBreak(whole))
    return found


def _signed_from(flows: list[Flowable], index: int) -> int:
    """Where the last thing before signatures begins, its heading with it."""
    told, start = False, index
    while start > 0 and not isinstance(flows[start - 1], NewPage):
        before = flows[start - 1]
        if isinstance(before, CoverPage) or (
            told and isinstance(before, Flow) and not isinstance(before, Head | Caption)
        ):
            break
        told = told or (isinstance(before, Flow) and not isinstance(before, Head | Caption))
        start -= 1
    return start


def _with_next(flows: list[Flowable]) -> list[Flowable]:
    """Before each heading or caption, a break unless it fits together with the beginning of what follows.

    A small line right under a heading belongs to it: alone with it at the foot of a page it says nothing.
    """
    found: list[Flowable] = []
    needed = 0.0
    for index in range(len(flows) - 1, -1, -1):
        flow = flows[index]
        found.append(flow)
        if isinstance(flow, Head | Caption):
            needed = min(flow.total + needed, TEXT_HEIGHT * 0.9)
            leads = index > 0 and isinstance(flows[index - 1], Head | Caption)
            if not leads:
                found.append(CondPageBreak(needed))
        elif (
            index > 0 and isinstance(flow, Lines) and flow.kind is NOTE and isinstance(flows[index - 1], Head)
        ):
            needed = min(flow.total + needed, TEXT_HEIGHT * 0.5)
        elif isinstance(flow, Flow):
            needed = flow.least
        elif isinstance(flow, NewPage):
            needed = 0.0
    return found[::-1]

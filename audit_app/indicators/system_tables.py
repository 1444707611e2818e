"""A table whose cells are coloured by what they say: one plain value for page, paper and workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit_app.exports.document import Block, Grid, GridColumn, Heading, Text
from audit_app.exports.sheet import Column, Sheet
from audit_app.exports.values import Badge, Strong, Tone

PAPER = 13
"""Columns side by side on paper: a year and one month."""
TONES = {"good": "success", "warn": "warning", "bad": "danger", "info": "info"}
"""Tones of paper and workbook in the words of the style sheet."""


@dataclass(frozen=True)
class Spot:
    """A cell: what it says, the number behind it, its tone, and the address of its rows ("" for none)."""

    told: str
    number: float | int | None = None
    tone: str = ""
    address: str = ""

    @property
    def style(self) -> str:
        """The tone in the words of the style sheet; "" for none."""
        return TONES.get(self.tone, "")


@dataclass(frozen=True)
class Heat:
    """``columns`` beside the head; ``rows``: a name with its cells. ``links``: addresses of the columns.

    ``empty``: the sentence in place of no rows, where the general one does not fit;
    ``numbered``: names begin with the number of a clause, which is all that paper has room for.
    """

    key: str
    title: str
    note: str
    head: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Spot, ...]], ...]
    links: tuple[str, ...] = ()
    decimals: int = 0
    numbered: bool = False
    empty: str = ""

    def blocks(self, empty: str) -> list[Block]:
        """The table on paper, in bands where it is wider than a year."""
        head: list[Block] = [Heading(self.title, 2), Text(self.note)]
        if not self.rows:
            return [head[0], Text(self.empty or empty)]
        return [*head, *(self._band(start) for start in range(0, len(self.columns), PAPER))]

    def _band(self, start: int) -> Grid:
        span = slice(start, start + PAPER)
        columns = (
            GridColumn(self.head, 1 if self.numbered else 3),
            *(GridColumn(name, 1, "centre") for name in self.columns[span]),
        )
        names = [name.split(" ")[0] if self.numbered else name for name, _cells in self.rows]
        rows = tuple(
            (Strong(name), *(_cell(each) for each in cells[span]))
            for name, (_name, cells) in zip(names, self.rows, strict=True)
        )
        return Grid(columns, rows, dense=True)

    def sheet(self, name: str, facts: Sequence[tuple[str, str]], empty: str) -> Sheet:
        """The table with real numbers."""
        columns = (
            Column(self.head, width=32),
            *(Column(title, "number", width=12, decimals=self.decimals) for title in self.columns),
        )
        rows = [(label, *(_number(each) for each in cells)) for label, cells in self.rows]
        return Sheet(
            name,
            columns,
            rows,
            heading=self.title,
            facts=tuple(facts),
            notes=(self.note,),
            empty=self.empty or empty,
        )


def _cell(each: Spot) -> Any:
    return Badge(each.told, each.tone) if each.tone in ("good", "bad") else each.told


def _number(each: Spot) -> Any:
    if each.number is None:
        return each.told if each.told not in ("·", "–") else None
    return Tone(each.number, each.tone) if each.tone else each.number

"""Sheets and workbooks as plain values. `xlsx.render` and `csv.render` turn them into bytes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Literal, TypeAlias

from .charts import Chart
from .values import Digits, Link, Scalar, Tone, Words

ColumnKind: TypeAlias = Literal[
    "text", "int", "number", "percent", "date", "month", "datetime", "duration_min"
]
Cell: TypeAlias = Scalar | Link | Tone | Digits
Row: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    kind      what the cells hold; a value of another kind is written as what it is, never refused.
              percent: 0.875 is shown as 87.5 %. month: any day of it, shown as 2026-01.
              duration_min: minutes, shown as hours:minutes (95 is 1:35)
    width     in characters of a Latin digit; 0 lets the renderer measure (Chinese counts double)
    decimals  digits after the point for number and percent
    wrap      break long text into lines (rows then grow); None wraps text columns wider than 40 characters
    """

    title: Words
    kind: ColumnKind = "text"
    width: int = 0
    decimals: int = 1
    wrap: bool | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table, with facts and notes above it and charts below it.

    title     becomes the name on the tab: made legal and unique by the renderer
    heading   a title written above the table; facts and notes need none. Without heading, facts and notes the
              header is row 1, as a program that reads the file expects
    facts     pairs of name and value above the table; a cover sheet is facts without columns
    notes     sentences: sources, definitions, the reason why a table is empty
    empty     the sentence that stands in place of rows when there are none
    """

    title: Words
    columns: tuple[Column, ...] = ()
    rows: Iterable[Row] = ()
    heading: Words = ""
    facts: tuple[tuple[Words, Cell], ...] = ()
    notes: tuple[Words, ...] = ()
    charts: tuple[Chart, ...] = ()
    empty: Words = ""
    freeze: bool = True
    filters: bool = True
    landscape: bool = True


@dataclass(frozen=True, slots=True)
class Workbook:
    """Sheets in order, and what the file says about itself. `created` is its only clock.

    zone      time zone in which instants are shown (Excel knows none); days are never shifted
    language  of the renderer's own words and of lazy words: "en", "zh_Hans_CN"
    """

    sheets: tuple[Sheet, ...]
    title: Words = ""
    organisation: Words = ""
    code: Words = ""
    version: Words = ""
    created: datetime = field(default=datetime(2000, 1, 1, tzinfo=UTC))
    language: str = "en"
    zone: tzinfo = UTC

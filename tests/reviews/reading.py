"""The three forms of a pack, read back as a reader finds them: page, paper and workbook as shown text.

Paper is compared without blanks: the lines of a cell follow each other in the file, and so do the cells of a row.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from itertools import pairwise
from typing import Any
from unicodedata import normalize

import html5lib
from openpyxl import load_workbook
from pypdf import PdfReader

NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?")


def squeezed(text: str) -> str:
    """A text without any blank, with the plain minus sign."""
    return "".join(text.split()).replace("−", "-")


def left_out(text: str, count: int) -> bool:
    """Whether a text says that so many more are not shown, in either language."""
    return any(f"{sign}{count:{form}}" in squeezed(text) for sign in ("+", "另有") for form in ("d", ",d"))


def numbers(text: str) -> list[Decimal]:
    """The numbers in a text as shown, with their digits."""
    return [Decimal(found.replace(",", "").replace("−", "-")) for found in NUMBER.findall(text)]


@dataclass
class ReadTable:
    """A table as shown: its title, heads and cells; ``below``: all that is said beneath it."""

    title: str
    heads: list[str]
    rows: list[list[str]]
    below: str = ""
    marks: list[str] = field(default_factory=list)


@dataclass
class ReadChart:
    """A chart as shown: its title, the heads and rows of its numbers, and what the page draws."""

    title: str
    heads: list[str]
    rows: list[list[str]]
    option: dict[str, Any] = field(default_factory=dict)
    words: str = ""


def text_of(element: Any) -> str:
    """The text of an element, its blanks made single; the figures of a drawing are no text."""
    return " ".join("".join(element.itertext()).split())


class Page:
    """The page of a pack."""

    def __init__(self, html: bytes | str) -> None:
        tree = html5lib.parse(html, namespaceHTMLElements=False)
        main = tree.find(".//main")
        self.charts = [_chart(each) for each in main.iter("figure")]
        for figure in list(main.iter("script")):
            figure.text = ""
        self.text = squeezed("".join(main.itertext()))
        inside = {table for figure in main.iter("figure") for table in figure.iter("table")}
        parents = {child: parent for parent in main.iter() for child in parent}
        self.tables = [_table(each, parents) for each in main.iter("table") if each not in inside]
        self.notices = [text_of(each) for each in main.iter() if "alert" in (each.get("class") or "").split()]

    def says(self, words: str) -> bool:
        """Whether a text stands on it."""
        return words in self.text


def _cells(table: Any) -> tuple[list[str], list[list[str]]]:
    heads = [text_of(each) for each in table.find("thead").iter("th")]
    return heads, [[text_of(each) for each in row] for row in table.find("tbody").iter("tr")]


def _table(table: Any, parents: dict[Any, Any]) -> ReadTable:
    marks = []
    for row in table.find("tbody").iter("tr"):  # What is new in a row stands beneath its first cell.
        extras = [each for each in row.iter("div") if "small" in (each.get("class") or "").split()]
        marks.append("".join(map(text_of, extras)))
        for extra in extras:
            parents[extra].remove(extra)
    heads, rows = _cells(table)
    return ReadTable(text_of(table.find("caption")), heads, rows, text_of(parents[parents[table]]), marks)


def _chart(figure: Any) -> ReadChart:
    heads, rows = _cells(figure.find(".//table"))
    script = figure.find(".//script")
    option = json.loads(script.text) if script is not None else {}
    words = " ".join(text_of(each) for each in figure.iter("p"))
    return ReadChart(text_of(figure.find("figcaption")), heads, rows, option, words)


class Paper:
    """The PDF of a pack: its text without blanks."""

    def __init__(self, content: bytes) -> None:
        self.pages = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
        lines = [page.splitlines() for page in self.pages]
        often = Counter(re.sub(r"\d+", "#", line) for page in lines for line in {*page[:4], *page[-4:]})
        same = {line for line, count in often.items() if count > len(lines) / 2}
        kept = [[line for line in page if re.sub(r"\d+", "#", line) not in same] for page in lines]
        self.text = squeezed("\n".join(line for page in kept for line in page))
        """Without what stands on top and at the foot of every page."""
        self._whole = squeezed("\n".join(self.pages))
        self._named = {
            int(code, 16): f"[U+{code}]" for code in re.findall(r"\[U\+([0-9A-F]{4,6})]", self._whole)
        }
        """Characters that the paper names by their number, since its font does not have them."""
        self._over = [
            squeezed("\n".join((*before[-20:], *after[skipped : skipped + 20])))
            for before, after in pairwise(kept)
            for skipped in range(1, HEADS)
        ]

    def says(self, words: str) -> bool:
        """Whether a text stands on it, also where it runs over a page that repeats a heading before it goes on."""
        drawn = normalize("NFC", words).translate(self._named)
        return any(each in text for each in {words, drawn} for text in (self.text, self._whole, *self._over))


HEADS = 16
"""Most lines that a table or a box repeats on its next page."""


class Book:
    """The workbook of a pack: each sheet as rows of shown text."""

    def __init__(self, content: bytes) -> None:
        book = load_workbook(BytesIO(content))
        self.sheets = {
            sheet.title: [[shown(cell) for cell in row] for row in sheet.iter_rows()] for sheet in book
        }
        self.charts = sum(len(sheet._charts) for sheet in book)
        self.data = book.sheetnames[-1]
        self.text = squeezed("\n".join(cell for rows in self.sheets.values() for row in rows for cell in row))

    def says(self, words: str) -> bool:
        """Whether a text stands in one of its cells."""
        return words in self.text

    def find(self, title: str, heads: list[str]) -> Iterator[tuple[str, int, list[list[str]]]]:
        """Each place where a table of that title and these heads begins: sheet, row, the rows beneath it."""
        for name, rows in self.sheets.items():
            for place, row in enumerate(rows):
                if row[: len(heads)] == heads and any(
                    title in cell for above in rows[:place] for cell in above
                ):
                    yield name, place, [each[: len(heads)] for each in rows[place + 1 :]]


def shown(cell: Any) -> str:
    """What a spreadsheet shows of a cell: its number format applied, halves away from nothing."""
    value, form = cell.value, cell.number_format
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return (
            f"{value:%Y-%m-%d %H:%M}"
            if "hh" in form
            else f"{value:%Y-%m-%d}"
            if "dd" in form
            else f"{value:%Y-%m}"
        )
    if isinstance(value, str):
        return value
    exact = Decimal(repr(value))
    if form == "General":
        return f"{exact:f}"
    if form == "[h]:mm":
        return f"{int(exact * 24)}:{round(exact * 1440) % 60:02d}"
    form, _quote, unit = form.partition('"')
    assert re.fullmatch(r"#,##0(\.0+)?|0(\.0+)?%", form), form
    share = 100 if form.endswith("%") else 1
    digits = len(form.rstrip("%").partition(".")[2])
    return (
        f"{(exact * share).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,}"
        + "%" * (share == 100)
        + unit.rstrip('"')
    )


def rounded(text: str, value: Decimal | int) -> bool:
    """Whether a number of the text is the value, rounded to the digits that are shown."""
    return any(abs(each - value) <= Decimal("0.5").scaleb(each.as_tuple().exponent) for each in numbers(text))

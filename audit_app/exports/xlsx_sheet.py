"""One sheet: heading, facts, notes, header, rows, and how it looks on screen and paper."""

from collections.abc import Iterable
from copy import copy
from datetime import tzinfo
from math import ceil
from typing import Any

from flask_babel import gettext as _
from openpyxl import Workbook as Book
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from .sheet import Cell, Column, Sheet, Workbook
from .values import Digits, Link, Scalar, Tone, inner, plain, scalar, tone_of
from .xlsx_text import RISKY, shown_width, text_of, value_of

INK, ACCENT, MUTED, WASH, RULE = "FF1B2432", "FF1B4694", "FF5D6878", "FFE9EFF9", "FFD5DAE1"
TONES = {
    "good": ("FF145C34", "FFDDF0E4"), "warn": ("FF7A4500", "FFFBEBD0"), "bad": ("FF8C1D17", "FFF8DEDC"),
    "info": ("FF1B4694", "FFE3EBF8"), "neutral": ("FF4A5463", "FFECEEF2"),
}  # fmt: skip
LONGEST_DURATION = 1440 * 2_000_000
"""In minutes; Excel knows no later day, and no time below zero."""
DAY, INSTANT, MONTH = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "yyyy-mm"
DATED = (DAY, INSTANT, MONTH)
MOST_WIDTH, MEASURED = 60, 300
"""Widest measured column in characters; rows that are measured."""
ROW = 15.0
"""Height of a row without one of its own, in points: for all programs and fonts the same."""
MOST_FROZEN = 220.0
"""Points above the rows that may stand still on a screen: more would leave no room to scroll in."""


class Pen:
    """Writes cells of one workbook. Styles are made once and shared: setting them per cell is slow."""

    def __init__(self, book: Book, zone: tzinfo, tabs: dict[str, str], font: str, size: float) -> None:
        self.zone, self.tabs, self.font, self.size = zone, tabs, font, size
        self._bench: Worksheet = book.create_sheet("bench")
        self._styles: dict[tuple[object, ...], Any] = {}
        book.remove(self._bench)

    def style(self, form: str = "General", wrap: bool = False, bold: bool = False, colour: str = "",
              ground: str = "", size: float = 0, rule: bool = False, align: str = "") -> Any:  # fmt: skip
        """The style with these properties, colours as ARGB. Shared: copy before any change."""
        key = (form, wrap, bold, colour, ground, size, rule, align)
        if key not in self._styles:
            cell: Any = self._bench.cell(1, 1)
            cell.number_format = form
            cell.alignment = Alignment(
                vertical="top", wrap_text=wrap, horizontal=align or None, indent=align == "right"
            )
            cell.font = Font(name=self.font, size=size or self.size, bold=bold, color=colour or INK)
            cell.fill = PatternFill("solid", fgColor=ground) if ground else PatternFill()
            cell.border = (
                Border(bottom=Side("thin", color=ACCENT if ground == WASH else RULE)) if rule else Border()
            )
            self._styles[key] = copy(cell._style)
        return self._styles[key]

    def write(self, tab: Worksheet, row: int, column: int, cell: Cell, **look: Any) -> Any:
        """Put one value, link or toned value into its place."""
        link = cell if isinstance(cell, Link) else None
        value: Scalar = scalar(cell)
        if isinstance(own := inner(cell), Digits):
            look["form"] = digits_format(own)
        if isinstance(cell, Tone):
            look["colour"], look["ground"] = TONES[tone_of(cell.tone)]
        plain_value = value_of(value, self.zone)
        spot: Any = tab.cell(row, column)
        spot._style = self.style(**_fitting(plain_value, look))
        # Set past openpyxl's guesses: text stays text, and guessing costs more than writing.
        spot._value = plain_value
        if isinstance(plain_value, str):
            spot.data_type = "s"
            if plain_value.startswith(RISKY):
                spot._style = copy(spot._style)
                spot.quotePrefix = True
        elif plain_value is not None:
            spot.data_type = "d" if hasattr(plain_value, "year") else "n"
        if link:
            self._link(tab, spot, link, look)
        return spot

    def _link(self, tab: Worksheet, spot: Any, link: Link, look: dict[str, Any]) -> None:
        target = self.tabs.get(plain(link.sheet)) if plain(link.sheet) else None
        outside = link.url.startswith(("https://", "http://", "mailto:")) and len(link.url) < 2000
        if not target and not outside:
            return
        quoted = f"'{(target or '').replace(chr(39), chr(39) * 2)}'!A1"
        place = Hyperlink(ref=spot.coordinate, location=quoted) if target else None
        spot._hyperlink = place or Hyperlink(ref=spot.coordinate, target=link.url)
        if outside and not target:
            spot._hyperlink.display = None
        spot._style = self.style(**{**_fitting("", look), "colour": ACCENT})


def _fitting(value: object, look: dict[str, Any]) -> dict[str, Any]:
    """A number format belongs to numbers and dates only; text keeps General, an odd date keeps its own."""
    form = look.get("form", "General")
    if isinstance(value, str) or value is None:
        return {**look, "form": "General"}
    if hasattr(value, "year"):
        dated = form if form in DATED else INSTANT if hasattr(value, "hour") else DAY
        return {**look, "form": dated}
    return {**look, "form": "General"} if form in DATED else look


def digits_format(own: Digits) -> str:
    """Excel's number format for a number with digits and a unit of its own: the unit is shown, not kept."""
    digits = "." + "0" * own.decimals if own.decimals else ""
    unit = plain(own.unit).replace('"', "'")[:60]
    return f"#,##0{digits}" + (f'"\u00a0{unit}"' if unit else "")


def column_format(column: Column) -> str:
    """Excel's number format for a kind of column."""
    digits = "." + "0" * column.decimals if column.decimals else ""
    return {
        "int": "#,##0", "number": f"#,##0{digits}", "percent": f"0{digits}%", "date": DAY,
        "month": MONTH, "datetime": INSTANT, "duration_min": "[h]:mm",
    }.get(column.kind, "General")  # fmt: skip


def write_sheet(pen: Pen, tab: Worksheet, sheet: Sheet) -> int:
    """Write everything but charts; returns the first free row."""
    rows = [tuple(row) for row in sheet.rows]
    widths = _widths(sheet, rows)
    for index, wide in enumerate(widths, 1):
        tab.column_dimensions[get_column_letter(index)].width = wide
    at = _above(pen, tab, sheet, widths)
    if not sheet.columns:
        return at
    _header(pen, tab, sheet, at, len(rows), widths)
    if not rows:
        empty = plain(sheet.empty) or _("No entries.")
        _across(pen, tab, at + 1, empty, widths, colour=MUTED)
        return at + 3
    looks = [
        {
            "form": column_format(column),
            "wrap": _wraps(column, wide, [row[place] for row in rows[:MEASURED]]),
            "rule": True,
            "align": _side(column),
        }
        for place, (column, wide) in enumerate(zip(sheet.columns, widths, strict=False))
    ]
    for number, row in enumerate(rows, at + 1):
        for index, (cell, column, look) in enumerate(zip(row, sheet.columns, looks, strict=True), 1):
            pen.write(tab, number, index, _minutes(cell) if column.kind == "duration_min" else cell, **look)
        lines = max(_lines(_text(cell), wide) if look["wrap"] else 1
                    for cell, look, wide in zip(row, looks, widths, strict=False))  # fmt: skip
        if lines > 1:
            tab.row_dimensions[number].height = min(400.0, lines * pen.size * 1.5 + 3)
    return at + len(rows) + 2


def _minutes(cell: Cell) -> Cell:
    """Minutes as the fraction of a day in which Excel counts; what it cannot show as a time becomes words."""
    if isinstance(cell, Tone):
        within = _minutes(cell.value)
        return Tone(within, cell.tone) if not isinstance(within, Link | Tone) else cell
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    if 0 <= cell < LONGEST_DURATION:
        return cell / 1440
    return f"-{int(-cell) // 60}:{int(-cell) % 60:02d}" if -LONGEST_DURATION < cell < 0 else str(cell)


def _side(column: Column) -> str:
    """Dates stand left like words, away from the next column; amounts keep the side of numbers."""
    if column.kind in ("date", "month", "datetime"):
        return "left"
    return "right" if column.kind in ("int", "number", "percent", "duration_min") else ""


def _wraps(column: Column, wide: float, cells: Iterable[Cell]) -> bool:
    """As told; else words in a wide column, and words that a width which was told would cut."""
    if column.wrap is not None or column.kind != "text":
        return bool(column.wrap)
    return wide >= 40 or bool(column.width and any(shown_width(_text(cell)) + 1 > wide for cell in cells))


def _above(pen: Pen, tab: Worksheet, sheet: Sheet, widths: list[float]) -> int:
    """Heading, facts and notes; returns the row of the header.

    Where paper takes the sheet on several pages side by side, its first column stands on each of them: what
    is above begins in the second then, so that only the first page shows it, and whole.
    """
    at, pages = 1, _pages_wide(sheet, widths)
    first = 2 if pages > 1 and len(widths) > 2 else 1
    last = _last_of_first_page(widths, pages) if first > 1 else len(widths)
    if plain(sheet.heading):
        pen.write(tab, at, first, sheet.heading, bold=True, size=pen.size + 5, colour=ACCENT)
        tab.row_dimensions[at].height = pen.size * 2.4
        at += 2
    for name, value in sheet.facts:
        pen.write(tab, at, first, name, colour=MUTED, wrap=True, rule=not sheet.columns)
        pen.write(tab, at, first + 1, value, form="#,##0.##" if isinstance(value, float) else "General",
                  wrap=not sheet.columns, align="left", rule=not sheet.columns)  # fmt: skip
        at += 1
    at += bool(sheet.facts)
    for note in sheet.notes:
        _across(pen, tab, at, plain(note), widths[:last], first, colour=MUTED)
        at += 1
    return at + bool(sheet.notes)


def _pages_wide(sheet: Sheet, widths: Iterable[float]) -> int:
    """How many pages of A4 stand side by side before the letters get too small."""
    return max(1, ceil(sum(widths) / READABLE[_orientation(sheet)]))


def _orientation(sheet: Sheet) -> str:
    return "landscape" if sheet.landscape and (sheet.columns or sheet.charts) else "portrait"


def _last_of_first_page(widths: list[float], pages: int) -> int:
    """The last column that is sure to stand on the first page, counted from 1."""
    room = sum(widths) / pages * 0.9
    fitting = sum(1 for place in range(1, len(widths) + 1) if sum(widths[:place]) <= room)
    return max(2, fitting)


def _across(pen: Pen, tab: Worksheet, at: int, text: str, widths: list[float], first: int = 1,
            **look: Any) -> None:  # fmt: skip
    """A sentence over the columns from `first` on, with the height its lines need: Excel measures no merged
    cells."""
    pen.write(tab, at, first, text, wrap=True, **look)
    if len(widths) > first:
        # merge_cells() would make and style each cell beneath; an empty one needs neither.
        tab.merged_cells.add(f"{get_column_letter(first)}{at}:{get_column_letter(len(widths))}{at}")
    lines = _lines(text, sum(widths[first - 1 :]))
    tab.row_dimensions[at].height = min(400.0, lines * pen.size * 1.5 + 3)


def _lines(text: str, wide: float) -> int:
    """How many lines a text needs in a column: programs other than Excel do not measure it themselves."""
    room = max(wide - 3, 8)
    return sum(max(1, ceil(shown_width(line, len(line)) / room)) for line in text.splitlines() or [""])


def _header(pen: Pen, tab: Worksheet, sheet: Sheet, at: int, count: int, widths: list[float]) -> None:
    for index, column in enumerate(sheet.columns, 1):
        pen.write(tab, at, index, column.title, bold=True, colour=ACCENT, ground=WASH, wrap=True, rule=True,
                  align=_side(column))  # fmt: skip
    lines = max(
        _lines(plain(column.title), wide) for column, wide in zip(sheet.columns, widths, strict=False)
    )
    if lines > 1:
        tab.row_dimensions[at].height = lines * pen.size * 1.5 + 3
    last = get_column_letter(len(sheet.columns))
    if sheet.freeze and height_above(tab, at + 1) <= MOST_FROZEN:
        tab.freeze_panes = f"A{at + 1}"
    if sheet.filters and count:
        tab.auto_filter.ref = f"A{at}:{last}{at + count}"
    tab.print_title_rows = f"{at}:{at}"


def height_above(tab: Worksheet, at: int) -> float:
    """Points that the rows before a row take."""
    return sum(tab.row_dimensions[row].height or ROW if row in tab.row_dimensions else ROW
               for row in range(1, at))  # fmt: skip


def _widths(sheet: Sheet, rows: list[tuple[Cell, ...]]) -> list[float]:
    """Widths in characters: as told, or measured on the header and the first 300 rows.

    Without columns: those of facts, so that two charts stand side by side where there are some.
    """
    if not sheet.columns:
        return [26.0, 60.0, 86.0] if sheet.charts else [26.0, 78.0]
    found: list[float] = []
    for index, column in enumerate(sheet.columns):
        least = {"date": 12, "month": 10, "datetime": 18, "duration_min": 9, "text": 8}.get(column.kind, 10)
        if column.width:
            found.append(float(column.width))
            continue
        cells = [row[index] for row in rows[:MEASURED]]
        texts = [
            shown_width(_text(cell))
            for cell in cells
            if column.kind == "text" or isinstance(inner(cell), Digits)
        ]
        # Bold letters are wider, and the button of the filter stands beside them.
        measured = max(
            [least, ceil(shown_width(plain(column.title)) * 1.2) + 3, *[wide + 2 for wide in texts]]
        )
        found.append(float(min(measured, MOST_WIDTH)))
    found[0] += max(0.0, min(40.0, shown_width(plain(sheet.heading)) * 1.6 - sum(found)))
    if sheet.facts:
        found[0] = max(
            found[0], float(min(30, max(shown_width(plain(name)) for name, _value in sheet.facts) + 2))
        )
    return found


def _text(cell: Cell) -> str:
    own = inner(cell)
    if isinstance(own, Digits):  # Somewhat wider than it may be: ### would stand in a column too narrow.
        return f"{own.value or 0:,.{own.decimals}f} {plain(own.unit)}"
    return plain(scalar(cell))


READABLE = {"landscape": 260, "portrait": 170}
"""Characters of column width that one page of A4 takes before the letters get smaller than about 5 points."""


def print_setup(tab: Any, book: Workbook, sheet: Sheet) -> None:
    """A4, as few pages wide as can be read; organisation and title above, code, version and page below."""
    tab.page_setup.paperSize = 9
    tab.page_setup.orientation = _orientation(sheet)
    tab.page_setup.fitToWidth = _pages_wide(sheet, [each.width for each in tab.column_dimensions.values()])
    tab.page_setup.fitToHeight = 0
    if tab.page_setup.fitToWidth > 1:
        tab.print_title_cols = "A:A"  # Each further page says again which row is meant.
    tab.sheet_properties.pageSetUpPr.fitToPage = True
    tab.sheet_format.defaultRowHeight, tab.sheet_format.customHeight = ROW, True
    tab.page_margins.left = tab.page_margins.right = 0.5
    tab.page_margins.top = tab.page_margins.bottom = 0.75
    tab.sheet_view.showGridLines = False
    version = _("Version %(version)s", version=plain(book.version)) if plain(book.version) else ""
    tab.oddHeader.left.text = _safe(book.organisation)
    tab.oddHeader.right.text = _safe(sheet.title)
    tab.oddFooter.left.text = _safe(" · ".join(part for part in (plain(book.code), version) if part))
    tab.oddFooter.right.text = _("Page %(page)s of %(total)s", page="&P", total="&N")
    for part in (tab.oddHeader.left, tab.oddHeader.right, tab.oddFooter.left, tab.oddFooter.right):
        part.size = 8


def _safe(words: object) -> str:
    """Text for a header or footer, where & begins a code and the whole may not pass 255 characters."""
    return text_of(words).replace("&", "&&").replace("\n", " ")[:90].rstrip("&") or " "

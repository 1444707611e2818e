"""Native charts on their sheets, and the sheet that holds their figures."""

from itertools import pairwise
from math import ceil

from flask_babel import gettext as _
from openpyxl import Workbook as Made
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from .chart_xlsx import WIDTH, native
from .sheet import Sheet, Workbook
from .values import plain
from .xlsx_sheet import MUTED, ROW, Pen, height_above, print_setup
from .xlsx_text import sheet_names

CHART_ROWS = 17
"""Rows of the usual height that a chart and the room below it take."""
LOW, DATA_ROWS, BETWEEN = 12.5, 59, 3
"""Height in points of the rows that hold figures, and how many of them one upright page of A4 takes;
rows left free between the figures of two charts."""
NEAR = 60
"""Most rows under which charts still stand below the table."""
PAGE = 570.0
"""Points of a sheet without a table that one landscape page of A4 takes, at the scale of its width."""


def add_charts(pen: Pen, book: Workbook, made: Made, charted: list[tuple[Worksheet, int, Sheet]]) -> None:
    """Native charts under their tables; their figures stand on a sheet of their own, for all to check."""
    title = sheet_names([*made.sheetnames, _("Chart data")])[-1]
    data = made.create_sheet(title)
    data.column_dimensions["A"].width = 26
    for letter in "BCDEFGHIJ":
        data.column_dimensions[letter].width = 15
    data.sheet_format.defaultRowHeight, data.sheet_format.customHeight = LOW, True
    starts = [1]
    for tab, below, sheet in charted:
        starts = _place(pen, tab, below, sheet, data, starts)
    _keep_whole(data, starts)
    print_setup(data, book, Sheet(title))


def _keep_whole(data: Worksheet, starts: list[int]) -> None:
    """Begin a page before figures its end would tear; `starts` of each chart's, and the next free row."""
    first = starts[0]
    for start, following in pairwise(starts):
        if following - BETWEEN - first > DATA_ROWS and start != first:
            data.row_breaks.append(Break(start - 1))
            first = start


def _place(
    pen: Pen, tab: Worksheet, below: int, sheet: Sheet, data: Worksheet, begun: list[int]
) -> list[int]:
    """The charts of one sheet two to a row, page breaks between rows only.

    Returns the rows of `data` at which the figures of each chart so far begin, and the next free one.
    """
    far = below > NEAR + 4
    left = len(sheet.columns) + 2 if far else 1
    row = 1 if far else below
    sides = [get_column_letter(left), get_column_letter(_beside(tab, left))]
    starts = _page_starts(tab, below, sheet, ceil(len(sheet.charts) / 2))
    for number, chart in enumerate(sheet.charts):
        line, side = divmod(number, 2)
        if not side and line in starts and not far:
            tab.row_breaks.append(Break(row + line * CHART_ROWS - 1))
        spot = row + line * CHART_ROWS
        at, drawn = native(pen.write, data, begun[-1], chart)
        begun = [*begun, at]
        if drawn is None:
            nothing = _("No data for this period.")
            words = f"{plain(chart.title)}: {nothing}"
            pen.write(tab, spot, left if not side else _beside(tab, left), words, colour=MUTED)
            continue
        tab.add_chart(drawn, f"{sides[side]}{spot + 1}")  # Its edge would show on the page before.
    return begun


def _page_starts(tab: Worksheet, below: int, sheet: Sheet, lines: int) -> set[int]:
    """Rows of charts that begin a page: under a table each second one, else as many as the page holds."""
    if sheet.columns:
        return set(range(0, lines, 2))
    left = int((PAGE - height_above(tab, below) % PAGE) / (CHART_ROWS * ROW))
    return {line for line in range(lines) if line >= left and (line - left) % 2 == 0}


def _beside(tab: Worksheet, left: int) -> int:
    """The first column that begins right of a chart standing at column `left`."""
    room, column = WIDTH + 0.3, left
    while room > 0:
        letter = get_column_letter(column)
        wide = tab.column_dimensions[letter].width if letter in tab.column_dimensions else 8.43
        room -= (wide * 7 + 5) / 37.8
        column += 1
    return column

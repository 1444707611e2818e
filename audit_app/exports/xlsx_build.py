"""Sheets into the bytes of a workbook: real numbers and dates, text that is never a formula, ready to print.

The same value gives the same bytes: times inside the file are those of `Workbook.created`.
"""

import re
from collections.abc import Sequence
from copy import copy
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook as Book
from openpyxl.packaging.core import DocumentProperties

from .sheet import Sheet, Workbook
from .values import is_chinese, plain, speaking
from .xlsx_charts import add_charts
from .xlsx_sheet import Pen, print_setup, write_sheet
from .xlsx_text import sheet_names, text_of


def render(book: Workbook | Sequence[Sheet]) -> bytes:
    """The finished XLSX file of a workbook, or of bare sheets in English with no properties."""
    if not isinstance(book, Workbook):
        book = Workbook(tuple(book))
    with speaking(book.language):
        return _repack(_build(book), book.created)


def _build(book: Workbook) -> bytes:
    made = Book()
    made.remove(made.worksheets[0])
    made.properties = DocumentProperties(
        title=text_of(book.title), creator=text_of(book.organisation), identifier=text_of(book.code),
        version=text_of(book.version), language="zh-CN" if is_chinese(book.language) else book.language,
        created=_naive(book.created),
    )  # fmt: skip
    inner: Any = made  # The default font of a workbook has no public door.
    font = copy(inner._fonts[0])
    font.name, font.sz = ("Microsoft YaHei", 10) if is_chinese(book.language) else ("Calibri", 11)
    font.scheme = None
    inner._fonts[0] = font
    inner._named_styles["Normal"].font = font
    names = sheet_names([sheet.title for sheet in book.sheets] or [""])
    tabs = {plain(sheet.title): name for sheet, name in zip(book.sheets, names, strict=False)}
    pen = Pen(made, book.zone, tabs, font.name, float(font.sz))
    charted: list[tuple[Any, int, Sheet]] = []
    for name, sheet in zip(names, book.sheets or (Sheet(""),), strict=True):
        tab = made.create_sheet(name)
        below = write_sheet(pen, tab, sheet)
        print_setup(tab, book, sheet)
        if sheet.charts:
            charted.append((tab, below, sheet))
    if charted:
        add_charts(pen, book, made, charted)
    packed = BytesIO()
    made.save(packed)
    return packed.getvalue()


def _naive(moment: datetime) -> datetime:
    return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None, microsecond=0)


def _repack(packed: bytes, created: datetime) -> bytes:
    """The same parts with one fixed time each, in the file's own properties too."""
    stamp = _naive(created).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    target = BytesIO()
    with ZipFile(BytesIO(packed)) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            new.writestr(entry, part)
    return target.getvalue()

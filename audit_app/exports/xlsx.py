"""Sheets into the bytes of a workbook. openpyxl is loaded by the first workbook, not by the first page."""

from collections.abc import Sequence

from .sheet import Sheet, Workbook


def render(book: Workbook | Sequence[Sheet]) -> bytes:
    """The finished workbook; the same bytes for the same value."""
    from .xlsx_build import render as build  # 0.2 s that a worker without exports never needs

    return build(book)

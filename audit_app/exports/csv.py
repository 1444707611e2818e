"""A Sheet into CSV for other programs: UTF-8 with a mark, one header row, guarded against formulas.

A text that a spreadsheet could take for a formula gets one apostrophe in front. So does a text that already
begins with an apostrophe: to undo it, take exactly one leading apostrophe away from any field that has one.
"""

import csv
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from io import StringIO

from .sheet import Cell, Sheet
from .values import plain, scalar, speaking, yes_or_no

DANGEROUS = tuple("=+-@\t\r\n\0＝＋－＠'")
"""Leads that get the apostrophe; the full-width ones are turned into ASCII by some East Asian set-ups."""


def guarded(text: str) -> str:
    """`text`, with an apostrophe in front if a spreadsheet might run it; leading spaces do not hide it."""
    return (
        "'" + text if text.startswith(DANGEROUS) or text.lstrip(" \u3000\xa0").startswith(DANGEROUS) else text
    )


def unguarded(field: str) -> str:
    """What `guarded` was given."""
    return field[1:] if field.startswith("'") else field


def render(sheet: Sheet, language: str = "en", zone: tzinfo = UTC) -> bytes:
    """Header and rows as UTF-8 with BOM and CRLF. Days and instants in ISO 8601, numbers with a plain point.

    Facts, notes and charts have no place in a table for programs and are left out.
    """
    target = StringIO(newline="")
    writer = csv.writer(target, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    with speaking(language):
        writer.writerow([guarded(plain(column.title)) for column in sheet.columns])
        writer.writerows([field(cell, zone) for cell in row] for row in sheet.rows)
    return target.getvalue().encode("utf-8-sig", "replace")


def field(cell: Cell, zone: tzinfo) -> str:
    """One field; a number is written bare, so that minus signs of numbers need no guard."""
    value = scalar(cell)
    if value is None:
        return ""
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else guarded(plain(value))

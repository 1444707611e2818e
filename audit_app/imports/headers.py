"""Where the table begins: title rows above the heading, two-row headings, generated second headings."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from audit_app.imports.values import Column, Merge, Row, letter, norm, text_of

SEARCHED = 40
"""How many filled rows from the top are looked at for a heading."""

_GENERATED = re.compile(r"^(column|spalte|colonne|columna|列)\s*\d+$", re.IGNORECASE)
_NUMBERISH = re.compile(r"^[\s\d.,:/%+()¥€$£年月日-]*\d[\s\d.,:/%+()¥€$£年月日-]*$")


@dataclass(frozen=True)
class Header:
    """Where the heading stands: row numbers as in the spreadsheet (``second`` for a two-row heading).

    ``how`` is ``words`` (known names found), ``shape`` (first full row of texts), ``hand`` (a person said
    so) or ``none``. ``after`` is the last row that belongs to the heading: data begin below it.
    """

    row: int | None
    second: int | None
    after: int
    how: str


NO_HEADER = Header(None, None, 0, "none")


def guess(rows: Sequence[Row], merges: Sequence[Merge], known: Collection[str] = ()) -> Header:
    """Guess the heading among the first filled rows of a sheet.

    ``known`` are names that a heading is likely to hold; a row with at least two of them wins. Otherwise it
    is the first row that is nearly as wide as the widest row of texts.
    """
    head = list(rows[:SEARCHED])
    if not head:
        return NO_HEADER
    names = {norm(word) for word in known} - {""}
    hits = [sum(norm(text_of(row.cell(index))) in names for index in row.filled) for row in head]
    if names and max(hits) >= 2:
        place, how = hits.index(max(hits)), "words"
    else:
        texts = [_texts(row) for row in head]
        widest = max(texts)
        if widest == 0:
            return NO_HEADER
        place, how = (
            next(i for i, count in enumerate(texts) if count >= max(0.75 * widest, min(2, widest))),
            "shape",
        )
    return around(rows, place, merges, how)


def around(rows: Sequence[Row], place: int, merges: Sequence[Merge], how: str) -> Header:
    """The heading at a place of ``rows`` with the row above or below that belongs to it."""
    first, second = rows[place].number, None
    if place > 0 and _is_pair(rows[place - 1], rows[place], merges):
        first, second = rows[place - 1].number, rows[place].number
    elif place + 1 < len(rows) and _is_pair(
        rows[place], rows[place + 1], merges, rows[place + 2 : place + 7]
    ):
        second = rows[place + 1].number
    after = second or first
    for row in rows:
        # Excel names the columns of a table without heading Column1, Column2, …: often in a hidden row.
        if after < row.number <= after + 3 and all(
            _GENERATED.match(text_of(row.cell(i))) for i in row.filled
        ):
            after = row.number
    return Header(first, second, after, how)


def _texts(row: Row) -> int:
    """How many cells could be names of columns: short texts that are no numbers or dates and occur once."""
    texts = [text_of(row.cell(index)) for index in row.filled if isinstance(row.cell(index), str)]
    names = {text for text in texts if len(text) <= 80 and not _NUMBERISH.match(text)}
    return len(names) if len(names) * 2 > len(row.filled) else 0


def _is_pair(upper: Row, lower: Row, merges: Sequence[Merge], data: Sequence[Row] | None = None) -> bool:
    """Whether two rows are one heading: groups above, names below, some names reaching over both rows.

    With ``data`` (the rows that follow) the lower row may be the first of the data itself: without merged
    cells it is then part of the heading only if it is the one row that leaves the reaching columns empty.
    """
    above, below = set(upper.filled), set(lower.filled)
    if lower.number != upper.number + 1 or len(above) < 2 or _texts(lower) < len(below):
        return False
    spans = [m for m in merges if m.top == upper.number == m.bottom and m.left in above and m.right > m.left]
    tall = {
        m.left for m in merges if m.top == upper.number and m.bottom == lower.number and m.left == m.right
    }
    if spans and any(m.left <= index <= m.right for m in spans for index in below):
        return bool(tall) or len(spans) > 1 or bool(above - below)
    reaching = above - below
    if data is not None and (not data or not all(reaching <= set(row.filled) for row in data)):
        return False
    return bool(reaching) and any(left < index for index in below - above for left in above)


def columns(rows: Sequence[Row], header: Header, merges: Sequence[Merge]) -> tuple[Column, ...]:
    """The columns that have a heading or hold something in ``rows``; two-row headings are joined by “ / ”."""
    by_number = {row.number: row for row in rows}
    top = by_number.get(header.row) if header.row else None
    low = by_number.get(header.second) if header.second else None
    used = {index for row in rows if row.number > header.after for index in row.filled}
    for row in (top, low):
        used |= set(row.filled) if row else set()
    found = []
    for index in sorted(used):
        parts = [_above(top, low, index, merges) if low else _name(top, index), _name(low, index)]
        parts = [part for i, part in enumerate(parts) if part and part not in parts[:i]]
        found.append(Column(index, letter(index), " / ".join(parts)))
    return tuple(found)


def _name(row: Row | None, index: int) -> str:
    return re.sub(r"\s+", " ", text_of(row.cell(index))) if row else ""


def _above(top: Row | None, low: Row, index: int, merges: Sequence[Merge]) -> str:
    """The group name over a column: of its merged area, or of the nearest filled cell to the left."""
    if top is None or _name(top, index):
        return _name(top, index)
    over = [m for m in merges if m.top <= top.number <= m.bottom and m.right > m.left]
    if over:
        return next((_name(top, m.left) for m in over if m.left <= index <= m.right), "")
    lefts = [left for left in top.filled if left < index]
    return _name(top, lefts[-1]) if lefts and _name(low, index) else ""

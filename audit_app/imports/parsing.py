"""Numbers, dates, months, choices and yes/no as people write them, in English and in Chinese.

Some writings can be read in two ways (03/04/2026; 1.234). The rest of the column decides where it can: see
:func:`day_order` and :func:`decimal_mark`. Where it cannot, nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.imports.values import Cell, norm, number_text, text_of

MISSING = frozenset(
    {
        "",
        "-",
        "--",
        "–",
        "—",
        "/",
        "?",
        "n/a",
        "na",
        "n.a.",
        "none",
        "null",
        "nil",
        "tbd",
        "无",
        "不适用",
        "暂无",
    }
)
_YES = frozenset({"yes", "y", "true", "1", "x", "是", "有", "对", "√", "✓", "✔", "☑"})
_NO = frozenset({"no", "n", "false", "0", "否", "没有", "错", "×", "✗", "✘", "☐"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG = ("january february march april may june july august september october november december").split()
_TIME = (
    r"(?:(?:[ t,]+|(?<=日))(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<ap>[ap]m)?\s*(?P<zone>z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(
    rf"^(?P<y>\d{{4}})\s*[-/.年]\s*(?P<m>\d{{1,2}})\s*[-/.月]\s*(?P<d>\d{{1,2}})\s*日?{_TIME}$"
)
_COMPACT = re.compile(rf"^(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d){_TIME}$")
_YEAR_LAST = re.compile(rf"^(?P<a>\d{{1,2}})(?P<mark>[-/.])(?P<b>\d{{1,2}})(?P=mark)(?P<y>\d{{4}}){_TIME}$")
_DAY_NAME = re.compile(rf"^(?P<d>\d{{1,2}})[\s.-]+(?P<name>[a-z]+)[\s.,-]+(?P<y>\d{{4}}){_TIME}$")
_NAME_DAY = re.compile(rf"^(?P<name>[a-z]+)\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}}){_TIME}$")
_SHORT_YEAR = re.compile(r"^(\d{1,2}[-/.]\d{1,2}[-/.]\d{2}|[a-z]+[-/ .']+\d{2}|\d{1,2}[- ][a-z]+[- ]\d{2})$")
_MONTH_FORMS = (
    re.compile(r"^(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*(?:月份?)?$"),
    re.compile(r"^(?P<y>(?:19|20)\d\d)(?P<m>\d\d)$"),
    re.compile(r"^(?P<m>\d{1,2})\s*[-/.]\s*(?P<y>\d{4})$"),
    re.compile(r"^(?P<name>[a-z]+)[\s.,/'-]*(?P<y>\d{4})$"),
    re.compile(r"^(?P<y>\d{4})[\s.,/-]+(?P<name>[a-z]+)$"),
)


class Unreadable(Exception):
    """A cell that cannot be read as its kind; ``words`` say why."""

    def __init__(self, words: Any) -> None:
        super().__init__(words)
        self.words = words


class Ambiguous(Unreadable):
    """A date whose day and month could be either way round, and nothing in the column tells which."""


def plain(value: Cell) -> str:
    """Text with full-width forms folded and blanks evened out, in small letters."""
    text = unicodedata.normalize("NFKC", text_of(value)).replace("\u2212", "-")
    return re.sub(r"\s+", " ", text).strip().lower()


def is_missing(value: Cell) -> bool:
    """Whether a cell says “nothing here” (empty, “-”, “n/a”, “不适用”, …)."""
    return value is None or (isinstance(value, str) and plain(value) in MISSING)


def _excel_error(text: str) -> None:
    if re.match(r"^#(n/a|ref!|div/0!|value!|name\?|num!|null!)$", text):
        raise Unreadable(_l("Excel shows an error here (%(value)s).", value=text.upper()))


# --- numbers ------------------------------------------------------------------------------------------------


def _bare(value: Cell) -> str:
    """The number without currency, percent sign, blanks and apostrophes; brackets mean a negative number."""
    text = plain(value)
    text = re.sub(r"^[¥€$£]|(?:%|‰|[¥€$£])$", "", re.sub(r"\s*%$", "", text)).strip()
    if match := re.match(r"^\((.*)\)$", text):
        text = "-" + match[1].strip()
    return re.sub(r"(?<=\d)[ '’](?=\d{3})", "", text)


def decimal_mark(values: Iterable[Cell]) -> str:
    """The decimal mark that the column shows: ``"."``, ``","``, ``"both"`` (a contradiction) or ``""``."""
    seen = {mark for value in values if isinstance(value, str) and (mark := _own_mark(_bare(value)))}
    return "both" if len(seen) > 1 else next(iter(seen), "")


def _own_mark(text: str) -> str:
    """The decimal mark that a single number gives away, or an empty text."""
    body = text.lstrip("+-")
    for mark, group in ((".", ","), (",", ".")):
        m, g = re.escape(mark), re.escape(group)
        if re.fullmatch(rf"\d{{1,3}}(?:{g}\d{{3}})+{m}\d+|\d{{1,3}}(?:{g}\d{{3}}){{2,}}", body):
            return mark
        if re.fullmatch(rf"\d*{m}\d+", body) and not re.fullmatch(rf"[1-9]\d{{0,2}}{m}\d{{3}}", body):
            return mark
    return ""


def number(value: Cell, mark: str = "") -> Decimal:
    """A number as a Decimal; “12 %” is 12. ``mark`` is the column's :func:`decimal_mark`.

    Without any evidence 1,234 is 1234 and 1.234 is 1.234 (English and Chinese habit); if the column
    contradicts itself, such a number is refused. Raises :class:`Unreadable`.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(number_text(value) if isinstance(value, float) else value)
    _excel_error(plain(value))
    text = _bare(value)
    own = _own_mark(text)
    if not own and mark == "both" and re.search(r"[.,]", text):
        raise Unreadable(
            _l(
                "“%(value)s” can be read in two ways, and the column uses both comma and point for decimals.",
                value=text_of(value),
            )
        )
    point = own or mark or "."
    group = "," if point == "." else "."
    if not re.fullmatch(
        rf"[+-]?(?:\d+|\d{{1,3}}(?:{re.escape(group)}\d{{3}})+)?(?:{re.escape(point)}\d+)?(?:e[+-]?\d+)?",
        text,
    ):
        raise Unreadable(_l("“%(value)s” is not a number.", value=text_of(value)))
    try:
        return Decimal(text.replace(group, "").replace(point, "."))
    except InvalidOperation:
        raise Unreadable(_l("“%(value)s” is not a number.", value=text_of(value))) from None


# --- dates --------------------------------------------------------------------------------------------------


def day_order(values: Iterable[Cell]) -> bool | str | None:
    """How the column writes 03/04/2026: True day first, False month first, ``"mixed"``, None unknown."""
    seen: set[bool] = set()
    for value in values:
        match = _YEAR_LAST.match(plain(value)) if isinstance(value, str) else None
        if match and match["mark"] != ".":
            if int(match["a"]) > 12:
                seen.add(True)
            elif int(match["b"]) > 12:
                seen.add(False)
    return "mixed" if len(seen) > 1 else next(iter(seen), None)


def moment(value: Cell, day_first: bool | str | None = None) -> datetime:
    """A date, with its time if it has one (else midnight); aware only if the text names a zone.

    Raises :class:`Ambiguous` when day and month cannot be told apart, :class:`Unreadable` for anything else.
    """
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    text = plain(value)
    _excel_error(text)
    for form in (_YEAR_FIRST, _COMPACT, _DAY_NAME, _NAME_DAY):
        if isinstance(value, str) and (match := form.match(text)):
            return _moment(match, *_parts(match), value)
    if isinstance(value, str) and (match := _YEAR_LAST.match(text)):
        a, b, year = int(match["a"]), int(match["b"]), int(match["y"])
        first = _is_day_first(a, b, match["mark"], day_first, value)
        return _moment(match, year, *((b, a) if first else (a, b)), value)
    if isinstance(value, str) and _SHORT_YEAR.match(text):
        raise Unreadable(_l("“%(value)s”: write the year with four digits.", value=text_of(value)))
    raise _no_date(value)


def _no_date(value: Cell) -> Unreadable:
    return Unreadable(_l("“%(value)s” is not a date (write it as 2026-03-31).", value=text_of(value)))


def _is_day_first(a: int, b: int, mark: str, day_first: bool | str | None, value: Cell) -> bool:
    if mark == "." or a == b:
        return True
    if isinstance(day_first, bool):
        return day_first
    if a > 12 or b > 12:
        return a > 12
    raise Ambiguous(
        _l(
            "“%(value)s” can be read in two ways: choose whether the day or the month comes first.",
            value=text_of(value),
        )
    )


def _parts(match: "re.Match[str]") -> tuple[int, int, int]:
    """Year, month and (where the form has one) day of a match; month 0 when its name is none."""
    found = match.groupdict()
    month = _month_number(found["name"]) if found.get("name") else int(found["m"])
    return int(found["y"]), month, int(found.get("d") or 1)


def _month_number(name: str) -> int:
    if name == "sept":
        return 9
    names = _MONTHS if len(name) == 3 else _LONG
    return names.index(name) + 1 if name in names else 0


def _moment(match: "re.Match[str]", year: int, month: int, day: int, value: Cell) -> datetime:
    hour, minute, second = (int(match[part] or 0) for part in ("h", "min", "s"))
    if match["ap"]:
        hour = hour % 12 + (12 if match["ap"] == "pm" else 0)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(match["zone"]))
    except ValueError:
        raise Unreadable(_l("“%(value)s” is not a day of the calendar.", value=text_of(value))) from None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text == "z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def month(value: Cell, day_first: bool | str | None = None) -> date:
    """The first day of a month written as 2026-03, 2026年3月, Mar 2026, 03/2026, or of any date in it.

    Raises :class:`Ambiguous` or :class:`Unreadable`.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = plain(value)
    for form in _MONTH_FORMS:
        match = form.match(text) if isinstance(value, str) else None
        if match and 1 <= (parts := _parts(match))[1] <= 12 and parts[0] > 0:
            return date(parts[0], parts[1], 1)
    try:
        return moment(value, day_first).date().replace(day=1)
    except Ambiguous:
        raise
    except Unreadable as error:
        if isinstance(value, str) and _SHORT_YEAR.match(text):
            raise
        raise Unreadable(
            _l("“%(value)s” is not a month (write it as 2026-03).", value=text_of(value))
        ) from error


# --- yes/no and choices -------------------------------------------------------------------------------------


def truth(value: Cell) -> bool:
    """Yes or no, in English, Chinese or ticks. Raises :class:`Unreadable`."""
    if isinstance(value, bool):
        return value
    text = plain(value)
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise Unreadable(_l("“%(value)s” is neither yes nor no.", value=text_of(value)))


def choice(value: Cell, choices: Mapping[str, Iterable[str]]) -> str:
    """The stored value that the cell names. Raises :class:`Unreadable` listing what is known."""
    text = norm(text_of(value))
    for stored, names in choices.items():
        if text in {norm(stored), *(norm(name) for name in names)}:
            return stored
    known = ", ".join(next(iter(names), stored) for stored, names in choices.items())
    raise Unreadable(_l("“%(value)s” is none of: %(known)s.", value=text_of(value), known=known))

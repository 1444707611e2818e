"""Small plain values that sheets, documents and charts share: words, tones, links and badges.

Nothing here knows how to draw itself. Words may be lazy translations: they are made into text while a
renderer runs, in the language of the document and not in that of the person who asked for it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

Words: TypeAlias = str | LazyString
"""Text, or a lazy translation that becomes text in the language of the document."""

Scalar: TypeAlias = Words | int | float | Decimal | date | datetime | bool | None
"""What a cell may hold without further ado. `date` means a day, `datetime` an instant."""

TONES = ("good", "warn", "bad", "info", "neutral")
"""The meanings a colour may carry. Colour never stands alone: the word is always there beside it."""

_ALIASES = {
    "green": "good", "success": "good", "ok": "good", "positive": "good",
    "yellow": "warn", "amber": "warn", "orange": "warn", "warning": "warn",
    "red": "bad", "danger": "bad", "error": "bad", "critical": "bad",
    "blue": "info", "azure": "info", "primary": "info", "progress": "info", "active": "info",
}  # fmt: skip


def tone_of(name: str) -> str:
    """The tone called `name` or known by that colour name; an unknown name is neutral, never an error."""
    return name if name in TONES else _ALIASES.get(name, "neutral")


def plain(words: object) -> str:
    """The text of a str, a lazy string or any other value; None is the empty text."""
    return "" if words is None else str(words)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Resolve lazy words in `language` ("zh_Hans_CN", "en") inside the block; harmless without an app."""
    with force_locale(language):
        yield


def days(first: date, last: date) -> str:
    """A day, or two and what lies between: 2026-05-14 – 2026-05-18."""
    return first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}"


def comma() -> str:
    """What stands between words in a row: a comma, or 、 in Chinese."""
    locale = get_locale()
    return "、" if locale is not None and locale.language == "zh" else ", "


def pause() -> str:
    """What stands between a thing and what is said beside it: a comma, or that of Chinese."""
    locale = get_locale()
    return "，" if locale is not None and locale.language == "zh" else ", "


def listed(words: Iterable[object]) -> str:
    """Words in a row, as the language puts them: see :func:`comma`."""
    return comma().join(map(str, words))


def one_by_one(phrases: Iterable[str]) -> str:
    """Phrases that hold commas themselves in a row, with the semicolon of the language."""
    locale = get_locale()
    return ("；" if locale is not None and locale.language == "zh" else "; ").join(phrases)


def titled(title: str, text: str) -> str:
    """A title and what belongs to it, with the colon of the language."""
    locale = get_locale()
    return f"{title}：{text}" if locale is not None and locale.language == "zh" else f"{title}: {text}"


def named_role(name: str, role: str) -> str:
    """A person and what they do, in the brackets of the language."""
    locale = get_locale()
    return f"{name}（{role}）" if locale is not None and locale.language == "zh" else f"{name} ({role})"


def yes_or_no(value: bool) -> str:
    """A truth value as people write it."""
    return str(_("Yes") if value else _("No"))


def is_chinese(language: str) -> bool:
    """Whether the language of a document is written in Chinese characters."""
    return language.lower().startswith("zh")


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to an address (`url`) or to another sheet of the workbook (`sheet`, its title)."""

    text: Words
    url: str = ""
    sheet: Words = ""


@dataclass(frozen=True, slots=True)
class Digits:
    """A number with digits and a unit of its own, for columns that hold several kinds of numbers."""

    value: int | float | Decimal | None
    decimals: int = 0
    unit: Words = ""


@dataclass(frozen=True, slots=True)
class Tone:
    """A value on a coloured ground, as traffic lights in sheets; the value says what the colour says."""

    value: Scalar | Digits
    tone: str = "neutral"


def inner(cell: object) -> Any:
    """The value within a link or a toned cell: what a sheet keeps of it. ``Digits`` stay."""
    if isinstance(cell, Link):
        return cell.text
    return cell.value if isinstance(cell, Tone) else cell


def scalar(cell: object) -> Any:
    """The bare value of any cell of a sheet: numbers without digits and unit, texts without link."""
    found = inner(cell)
    return found.value if isinstance(found, Digits) else found


@dataclass(frozen=True, slots=True)
class Badge:
    """A word with a shape and a colour, for states in documents: ● good, ▲ warn, ■ bad, ◆ info, ○ neutral."""

    text: Words
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class Pen:
    """What somebody signed on a screen: strokes of points inside a `size`, and what stands beneath them."""

    strokes: tuple[Any, ...]
    size: tuple[float, float]
    text: Words = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A box, ticked or empty, drawn as a shape, with optional words to its right."""

    done: bool
    text: Words = ""


@dataclass(frozen=True, slots=True)
class Strong:
    """Words in bold inside a cell of a grid."""

    text: Words

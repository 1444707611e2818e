"""From the facts of a pack to words, in the language now in force."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _

from audit_app.accounts.models import in_reader_language
from audit_app.core.rounding import half_up
from audit_app.reviews.pack import Column, Figure, Many, Month, Name, Said, Toned, Value
from audit_app.reviews.phrases import UNITS, phrase

DASH = "–"
NBSP = "\u00a0"
"""A number and its unit stay on one line."""


def chinese() -> bool:
    """Whether the language in force is Chinese."""
    locale = get_locale()
    return locale is not None and locale.language == "zh"


def tell(value: Value) -> str:
    """Any value of a pack as text. Days in ISO 8601, months as 2026-01, no value as a dash."""
    if value is None:
        return DASH
    if isinstance(value, str):
        return value
    if isinstance(value, Said):
        words = str(phrase(value.key))
        return (
            words % {name: tell(each) for name, each in value.facts}
            if value.facts
            else words.replace("%%", "%")
        )
    if isinstance(value, Figure):
        return tell_figure(value)
    if isinstance(value, Name):
        return in_reader_language(value.en, value.zh)
    if isinstance(value, Month):
        return f"{value.first:%Y-%m}"
    if isinstance(value, Toned):
        return tell(value.value)
    if isinstance(value, Many):
        return ("、" if chinese() else ", ").join(tell(each) for each in value.values)
    return _tell_plain(value)


def _tell_plain(value: int | Decimal | date | datetime) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(format_decimal(value))
    return str(format_decimal(value, format="#,##0"))


def tell_figure(figure: Figure) -> str:
    """A number with its digits and unit; a dash for no data."""
    if figure.value is None:
        return DASH
    pattern = "#,##0" + ("." + "0" * figure.decimals if figure.decimals else "")
    unit = tell_unit(figure.unit)
    number = str(format_decimal(half_up(figure.value, figure.decimals), format=pattern)).replace("-", "−")
    return f"{number}{NBSP}{unit}" if unit else number


NUMERIC = frozenset({"int", "number", "percent", "figure"})
"""Kinds of columns that hold figures."""


def tell_cell(value: Value, column: Column) -> str:
    """A cell of a table: the digits of its column where that has some, else its own with their unit."""
    within = value.value if isinstance(value, Toned) else value
    if isinstance(within, Figure):
        return tell(Figure(within.value, within.decimals) if column.kind == "number" else within)
    if isinstance(within, int | Decimal) and column.kind in ("number", "percent"):
        return tell(Figure(Decimal(within), column.decimals))
    return tell(within)


def tell_unit(unit: str) -> str:
    """The words of a unit; a unit of one's own as it is."""
    return str(UNITS.get(unit, unit))


NOT_MEASURED = "-"
"""Movement of a light that no indicator stands behind."""


def tell_movement(word: str) -> str:
    """What the signals say; "" stands in packs of before for no clear trend."""
    if word == NOT_MEASURED:
        return DASH
    return str(phrase(f"movement.{word}" if word else "value.no_trend"))


def tell_moment(moment: datetime | None, zone: str) -> str:
    """A moment to the minute on the organisation's clocks."""
    return DASH if moment is None else f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


NAMED = 12
"""Names of a distribution list that a cover holds."""


def tell_distribution(names: tuple[str, ...], most: int = NAMED) -> str:
    """To whom a pack goes, in one line; a list without names means those who took part."""
    if not names:
        return _("Those who took part.")
    more = len(names) - most
    told = ("、" if chinese() else ", ").join(names[:most])
    return told if more <= 0 else _("%(words)s, +%(count)s more", words=told, count=more)


def tone_of(value: Value) -> str:
    """The tone of a value; "" for none."""
    return value.tone if isinstance(value, Toned) else ""


def bare(value: Value) -> Any:
    """A value as a sheet keeps it: numbers and days stay what they are, all else becomes words."""
    if isinstance(value, Toned):
        return bare(value.value)
    if isinstance(value, Figure):
        return value.value
    if isinstance(value, Month):
        return value.first
    if value is None or isinstance(value, int | Decimal | date | datetime):
        return value
    return tell(value)

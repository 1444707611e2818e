"""One way to round what is shown, so that page, paper and workbook never differ in the last digit."""

from decimal import ROUND_HALF_UP, Context, Decimal

WIDE = Context(prec=400, rounding=ROUND_HALF_UP)
"""Room for every digit of the largest float."""


def half_up(value: int | float | Decimal, decimals: int) -> Decimal:
    """A number with so many digits after the point, halves away from nothing: as spreadsheets show it.

    Python rounds halves to the even digit and a binary fraction by what it really is; a workbook
    shows 7.05 as 7.1. A float counts as the shortest text that names it. The value is finite.
    """
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return exact.quantize(Decimal(1).scaleb(-decimals), context=WIDE)

"""Which limits an indicator gets: by its unit, its numerator and its denominator."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from audit_app.indicators.behaviour import Kind
from audit_app.indicators.reading import behave


@dataclass
class Told:
    """A month as the limits take it."""

    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None


def counts(*values: int) -> list[Told]:
    return [Told(Decimal(each)) for each in values]


@pytest.mark.parametrize(
    ("points", "unit", "kind"),
    [
        (counts(*[1, 2, 0, 1, 3, 1, 0, 2, 1, 1]), "n", Kind.U),
        (counts(*[0, 0, 1, 0, 0, 2, 0, 0, 1, 0]), "n", Kind.TOO_FEW_CASES),
        (counts(*[240, 255, 238, 260, 244, 251, 247, 239, 258, 246]), "n", Kind.XMR),
        (counts(*[1, 2, 0, 1, 3, 1, 0, 2, 1, 1]), "h", Kind.XMR),
        (
            [Told(Decimal(95), Decimal(19), Decimal(20)), Told(Decimal(85), Decimal(17), Decimal(20))] * 5,
            "%",
            Kind.P,
        ),
        ([Told(Decimal(95), Decimal(190), Decimal(200))] * 10, "%", Kind.XMR),
    ],
)
def test_few_events_and_few_cases_get_their_own_limits(points: list[Told], unit: str, kind: Kind) -> None:
    assert behave(points, unit).stretches[0].kind is kind


def test_a_month_without_value_is_a_gap() -> None:
    found = behave([*counts(*[1] * 9), Told(None), None], "n")
    assert found.stretches[0].known == 9

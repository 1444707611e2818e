"""One plain value for every chart. `chart_pdf`, `chart_xlsx` and `chart_json` draw it; nobody else needs to.

A gap (None) in a series stays a gap: it is never joined, never drawn as zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from flask_babel import gettext as _

from .values import Words

Kind: TypeAlias = Literal["line", "bar", "stacked"]
Number: TypeAlias = float | int | None


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of bars. `values`: one per label, None is a gap. `tone` as in values.TONES.

    A `stepped` line is no measurement: it is drawn in steps without marks, as an end of a band is.
    """

    name: Words
    values: tuple[Number, ...]
    tone: str = ""
    stepped: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Natural process limits of the first series, in the unit of the chart: one entry per point.

    They change where the process changed, and from point to point where the number of cases does; None where
    there are none (too few values) and where a limit cannot be reached (below 0, above 100 %).
    """

    lower: tuple[Number, ...]
    centre: tuple[Number, ...]
    upper: tuple[Number, ...]

    @classmethod
    def level(cls, lower: Number, centre: Number, upper: Number, points: int) -> "Limits":
        """The same limits at every point."""
        return cls((lower,) * points, (centre,) * points, (upper,) * points)

    @property
    def lines(self) -> tuple[tuple[str, tuple[Number, ...]], ...]:
        """Lower limit, mean and upper limit by name, in the language in force; without empty ones."""
        named = ((_("Lower limit"), self.lower), (_("Mean"), self.centre), (_("Upper limit"), self.upper))
        return tuple((name, line) for name, line in named if any(value is not None for value in line))


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as a plain value.

    labels           one per point, in order, already in the reader's words ("2026-01", "Jan 2026", "Site A")
    target           one number for all points, or one per point (it may change; None where there was none)
    limits           natural process limits of the first series, or None
    signals          indices of points of the first series that are signals; they are ringed
    cases            per point: how many cases stand behind it (12), or numerator and denominator ((11, 12))
    source           where the figures come from: printed under the chart with the number of cases
    higher_is_better which way is good, for the words beside the target; None says nothing
    decimals         how many digits after the point the figures carry
    """

    kind: Kind
    title: Words
    labels: tuple[Words, ...]
    series: tuple[Series, ...]
    unit: Words = ""
    target: float | tuple[Number, ...] | None = None
    limits: Limits | None = None
    signals: tuple[int, ...] = ()
    decimals: int = 0
    source: Words = ""
    cases: tuple[int | tuple[int, int] | None, ...] = ()
    higher_is_better: bool | None = None

    def __post_init__(self) -> None:
        """Refuse (ValueError) series, targets or cases that do not have one entry per label."""
        points = len(self.labels)
        for name, length in [(str(one.name), len(one.values)) for one in self.series] + self._others():
            if length != points:
                raise ValueError(f"chart: {name!r} has {length} entries for {points} labels")
        if any(not 0 <= index < points for index in self.signals):
            raise ValueError("chart: a signal points outside the labels")

    def _others(self) -> list[tuple[str, int]]:
        found = [("target", len(self.target))] if isinstance(self.target, tuple) else []
        if self.limits is not None:
            found += [
                ("limits", len(line)) for line in (self.limits.lower, self.limits.centre, self.limits.upper)
            ]
        return found + ([("cases", len(self.cases))] if self.cases else [])

    @property
    def targets(self) -> tuple[Number, ...]:
        """The target at each point; empty when there is none at all."""
        if self.target is None:
            return ()
        return self.target if isinstance(self.target, tuple) else (self.target,) * len(self.labels)

    @property
    def is_empty(self) -> bool:
        """Whether there is not a single value to draw."""
        return not any(value is not None for one in self.series for value in one.values)

    @property
    def case_count(self) -> int | None:
        """All cases behind the chart (denominators where there are two numbers); None when not told."""
        told = [case for case in self.cases if case is not None]
        known = [case[1] if isinstance(case, tuple) else case for case in told]
        return sum(known) if known else None


def line(title: Words, labels: Sequence[Words], values: Sequence[Number], unit: Words = "") -> Chart:
    """The most common chart: one line named like the chart itself."""
    return Chart("line", title, tuple(labels), (Series(title, tuple(values)),), unit=unit)

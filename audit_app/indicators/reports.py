"""What an import says of itself: the same lines on the command line, in the preview and in the list of
imports.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from audit_app.core.rounding import half_up
from audit_app.indicators.models import Import, Indicator, Meaning
from audit_app.indicators.periods import Month

SHOWN = 50
"""So many problems are named one by one; the others are counted."""


@dataclass(frozen=True)
class Line:
    """One figure of one month, as it is shown: of an indicator, or of an earlier definition of it."""

    indicator: Any
    month: Month
    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The value rounded to the indicator's decimals, with its unit."""
        return shown(self.indicator, self.value)

    @property
    def parts(self) -> str:
        """ "3,586 / 8,995", or nothing for a plain count."""
        if self.denominator is None:
            return ""
        upper = "" if self.numerator is None else figure(self.numerator, 0 if whole(self.numerator) else 2)
        lower = figure(self.denominator, 0 if whole(self.denominator) else 2)
        return f"{upper} / {lower}" if upper else f"n = {lower}"

    def __str__(self) -> str:
        parts = f" ({self.parts})" if self.parts else ""
        return f"{self.month} {self.indicator.code} {self.shown}{parts}"


def whole(number: Decimal) -> bool:
    """Whether there is nothing after the point."""
    return number == number.to_integral_value()


def figure(number: Decimal | float, decimals: int) -> str:
    """A number with thousands marks and fixed decimals, half rounded up as people do."""
    return f"{half_up(number, decimals):,}"


def shown(indicator: Indicator | Meaning, value: Decimal | float | None) -> str:
    """A value with its unit: "39.86 %", "240.84 h", "8,995"; a dash for no data."""
    if value is None:
        return "–"
    unit = {"n": "", "currency": "", "score": ""}.get(indicator.unit, indicator.unit)
    return f"{figure(value, indicator.decimals)} {unit}".strip()


@dataclass(frozen=True)
class Change:
    """One month that an import would write: the value that stands there, and the one that would.

    ``closed`` says why the month is closed: the value is then only proposed.
    """

    indicator: Indicator
    month: Month
    old: Decimal | None
    new: Decimal | None
    new_row: bool = False
    closed: Any = ""

    @property
    def seen(self) -> bool:
        """Whether a reader would see another value than before; a month that was empty is no change."""
        return not self.new_row and self.old is not None and self.old != self.new

    @property
    def before(self) -> str:
        """The value that stands there, with its unit."""
        return shown(self.indicator, self.old)

    @property
    def after(self) -> str:
        """The value that would stand there."""
        return shown(self.indicator, self.new)

    def __str__(self) -> str:
        return f"{self.month} {self.indicator.code} {self.before} → {self.after}"


@dataclass(frozen=True)
class Delta:
    """What a file brings against what is stored, counted in tickets, outages or values.

    ``gone`` stood in an earlier file of the same name, over the same time, and is not in this one;
    ``taken_out`` says that it is to be removed.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    taken_out: bool = False


@dataclass(frozen=True)
class Trouble:
    """One thing wrong with a file: where, what was there, and why it was not taken."""

    row: int
    where: str
    value: str
    words: Any

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        value = f" “{self.value[:80]}”" if self.value else ""
        return _(
            "Row %(row)s, %(place)s%(words)s%(value)s",
            row=self.row,
            place=place,
            words=self.words,
            value=value,
        )


@dataclass(frozen=True)
class Report:
    """What an import did, or (as a preview, ``stored`` None) would do."""

    filename: str
    rows: int
    taken: int
    taken_words: Any
    figures: Sequence[Line]
    problems: Sequence[Trouble] = ()
    notes: Sequence[Any] = ()
    stored: Import | None = None
    sha256: str = ""
    changed: int = 0
    problem_count: int = 0
    delta: Delta | None = None
    changes: Sequence[Change] = ()

    @property
    def wrong(self) -> int:
        """How many problems there are, those that were only counted too."""
        return max(self.problem_count, len(self.problems))

    @property
    def corrections(self) -> list[Change]:
        """The months whose value would be another one than what people have seen."""
        return [each for each in self.changes if each.seen]

    @property
    def proposed(self) -> list[Change]:
        """The closed months: what the file says of them is proposed, and somebody else approves it."""
        return [each for each in self.changes if each.closed]

    @property
    def told(self) -> list[Change]:
        """The months to be looked at before anything happens: seen values, and closed months."""
        return [each for each in self.changes if each.seen or each.closed]

    @property
    def months(self) -> list[Month]:
        """The months that have figures, in order."""
        return sorted({line.month for line in self.figures})

    @property
    def indicators(self) -> list[Indicator]:
        """The indicators that have figures, in the order of the first."""
        return list({line.indicator.code: line.indicator for line in self.figures}.values())

    def grid(self) -> list[tuple[Indicator, list[Line | None]]]:
        """Figures by indicator (rows) and month (columns)."""
        found = {(line.indicator.code, line.month): line for line in self.figures}
        return [(each, [found.get((each.code, month)) for month in self.months]) for each in self.indicators]

    def lines(self) -> list[str]:
        """The report in sentences and figures, for the command line."""
        months = self.months
        words = [
            _("File: %(name)s (SHA-256 %(hash)s)", name=self.filename, hash=self.sha256[:12]),
            _("Rows read: %(rows)s", rows=f"{self.rows:,}") + f"; {self.taken_words}",
        ]
        if months:
            span = str(months[0]) if len(months) == 1 else f"{months[0]} – {months[-1]}"
            words.append(_("Months: %(span)s (%(count)s with data)", span=span, count=len(months)))
        if self.delta is not None:
            words.append(
                _(
                    "Against what is stored: %(new)s new, %(changed)s changed, %(same)s unchanged, "
                    "%(gone)s no longer in the file",
                    new=f"{self.delta.new:,}",
                    changed=f"{self.delta.changed:,}",
                    same=f"{self.delta.same:,}",
                    gone=f"{self.delta.gone:,}",
                )
            )
        words += [
            _("Proposed, because the month is closed: %(change)s", change=each)
            if each.closed
            else _("Changed: %(change)s", change=each)
            for each in self.told
        ]
        words += [str(note) for note in self.notes]
        words += [str(line) for line in self.figures]
        if self.problems:
            words.append(ngettext("%(num)d problem:", "%(num)d problems:", self.wrong))
            words += [str(problem) for problem in self.problems[:SHOWN]]
            if self.wrong > SHOWN:
                words.append(_("… and %(count)s more.", count=self.wrong - SHOWN))
        return words

"""The facts of very many tickets that the measures need, 33 bytes each, to be asked month by month."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from audit_app.indicators.measures import Cases
from audit_app.indicators.moments import SECOND, instant, moment_of
from audit_app.indicators.periods import Month, Span
from audit_app.indicators.ticket_rows import Plain

NEVER = -(2**63)
QUARTER = 900 * SECOND
"""A quarter of an hour lies in one month, whatever the zone."""
_MET = (False, True, None)


class Tally:
    """Facts by columns; moments are instants."""

    def __init__(self) -> None:
        self._opened, self._resolved, self._closed, self._responded = (array("q") for _name in range(4))
        self._met, self._reopened = array("b"), array("b")

    def noting(self, rows: Iterable[Plain]) -> Iterator[Plain]:
        """The same tickets; their facts are noted as they go by."""
        opens, resolves, closes = self._opened.append, self._resolved.append, self._closed.append
        responds, meets, reopens = self._responded.append, self._met.append, self._reopened.append
        for row in rows:
            _number, opened, resolved, closed, met, reopened, _p, _c, _s, responded = row
            opens(opened)
            resolves(NEVER if resolved is None else resolved)
            closes(NEVER if closed is None else closed)
            responds(NEVER if responded is None else responded)
            meets(2 if met is None else met)
            reopens(reopened)
            yield row

    def add(self, rows: Iterable[Plain]) -> None:
        """Take tickets in."""
        for _row in self.noting(rows):
            pass

    def copy(self) -> "Tally":
        """One that can be added to by itself."""
        made = Tally()
        for name, column in vars(self).items():
            getattr(made, name).extend(column)
        return made

    def span(self) -> Span | None:
        """The first and the last moment at which a ticket was opened; None without tickets."""
        return Span(*map(moment_of, (min(self._opened), max(self._opened)))) if self._opened else None

    def months(self, zone: Any) -> set[Month]:
        """The months in which tickets were opened, by the clock of a zone."""
        quarters = {opened // QUARTER for opened in self._opened}
        return {Month.of(moment_of(quarter * QUARTER).astimezone(zone)) for quarter in quarters}

    def by_month(self, spans: dict[Month, Span]) -> Iterator[tuple[Month, Span, Cases]]:
        """For each month, in their order, the tickets opened before its end that were opened, open or
        finished in it.
        """
        starts = [instant(span.start) for span in spans.values()]
        ends = [instant(span.end) for span in spans.values()]
        places = [array("l") for _span in spans]
        rows = zip(self._opened, self._resolved, self._closed, strict=True)
        for place, (opened, resolved, closed) in enumerate(rows):
            first = bisect_right(ends, opened)
            end = resolved if resolved != NEVER else closed
            last = len(starts) if end == NEVER else bisect_right(starts, max(end, opened))
            for at in range(first, last):
                places[at].append(place)
        for (month, span), mine in zip(spans.items(), places, strict=True):
            yield month, span, self._cases(mine)

    def _cases(self, places: Sequence[int]) -> Cases:
        opened, met, reopened = self._opened, self._met, self._reopened
        return Cases(
            [opened[place] for place in places],
            _later(self._resolved, places),
            _later(self._closed, places),
            _later(self._responded, places),
            [_MET[met[place]] for place in places],
            [reopened[place] == 1 for place in places],
        )


def _later(column: Sequence[int], places: Sequence[int]) -> list[int | None]:
    return [None if (moment := column[place]) == NEVER else moment for place in places]

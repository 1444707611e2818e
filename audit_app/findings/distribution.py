"""Nonconformities by clause and department (不符合项分布表): table, paper, sheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from audit_app.accounts.models import in_reader_language
from audit_app.exports.document import Block, Grid, GridColumn
from audit_app.exports.sheet import Column, Sheet
from audit_app.exports.values import Strong, titled
from audit_app.findings import queries
from audit_app.findings.chart_figures import NONE, Cell


@dataclass(frozen=True)
class Spot:
    """A cell of the table: all and major nonconformities, and the address of their rows."""

    count: int
    major: int
    address: str

    @property
    def told(self) -> str:
        """Major + minor; a dash for none."""
        return f"{self.major} + {self.count - self.major}" if self.count else "–"


@dataclass(frozen=True)
class Table:
    """``departments``: names of the columns; ``rows``: a clause with its cells and their sum."""

    departments: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Spot, ...]], ...]
    totals: tuple[Spot, ...]

    def blocks(self) -> list[Block]:
        """The table on paper."""
        columns = (
            GridColumn(_("Clause"), 1.6),
            *(GridColumn(name, 2, "centre") for name in self.departments),
            GridColumn(_("Total"), 1.4, "centre"),
        )
        rows = tuple((Strong(clause), *(each.told for each in spots)) for clause, spots in self.rows)
        sums = (_("Total"), *(each.told for each in self.totals)) if rows else ()
        caption = _("Major + minor nonconformities by clause and department.")
        empty = _("No nonconformity in this selection.")
        return [Grid(columns, rows, total=sums, compact=True, caption=caption, empty=empty)]

    def sheet(self, facts: Sequence[tuple[str, str]]) -> Sheet:
        """The table as a sheet, major and minor in columns of their own."""
        columns = (
            Column(_("Clause"), width=18),
            *(
                Column(titled(name, grade), "int", width=16)
                for name in self.departments
                for grade in (_("major"), _("minor"))
            ),
            Column(_("Total"), "int", width=10),
        )
        rows = [_numbers(clause, spots) for clause, spots in self.rows]
        if rows:
            rows.append(_numbers(_("Total"), self.totals))
        return Sheet(
            _("Distribution"), columns, rows, heading=_("Nonconformities by clause and department"),
            facts=tuple(facts), empty=_("No nonconformity in this selection."),
        )  # fmt: skip


def _numbers(name: str, spots: Sequence[Spot]) -> tuple[Any, ...]:
    *cells, total = spots
    return (name, *(n for each in cells for n in (each.major, each.count - each.major)), total.count)


def table(cells: Sequence[Cell], address: Callable[..., str]) -> Table:
    """The table of the cells; ``address`` makes the address of the rows behind one from filters."""
    names = dict(queries.departments_named())
    clauses = sorted({(each.standard, each.clause) for each in cells}, key=_order)
    places = {one: place for place, one in enumerate(names)}
    columns = sorted(
        {each.department for each in cells}, key=lambda one: len(places) if one is None else places[one]
    )
    told = {(each.standard, each.clause): each.told for each in cells}

    def spot(among: Sequence[Cell], **filters: Any) -> Spot:
        return Spot(sum(each.count for each in among), sum(each.major for each in among), address(**filters))

    rows = []
    for standard, clause in clauses:
        here = [each for each in cells if (each.standard, each.clause) == (standard, clause)]
        where = {"on_clause": clause or NONE, "standard": standard or None}
        spots = [
            spot([each for each in here if each.department == one], department=one or NONE, **where)
            for one in columns
        ]
        rows.append((told[standard, clause] or _("no clause"), (*spots, spot(here, **where))))
    sums = [spot([e for e in cells if e.department == one], department=one or NONE) for one in columns]
    shown = tuple(in_reader_language(*names[one]) if one in names else _("No department") for one in columns)
    return Table(shown, tuple(rows), (*sums, spot(list(cells))))


def _order(kind: tuple[str, str]) -> Any:
    standard, clause = kind
    return standard, clause == "", queries.clause_order(clause)

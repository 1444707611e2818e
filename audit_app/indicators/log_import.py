"""Ticket and outage logs into the database, and the months they touch measured anew.

Rows go in by core statements in chunks, not as objects: 24,918 tickets of a 46 MB log in about a second. A
log
read again replaces its tickets by number and its outages by service and beginning, so nothing is counted
twice.
Months are those of the clock the log is kept in (the profile's time zone).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import Boolean, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.core.clock import now
from audit_app.core.db import UtcDateTime, db, serialize_writes
from audit_app.core.errors import Refused
from audit_app.core.fingerprint import sha256_of
from audit_app.indicators import corrections, locks, profiles
from audit_app.indicators.entry import rounded
from audit_app.indicators.measures import Figure
from audit_app.indicators.models import Import, Indicator, Measurement, Source
from audit_app.indicators.moments import instant, moment_of, sqlite_text
from audit_app.indicators.periods import Month
from audit_app.indicators.problems import Problem, Problems
from audit_app.indicators.profiles import AnyProfile
from audit_app.indicators.reports import SHOWN, Change, Line, Trouble
from audit_app.trail import services as trail

CHUNK = 2_000
"""Rows of one statement."""
Item = TypeVar("Item")
Figures = Sequence[tuple[Indicator, Month, Figure]]


def find_profile(name: str | Path, kind: type[AnyProfile]) -> AnyProfile:
    """A shipped profile by name, or one of your own by the path of its YAML file."""
    text = str(name)
    if text.lower().endswith((".yaml", ".yml")):
        return profiles.read_profile(Path(text), kind)
    return profiles.get_profile(text, kind)


def zone_of(name: str) -> Any:
    """The time zone a log's clock ran in."""
    return UTC if name == "UTC" else ZoneInfo(name)


def chunks(rows: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The rows in lists of at most ``size``."""
    rest = iter(rows)
    while part := list(islice(rest, size)):
        yield part


def upsert(table: Table, keys: Sequence[str], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows (values in the order of ``names``), replacing those that have the same key; in chunks, on
    SQLite and PostgreSQL.

    The statement is compiled once and the rows go straight to the driver: turning 100,000 moments into text
    one by one through the column types took longer than the inserting itself. Moments may be given as
    instants (see ``moments``) and truths as 0 and 1; SQLite gets moments as the text that the types would
    write.
    """
    connection = db.session.connection()
    on_sqlite = connection.dialect.name == "sqlite"
    insert = (sqlite.insert if on_sqlite else postgresql.insert)(table)
    renewed = {name: insert.excluded[name] for name in names if name not in keys}
    statement = insert.on_conflict_do_update(index_elements=list(keys), set_=renewed)
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(names))
    moments = [place for place, name in enumerate(names) if isinstance(table.c[name].type, UtcDateTime)]
    truths = [place for place, name in enumerate(names) if isinstance(table.c[name].type, Boolean)]
    if on_sqlite:
        # Its cache of 2 MB would write each page of the indexes many times over.
        connection.exec_driver_sql("PRAGMA cache_size=-12000")
        order = itemgetter(*(names.index(name) for name in getattr(compiled, "positiontup", None) or names))
    for part in chunks(rows):
        if on_sqlite:
            given: Any = [order(_with(row, moments, _text)) for row in part]
        else:
            given = [
                dict(zip(names, _with(_with(row, moments, _moment), truths, bool), strict=True))
                for row in part
            ]
        connection.exec_driver_sql(str(compiled), given)


def _with(values: Sequence[Any], places: Sequence[int], made: Callable[[Any], Any]) -> list[Any]:
    row = list(values)
    for place in places:
        if row[place] is not None:
            row[place] = made(row[place])
    return row


def _moment(given: datetime | int) -> datetime:
    return moment_of(given) if isinstance(given, int) else given


def _text(given: datetime | int) -> str:
    return sqlite_text(given if isinstance(given, int) else instant(given))


def bound(source: Source) -> list[Indicator]:
    """The indicators in use that are computed from a kind of log, in the order of the register."""
    query = select(Indicator).where(Indicator.source == source, Indicator.active).order_by(Indicator.id)
    found = [each for each in db.session.scalars(query) if each.measure]
    if not found:
        raise Refused(
            _l("No indicator in use is computed from this log. Load the register, or add an indicator first.")
        )
    return found


def standing(source: Source) -> tuple[Any, ...]:
    """What the comparison of a log rests on beside the values, which are compared anew: tickets and outages
    change with imports alone.
    """
    newest = db.session.scalar(select(func.max(Import.id)))
    return (newest, *((each.id, each.version, each.measure) for each in bound(source)))


def troubles(problems: Iterable[Problem]) -> list[Trouble]:
    """Problems of a log in words."""
    return [Trouble(each.row, each.subject, each.value, each.kind.label) for each in problems]


def lines_of(figures: Figures) -> list[Line]:
    """Figures as they are shown; what has no data in any month of the log is left out."""
    return [
        Line(
            indicator,
            month,
            rounded(figure.value),
            rounded(figure.numerator),
            rounded(figure.denominator),
            figure.extra,
        )
        for indicator, month, figure in figures
    ]


def record(
    kind: Source,
    path: Path,
    filename: str,
    profile: str,
    rows: int,
    taken: int,
    problems: Sequence[Any],
    by: Person | None,
    **facts: Any,
) -> Import:
    """The row that says which file was read in, by whom, and what was wrong with it. Flushed, not yet in the
    trail.
    """
    serialize_writes()
    made = Import(
        kind=kind.value,
        filename=filename[-255:],
        sha256=sha256_of(path),
        profile=profile[-60:],
        rows=rows,
        accepted=taken,
        at=now(),
        by_id=by.id if by is not None else None,
        summary={
            "problems": count_of(problems),
            "examples": [_plain(each) for each in problems[:SHOWN]],
            **facts,
        },
    )
    db.session.add(made)
    db.session.flush()
    return made


def count_of(problems: Sequence[Any]) -> int:
    """How many problems there were, those that were only counted too."""
    return problems.total if isinstance(problems, Problems) else len(problems)


def _plain(problem: Any) -> dict[str, Any]:
    """A problem as JSON keeps it: the kind by its key, so that it is read in the reader's language."""
    kind = getattr(problem, "kind", None)
    return {
        "row": problem.row,
        "where": getattr(problem, "subject", None) or getattr(problem, "where", ""),
        "value": problem.value[:200],
        "kind": kind.value if kind is not None else "",
        "words": "" if kind is not None else str(problem.words),
    }


@dataclass(frozen=True)
class Difference:
    """A month that is not as it is stored: what stands there now (None: nothing), and what would.

    ``closed`` says why the month is closed; other numbers are then only proposed. Empty: they are written.
    """

    indicator: Indicator
    month: Month
    row: Measurement | None
    facts: dict[str, Any]
    old: Decimal | None = None
    closed: Any = ""

    @property
    def line(self) -> Change:
        """The same as it is shown to a person."""
        new, empty = self.facts["value"], self.row is None
        return Change(self.indicator, self.month, self.old, new, new_row=empty, closed=self.closed)


def differences(figures: Figures, kind: Source, zone: str) -> list[Difference]:
    """The months that storing the figures would write, in their order; nothing is stored.

    A month without data loses what an earlier log of the kind said; what somebody typed stays.
    """
    ids = {indicator.id for indicator, _month, _figure in figures}
    periods = {month.first for _indicator, month, _figure in figures}
    query = (
        select(Measurement)
        .where(Measurement.indicator_id.in_(ids), Measurement.period.in_(periods))
        .options(joinedload(Measurement.imported), joinedload(Measurement.indicator))
    )
    stored = {(row.indicator_id, row.period): row for row in db.session.scalars(query)}
    found, standing = [], locks.standing()
    for indicator, month, figure in figures:
        row = stored.get((indicator.id, month.first))
        facts = {
            "value": rounded(figure.value),
            "numerator": rounded(figure.numerator),
            "denominator": rounded(figure.denominator),
            "extra": {**figure.extra, "zone": zone},
        }
        if figure.value is None and (row is None or row.imported is None or row.imported.kind != kind):
            continue  # no data: there is nothing to store, and nothing that somebody typed is wiped out
        if row is None:
            found.append(Difference(indicator, month, row, facts))
        elif corrections.touches(row, facts):
            why = standing.why(month)
            found.append(Difference(indicator, month, row, facts, old=row.value, closed=why))
    return found


def keep_figures(
    figures: Figures,
    made: Import,
    zone: str,
    *,
    by: Person | None,
    found: Sequence[Difference] | None = None,
    again: str = "",
) -> int:
    """Store the computed months that differ (``found``, if they were looked up already). Returns how many.

    One entry of the trail tells of the whole import, with every value that it replaced. ``again``: the act
    that had the months of a file read before measured anew; what is said of the file itself then stays.
    """
    wanted = differences(figures, Source(made.kind), zone) if found is None else found
    # The only reason to measure a file's months anew is the catalogue; else the file says why.
    reason = str(_l("measured the months anew, after the service catalogue changed")) if again else ""
    changed, proposed = _open_ones(wanted, made, reason, by=by)
    replaced, moment = {}, now()
    for each in changed:
        row, value = each.row, each.facts["value"]
        if row is not None and row.value != value:
            replaced[f"{each.indicator.code} {each.month}"] = [str(row.value), str(value)]
        row = row or Measurement(indicator_id=each.indicator.id, period=each.month.first, comment="")
        for name, new in each.facts.items():
            setattr(row, name, new)
        row.import_id, row.entered_at = made.id, moment
        row.entered_by_id = by.id if by is not None else None
        db.session.add(row)
    db.session.flush()
    if again:
        trail.note(again, made, by=by, changed=len(changed), replaced=replaced, proposed=proposed)
        return len(changed)
    months = {str(month) for _indicator, month, _figure in figures}
    made.summary = {**made.summary, "months": sorted(months), "changed": len(changed)}
    made.summary |= {"proposed": proposed}
    db.session.flush()
    facts = {"file": made.filename, "sha256": made.sha256, "replaced": replaced, "proposed": proposed}
    trail.note(f"{made.kind}.import", made, by=by, **facts)
    return len(changed)


def _open_ones(
    wanted: Sequence[Difference], made: Import, reason: str, *, by: Person | None
) -> tuple[list[Difference], int]:
    """The months that may be written; for those that are closed the figures are proposed, and counted."""
    new = []
    for each in wanted:
        if each.row is not None and each.closed:
            one, is_new = corrections.propose(each.row, each.facts, reason=reason, by=by, imported=made)
            if is_new:
                new.append(one)
    if new:
        corrections.tell(new[0])
    return [each for each in wanted if not each.closed], len(new)


def months_between(moments: Iterable[datetime], zone: Any) -> set[Month]:
    """The months in which the moments lie, by the clock of a zone."""
    if zone is UTC:
        return {Month(year, month) for year, month in {(m.year, m.month) for m in moments}}
    return {Month.of(moment.astimezone(zone)) for moment in moments}

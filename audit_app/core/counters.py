"""Document numbers from per-year counters: no gaps and no doubles, also when several people save at once."""

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.core.db import Base, db, serialize_writes


class Counter(Base):
    """Last number given per series and year."""

    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


def next_number(series: str, year: int) -> int:
    """The next number of a series, from 1.

    Writers queue until the transaction ends; a rolled-back transaction gives its number back, hence no gaps.
    """
    serialize_writes()
    insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(Counter)
        .values(series=series, year=year, last=1)
        .on_conflict_do_update(index_elements=["series", "year"], set_={"last": Counter.__table__.c.last + 1})
    )
    db.session.execute(statement)
    return db.session.execute(
        select(Counter.last).where(Counter.series == series, Counter.year == year)
    ).scalar_one()


def next_code(pattern: str, year: int) -> str:
    """A document code such as ``NC-2026-003`` from a pattern such as ``NC-{year}-{number:03d}``."""
    return pattern.format(year=year, number=next_number(pattern, year))


def at_least(series: str, year: int, number: int) -> None:
    """Numbers up to this one are taken, by records from elsewhere: the next one given is higher."""
    serialize_writes()
    known = db.session.get(Counter, (series, year), populate_existing=True)
    if known is None:
        db.session.add(Counter(series=series, year=year, last=number))
    elif known.last < number:
        known.last = number
    db.session.flush()

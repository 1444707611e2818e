"""The board and the pages of 60 indicators over 12 and over 120 months: queries and processor time side by side.

    python -m benchmarks.trends [ROUNDS]

Promise: the same number of queries with ten times the months. The yardstick of the same run is a plain SELECT of every
measured value by columns. The quickest of the rounds counts, in processor time of the process (SQLite included), since
wall time says little on shared cores.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select

INDICATORS, FEW, MANY = 60, 12, 120
PAGES = {
    "board": "/indicators/",
    "one indicator": "/indicators/{id}",
    "one indicator, all months": "/indicators/{id}?months=all",
    "before the next review": "/dashboard/review",
    "all series as a workbook": "/indicators/series.xlsx",
}


def fill(months: int) -> None:
    """Sixty indicators with so many months each, up to the last finished one."""
    from audit_app.core.clock import now, today
    from audit_app.core.db import db
    from audit_app.indicators.models import Direction, Indicator, Measurement, Source, ValueKind
    from audit_app.indicators.periods import Month

    last = Month.of(today()).previous()
    rows = [
        Indicator(
            code=f"K{n:02d}", name_en=f"Indicator {n}", name_zh=f"指标 {n}", unit="%",
            direction=(Direction.HIGHER, Direction.LOWER)[n % 2], value_kind=ValueKind.RATIO, source=Source.MANUAL,
        )
        for n in range(INDICATORS)
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    values = [
        {
            "indicator_id": row.id, "period": last.plus(-back).first, "value": Decimal(80 + (place * 7 + back * 3) % 15),
            "numerator": Decimal(800), "denominator": Decimal(1000), "extra": {}, "comment": "",
            "entered_at": now(), "version": 1,
        }
        for place, row in enumerate(rows)
        for back in range(months)
    ]  # fmt: skip
    db.session.execute(insert(Measurement), values)
    db.session.commit()


def quickest(rounds: int, work: Callable[[], Any]) -> float:
    """Milliseconds of processor time of the quickest round."""
    found = []
    for _round in range(rounds):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return 1000 * min(found)


def measured(months: int, rounds: int) -> dict[str, tuple[float, int]]:
    """Per page: milliseconds and queries; and the yardstick."""
    from audit_app import create_app
    from audit_app.config import Settings
    from audit_app.core.db import db
    from audit_app.indicators.models import Indicator, Measurement
    from tests import signed_in
    from tests.people import invite

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), secret_key="only-for-this-benchmark-" * 2, testing=True)
        app = create_app(settings)
        with app.app_context():
            db.metadata.create_all(db.engine)
            cookie = signed_in.cookie(invite().manager)
            db.session.commit()
            fill(months)
            first, engine = db.session.scalar(select(Indicator.id)), db.engine
        client = app.test_client()
        with client.session_transaction() as session:
            session.update(cookie)
        sent: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
        found = {}
        for name, path in PAGES.items():
            url = path.format(id=first)

            def ask(url: str = url) -> None:
                assert client.get(url).status_code == 200, url

            ask()
            sent.clear()
            ask()
            asked = len(sent)
            found[name] = (quickest(rounds, ask), asked)
        columns = (Measurement.indicator_id, Measurement.period, Measurement.value)
        with app.app_context():
            bare = quickest(rounds, lambda: db.session.execute(select(*columns)).all())
            found["yardstick: every value by a plain SELECT"] = (bare, 1)
        engine.dispose()
    return found


def main(arguments: list[str]) -> int:
    """Print the figures; exit 1 when a page asks more of the database with more months."""
    rounds = int(arguments[0]) if arguments else 5
    few, many = measured(FEW, rounds), measured(MANY, rounds)
    print(f"{INDICATORS} indicators, {FEW} and {MANY} months, {date.today()}")
    kept = True
    for name, (before, asked) in few.items():
        after, then = many[name]
        print(
            f"{name:<42} {before:8.1f} ms {after:8.1f} ms {after / before:5.2f} times, queries {asked} and {then}"
        )
        kept &= then <= asked
    print("As many queries with ten times the months." if kept else "The promise is broken.")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

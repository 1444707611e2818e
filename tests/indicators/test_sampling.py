"""A sample of tickets can be drawn again by anybody: same log, same seed, same ids."""

import hashlib
from datetime import UTC, datetime

import pytest

from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.lots import draw
from audit_app.indicators.models import Import, TicketRow


@pytest.fixture
def log(people):
    """240 tickets over four months, every third of priority 2; one opened at the turn of a month in Shanghai."""
    made = Import(kind="tickets", filename="log.csv", sha256="0" * 64, rows=241, accepted=241, at=now())
    db.session.add(made)
    db.session.flush()
    rows = [
        TicketRow(
            number=f"INC{n:05d}", opened_at=datetime(2026, 1 + n % 4, 10, 3, tzinfo=UTC), import_id=made.id,
            priority="2 - High" if n % 3 == 0 else "3 - Low", category="Mail" if n % 2 else "Network",
        )
        for n in range(240)
    ]  # fmt: skip
    turn = datetime(2026, 1, 31, 20, tzinfo=UTC)  # 1 February, 04:00 in Shanghai
    rows.append(TicketRow(number="TURN", opened_at=turn, import_id=made.id))
    db.session.add_all(rows)
    db.session.commit()
    return people


def get(client, query):
    reply = client.get(f"/indicators/sample?{query}", headers={"Accept": "application/json"})
    return reply.get_json() | {"status": reply.status_code}


def test_the_same_seed_draws_the_same_ids_and_another_seed_others(log, client_for):
    client = client_for(log.auditor)
    first, again = (get(client, "n=25&seed=IA-2026-04") for _turn in range(2))
    assert first["population"] == 241
    assert len(set(first["ids"])) == 25
    assert again == first
    assert get(client, "n=25&seed=other")["ids"] != first["ids"]


def test_anybody_can_check_the_draw_with_a_pocket_tool(log, client_for):
    drawn = get(client_for(log.auditor), "n=5&seed=7")["ids"]
    everything = [f"INC{n:05d}" for n in range(240)] + ["TURN"]
    by_hand = sorted(everything, key=lambda each: hashlib.sha256(f"7:{each}".encode()).hexdigest())
    assert drawn == by_hand[:5]


def test_asking_for_more_keeps_what_was_drawn_and_the_order_of_the_log_does_not_matter():
    ids = [f"C{n}" for n in range(100)]
    assert draw(ids, 12, "s")[:8] == draw(reversed(ids), 8, "s")
    assert draw([*ids, *ids], 200, "s") == draw(ids, 100, "s")
    assert draw(ids, 0, "s") == draw(ids, -1, "s") == []


def test_every_id_has_the_same_chance():
    ids = [f"T{n}" for n in range(50)]
    hits = dict.fromkeys(ids, 0)
    for seed in range(2000):
        for each in draw(ids, 5, str(seed)):
            hits[each] += 1
    # 200 hits expected, with a standard deviation of 13.4
    assert min(hits.values()) > 150
    assert max(hits.values()) < 250


@pytest.mark.parametrize(
    ("query", "population"),
    [
        ("priority=2+-+High", 80), ("category=Mail", 120), ("priority=2+-+High&category=Mail", 40),
        ("from=2026-02&to=2026-02", 61), ("from=2026-03", 120), ("to=2026-01", 60), ("from=2027-01", 0),
    ],
)  # fmt: skip
def test_filters_narrow_what_is_drawn_from_by_the_organisations_calendar(log, client_for, query, population):
    assert get(client_for(log.auditor), f"n=1000&seed=1&{query}")["population"] == population


def test_a_draw_without_a_seed_or_with_a_month_that_is_none_is_refused(log, client_for):
    client = client_for(log.auditor)
    assert get(client, "n=5")["field"] == "seed"
    wrong = get(client, "n=5&seed=1&from=2026-13")
    assert (wrong["status"], wrong["field"]) == (422, "month")


def test_what_can_be_chosen_is_offered_and_nothing_when_there_is_no_log(people, client_for, log):
    client = client_for(people.auditor)
    offered = client.get("/indicators/sample/choices").get_json()
    assert offered["months"] == ["2026-04", "2026-03", "2026-02", "2026-01"]
    assert offered["priorities"] == ["2 - High", "3 - Low"]
    assert offered["categories"] == ["Mail", "Network"]
    db.session.query(TicketRow).delete()
    db.session.commit()
    assert client.get("/indicators/sample/choices").get_json()["months"] == []

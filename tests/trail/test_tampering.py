"""Whatever a forger does to a copy of a chain is found, and the first row that is not as written is named.

``pytest -m long tests/trail/test_tampering.py`` does it more than a thousand times for each chain.
"""

import random
from collections.abc import Callable

import pytest

from audit_app.checklists import chain as answers
from audit_app.core.db import db
from audit_app.trail import services as trail
from audit_app.trail import walk
from tests.house.conftest import world  # noqa: F401  # a database with one of everything in it
from tests.house.world import World
from tests.trail import tampering
from tests.trail.tampering import Chain

KEPT = 40
"""Rows of the chain that is tampered with."""


def broken_answer() -> int | None:
    found = answers.verify()
    return int(found[0].split()[2]) if found else None


CHAINS: dict[str, tuple[str, Callable[[], int | None]]] = {
    "trail_entry": ("seq", lambda: trail.verify().broken),
    "answer_revision": ("server_seq", broken_answer),
}


@pytest.fixture(params=CHAINS)
def laid_open(request: pytest.FixtureRequest, world: World, monkeypatch: pytest.MonkeyPatch) -> Chain:  # noqa: F811
    """The first rows of a chain with every guard of the database taken away; read in small batches."""
    monkeypatch.setattr(walk, "BATCH", 7)
    chain = tampering.lay_open(request.param, CHAINS[request.param][0], KEPT)
    assert CHAINS[chain.table][1]() is None, "the copy is whole before anything is done to it"
    return chain


def found_all(chain: Chain, times: int, seed: int) -> dict[str, int]:
    """Tamper that often; how often each way was taken. Each is found, by its first row."""
    verify, chance, taken = CHAINS[chain.table][1], random.Random(seed), dict[str, int]()
    while sum(taken.values()) < times:
        how = chance.choice(tampering.CLUMSY)
        how(chain, chance)
        first = tampering.first_difference(chain, tampering.read(chain.table, chain.number))
        if first is not None:
            told = f"{how.__name__}, number {sum(taken.values())} of seed {seed}"
            assert verify() == first, f"{told}: {tampering.unlike(chain, first)}"
            taken[how.__name__] = taken.get(how.__name__, 0) + 1
        db.session.rollback()
    assert verify() is None
    return taken


def test_each_manipulation_is_found_and_its_first_row_named(laid_open: Chain):
    taken = found_all(laid_open, 150, seed=7)
    assert set(taken) == {how.__name__ for how in tampering.CLUMSY}


@pytest.mark.long
def test_a_thousand_manipulations_are_all_found(laid_open: Chain):
    found_all(laid_open, 1500, seed=20000)

"""Properties of the revision graph: the heads are the revisions that nobody names, in whatever order they arrive."""

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_app.checklists import queries, sync
from audit_app.core.db import db
from tests.checklists import factory


@st.composite
def graphs(draw):
    """Each revision names some of those made before it; then they are shuffled and cut into batches."""
    size = draw(st.integers(1, 7))
    bases = [draw(st.sets(st.integers(0, n - 1), max_size=3)) if n else set() for n in range(size)]
    order = draw(st.permutations(range(size)))
    cut = draw(st.integers(0, size))
    return bases, order, cut


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graphs())
@pytest.mark.edge_case(6)
def test_any_order_of_arrival_gives_the_same_heads(people, graph):
    bases, order, cut = graph
    made = factory.checklist(people)
    item = made.items[0]
    ids = [str(uuid.uuid4()) for _ in bases]
    revisions = [
        factory.revision(
            item, people.lead, id=ids[n], base=[ids[b] for b in sorted(bases[n])], device_seq=n + 1
        )
        for n in range(len(bases))
    ]
    for part in (order[:cut], order[cut:], order):
        reply = factory.send(people.lead, *(revisions[n] for n in part))
        assert all(result.status in {"accepted", "duplicate"} for result in reply.results.values())
    named = {ids[b] for each in bases for b in each}
    assert {head.id for head in queries.heads_of(item)} == set(ids) - named
    assert sync.verify() == []
    db.session.rollback()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=1, max_size=5))
def test_whatever_is_named_as_base_at_least_one_head_is_left(people, bases):
    made = factory.checklist(people)
    item = made.items[0]
    ids = [str(uuid.uuid4()) for _ in range(5)]
    accepted = 0
    for n, each in enumerate(bases):
        given_ = factory.revision(item, people.lead, id=ids[n], base=[ids[b] for b in each], device_seq=n + 1)
        accepted += factory.send(people.lead, given_).results[ids[n]].status == "accepted"
    assert bool(queries.heads_of(item)) is (accepted > 0)
    db.session.rollback()

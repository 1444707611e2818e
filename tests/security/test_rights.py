"""Rights, proved: who may not do a thing is refused, who may not see a row is told nothing, by whichever door.

What is expected comes from the mark of the route and from ``visible_to`` of the domain (``rows.py``); what is found is
looked for in the replies by a word that stands in one row only (``wide.py``)."""

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.competence.models import Competence
from tests.house.test_get_changes_nothing import contents
from tests.house.world import World, addresses, own_rules
from tests.security.probing import Clients, Probe, chance, faults, refusals
from tests.security.rows import unexplained
from tests.security.wide import Wide, widen


@pytest.fixture
def wide(world: World) -> Wide:
    """The world with another site in it, marked."""
    return widen(world)


def test_of_every_part_of_an_address_it_is_said_which_row_stands_behind_it(app: Flask):
    assert unexplained(app, own_rules(app, "GET") + own_rules(app, "POST")) == set()


def test_who_may_not_is_refused_and_what_is_hidden_is_not_found(app: Flask, wide: Wide, client_for: Clients):
    asked, wrong = faults(wide, refusals(app, wide, 1, ["nobody"]), client_for)
    assert asked > 600
    assert not wrong, "\n".join(wrong)


def test_questions_at_random_find_nothing(app: Flask, wide: Wide, client_for: Clients):
    asked, wrong = faults(wide, chance(app, wide, 400, 7), client_for)
    assert (asked, wrong) == (400, []), "\n".join(wrong)


@pytest.mark.long
def test_everybody_is_refused_everywhere_they_may_not_be_and_nothing_changes(
    app: Flask, wide: Wide, client_for: Clients
):
    """The walk: each person × each address, reading and writing × rows hidden from them, four of a kind. Not a row of any
    table is another one afterwards."""
    before = contents()
    asked, wrong = faults(wide, refusals(app, wide, 4, wide.people), client_for)
    print(f"{asked} questions")
    assert not wrong, "\n".join(wrong)
    assert contents() == before
    assert asked > 2500


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 7))
def test_many_questions_at_random_find_nothing(app: Flask, wide: Wide, client_for: Clients, seed: int):
    asked, wrong = faults(wide, chance(app, wide, 1000, seed), client_for)
    assert (asked, wrong) == (1000, []), "\n".join(wrong)


@pytest.mark.long
def test_no_reply_tells_anybody_of_a_row_that_is_hidden_from_them(
    app: Flask, wide: Wide, client_for: Clients
):
    """Every address of the world, read by everybody; archives, workbooks and papers opened."""
    places = list(addresses(app, wide.world))
    every = [Probe(who, "GET", place.url, place.endpoint, None) for who in wide.people for place in places]
    asked, wrong = faults(wide, iter(every), client_for)
    print(f"{asked} replies")
    assert asked > 4000
    assert not wrong, "\n".join(wrong)


LISTS = (
    "/", "/dashboard", "/findings/", "/findings/actions", "/findings/export", "/findings/charts", "/programme/",
    "/programme/audits.xlsx", "/search?q=zq", "/my-actions", "/notices", "/reviews/", "/competence/", "/calendar",
    "/programme/waivers", "/findings/absences", "/tablets", "/findings/own", "/findings/new",
)  # fmt: skip


def test_lists_search_and_sheets_tell_of_nothing_hidden(app: Flask, wide: Wide, client_for: Clients):
    looked = [
        Probe(who, "GET", url, "", None)
        for who in ("process owner", "owner of another site")
        for url in LISTS
    ]
    year, audit = wide.world.audit.programme.year, wide.world.audit.id
    looked += [
        # the programme in the dossier names every audit, also to who sees some of them only
        Probe("process owner", "GET", f"/dossiers/audit/{audit}.zip", "dossiers.audit_zip", None),
        Probe("owner of another site", "GET", f"/dossiers/year/{year}.zip", "dossiers.year_zip", None),
        # a report in the making tells of findings that are drafts, which an observer may not read
        Probe("read-only", "GET", f"/audits/{audit}/report/", "reports.show", None),
    ]
    _asked, wrong = faults(wide, iter(looked), client_for)
    assert not wrong, "\n".join(wrong)


def test_a_route_whose_rule_of_rows_is_taken_away_would_be_noticed(
    app: Flask, wide: Wide, client_for: Clients, monkeypatch: pytest.MonkeyPatch
):
    """A seeded fault: the register of competence forgets to ask who is looking."""
    monkeypatch.setattr("audit_app.competence.queries.visible_to", lambda _person: select(Competence))
    only = (each for each in refusals(app, wide, 1, []) if each.endpoint == "competence.show")
    _asked, wrong = faults(wide, only, client_for)
    assert any("200, not {404}" in each for each in wrong)
    assert any("tells of [('competence'" in each for each in wrong)

"""Rights, proved: who may not do a thing is refused, who may not see a row is told nothing, by whichever door.

What is expected comes from the mark of the route and from ``visible_to`` of the domain (``rows.py``); what is found is
looked for in the replies by a word that stands in one row only (``wide.py``)."""

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.competence.models import Competence
from tests.house.world import World, own_rules
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
    asked, wrong = faults(wide, chance(app, wide, 300, 7), client_for)
    assert (asked, wrong) == (300, []), "\n".join(wrong)


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

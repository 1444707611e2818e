"""The core on WebKit: a tap, an outage, and the return. Offline is a server that is not there."""

from typing import Any

import pytest

from audit_app.checklists.models import AnswerRevision
from audit_app.core.db import db
from tests.browser.tablet import HERE, SAVED, address, audit, stored
from tests.browser.webkit import Tablet, screen, webkit

pytestmark = pytest.mark.browser
__all__ = ["audit", "screen", "webkit"]
READY = "#fw[data-ready]"


@pytest.fixture
def tablet(people: Any, audit: Any, webkit: Tablet) -> Tablet:
    """The lead auditor stands before the first question, in WebKit."""
    email, where = people.lead.email, address(audit)
    webkit.sign_in(email)
    webkit.go(where)
    webkit.one(READY)
    return webkit


def answer(tablet: Tablet, verdict: str, said: Any) -> None:
    """One tap, and what the screen says of it."""
    tablet.tap(f"[value={verdict}]")
    tablet.shows("#fw-state", said)


def nothing_waits(tablet: Tablet) -> None:
    """The badge says so; on a tablet held upright only to those who hear the screen read."""
    badge = tablet.one("#fw-badge-words")
    tablet.until(lambda: badge.get_property("textContent") == "Nothing waits", "an empty outbox")


def sent_by(person: Any) -> list[tuple[int, str]]:
    """Number and value of every record that came from a person's tablet, in the order of their numbers."""
    db.session.rollback()
    rows = db.session.query(AnswerRevision).filter_by(author_id=person.id).order_by(AnswerRevision.device_seq)
    found = [(row.device_seq, row.value) for row in rows]
    db.session.rollback()
    return found


def test_a_tap_is_saved_and_the_server_has_it(people, audit, tablet):
    answer(tablet, "minor", SAVED)
    assert stored(audit, people.lead) == [("minor", "")]


def test_without_the_server_answers_stay_on_the_tablet_and_the_badge_counts_them(
    people, audit, tablet, live_server
):
    live_server.stop()
    answer(tablet, "major", HERE)
    tablet.tap("#fw-unanswered")
    answer(tablet, "conform", HERE)
    tablet.shows("#fw-badge-words", "2 answers")
    tablet.shows("#fw-bar", "No connection")
    assert stored(audit, people.lead) == []


def test_when_the_server_returns_everything_is_sent_by_itself_and_each_once(
    people, audit, tablet, live_server
):
    live_server.stop()
    answer(tablet, "major", HERE)
    tablet.tap("#fw-unanswered")
    answer(tablet, "conform", HERE)
    live_server.start()
    nothing_waits(tablet)
    tablet.shows("#fw-state", SAVED)
    assert sent_by(people.lead) == [(1, "major"), (2, "conform")]
    assert stored(audit, people.lead) == [("major", ""), ("conform", "")]

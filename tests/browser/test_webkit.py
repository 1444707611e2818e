"""The core five on WebKit: tap, outage, reload without a server, return, and a photo. Offline is a server that is not there."""

import os
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from audit_app.checklists.models import AnswerRevision
from audit_app.core.db import db
from audit_app.evidence import queries as evidence
from audit_app.evidence.services import path_of
from tests.browser.tablet import HERE, PIN, SAVED, address, audit, stored
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
    tablet.shows("#fw-state:not([aria-busy])", said)


def take_offline(tablet: Tablet) -> None:
    """Through the panel, with a PIN; ends when the page itself has been kept too."""
    tablet.tap("#fw-badge")
    for field in ("#fw-take-pin-1", "#fw-take-pin-2"):
        tablet.type(field, PIN)
    tablet.tap("#fw-take-go")
    tablet.shows("#fw-take-result", "opens on this tablet")
    tablet.tap("#fw-sync [value=close]")


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


def sides_on(tablet: Tablet) -> list[int]:
    """Of the photo that waits, as the page shows it from its own store."""
    found: list[int] = tablet.js(
        """const picture = document.querySelector("#fw-thumbs .fw-sending img");
        if (!picture) return null;
        await picture.decode();
        return [picture.naturalWidth, picture.naturalHeight];"""
    )
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
    tablet.shows("#fw-badge-words", "waiting: 2")
    tablet.shows("#fw-bar", "No connection")
    assert stored(audit, people.lead) == []


def test_a_reload_without_the_server_shows_what_was_kept_once_the_pin_is_typed(
    people, audit, tablet, live_server
):
    where = address(audit)
    take_offline(tablet)
    live_server.stop()
    answer(tablet, "major", HERE)
    tablet.driver.get("about:blank")  # left and opened again: WebKitWebDriver never ends a reload here
    tablet.go(where)
    tablet.type("#fw-pin-typed", PIN)
    assert "IA-1" not in tablet.one("body").text
    tablet.tap("#fw-pin [value=yes]")
    tablet.one(READY)
    tablet.shows("#fw-audit", "IA-1 Incidents")
    tablet.shows("#fw-count", "1 / 2")
    tablet.shows("#fw-badge-words", "waiting: 1")
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
    tablet.shows("#fw-state:not([aria-busy])", SAVED)
    assert sent_by(people.lead) == [(1, "major"), (2, "conform")]
    assert stored(audit, people.lead) == [("major", ""), ("conform", "")]


def test_a_photo_taken_without_the_server_arrives_whole(people, audit, tablet, live_server, tmp_path):
    taken = tmp_path / "IMG_0001.jpg"
    grain = Image.frombytes("L", (1100, 550), os.urandom(1100 * 550)).convert("RGB")
    grain.resize((4400, 2200), Image.Resampling.NEAREST).save(taken, "JPEG", quality=70)
    live_server.stop()
    tablet.type("#fw-camera", str(taken))
    assert tablet.until(lambda: sides_on(tablet), "the photo on the screen") == [2200, 1100]
    live_server.start()
    nothing_waits(tablet)
    item = next(each for each in audit.checklists[0].items if each.assessable)
    (file,) = evidence.of(item)
    assert (file.filename, file.media_type) == ("IMG_0001.jpg", "image/jpeg")
    whole = path_of(file.sha256).read_bytes()
    assert sha256(whole).hexdigest() == file.sha256
    assert len(whole) > 512 * 1024  # more than one piece
    with Image.open(BytesIO(whole)) as arrived:
        apart = ImageChops.difference(
            arrived.convert("RGB"), grain.resize(arrived.size, Image.Resampling.NEAREST)
        )
    assert max(ImageStat.Stat(apart).mean) < 20  # grain set against other grain differs by 85
    assert db.session.query(AnswerRevision).one().attachment_ids == [file.id]

"""A kept page is the page: whatever it depends on, changed by the services that people use, shows at once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask, Response, session
from flask.testing import FlaskClient
from sqlalchemy import event

from audit_app.accounts import services as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.findings import services
from audit_app.notifications.models import Notice
from audit_app.web.kept import Store
from tests import signed_in
from tests.chains import UNTOLD
from tests.checklists import factory as checklists
from tests.findings import factory as findings
from tests.people import People

LIST, BOARD = "/findings/", "/dashboard"
TOKEN = re.compile(r'(?:csrf-token" content|csrf_token" value|name="revision" value|nonce)="([^"]+)"')
NOW = re.compile(r'"now": "[^"]+"')


@pytest.fixture(autouse=True)
def keeping(app: Flask) -> None:
    """Elsewhere tests change rows behind the trail's back; here pages are kept as in earnest."""
    app.config["KEEP_PAGES"] = True


class Opened:
    """What an opening sent to the reader, and how many statements it sent to the database."""

    def __init__(self, client: FlaskClient, url: str) -> None:
        sent: list[str] = []

        def note(*told: Any) -> None:
            if not told[2].startswith("BEGIN"):
                sent.append(told[2])

        db.session.commit()
        event.listen(db.engine, "before_cursor_execute", note)
        self.reply = client.get(url)
        event.remove(db.engine, "before_cursor_execute", note)
        self.read = set(re.findall(r"(?:FROM|JOIN) (\w+)", " ".join(sent[1:])))  # the first is the reader's
        self.queries, self.text = len(sent), self.reply.get_data(as_text=True)

    @property
    def without_tokens(self) -> str:
        return NOW.sub("", TOKEN.sub("", self.text))


Open = Callable[..., Opened]


@pytest.fixture
def open_as(people: People, client_for: Callable[[Person], FlaskClient]) -> Open:
    return lambda person, url: Opened(client_for(person), url)


def fieldwork(people: People) -> tuple[Any, str]:
    item = next(each for each in checklists.checklist(people, "分级?", "升级?").items if each.assessable)
    return item, f"/audits/{item.checklist.audit_id}/fieldwork"


@pytest.mark.parametrize("which", [LIST, BOARD, "fieldwork"])
def test_opened_again_it_is_the_same_page_for_one_query(people: People, open_as: Open, which: str):
    url = fieldwork(people)[1] if which == "fieldwork" else which
    findings.finding(people)
    first, again = open_as(people.lead, url), open_as(people.lead, url)
    assert first.reply.status_code == again.reply.status_code == 200
    assert first.without_tokens == again.without_tokens
    assert first.queries > 3
    assert again.queries == 1


@pytest.mark.parametrize("which", [LIST, BOARD, "fieldwork"])
def test_it_reads_nothing_that_changes_without_a_word_in_the_chains(
    people: People, open_as: Open, which: str
):
    url = fieldwork(people)[1] if which == "fieldwork" else which
    read = open_as(people.manager, url).read
    assert "finding" in read
    assert not read & UNTOLD.keys()


def test_a_changed_record_shows_at_once(people: People, open_as: Open):
    finding = findings.finding(people, title="Before the change")
    assert "Before the change" in open_as(people.auditor, LIST).text
    services.edit(finding, title="After the change", by=people.auditor)
    assert "After the change" in open_as(people.auditor, LIST).text


def test_a_new_record_is_counted_at_once(people: People, open_as: Open):
    before = open_as(people.manager, BOARD)
    findings.at(people, "issued")
    assert open_as(people.manager, BOARD).without_tokens != before.without_tokens


def test_an_answer_shows_at_once(people: People, open_as: Open):
    item, url = fieldwork(people)
    open_as(people.auditor, url)
    checklists.answer(item, people.auditor, value="conform", note="Twelve tickets seen")
    assert "Twelve tickets seen" in open_as(people.auditor, url).text


def test_another_persons_new_name_shows_at_once(people: People, open_as: Open):
    findings.at(people, "issued")
    assert people.owner.name in open_as(people.manager, LIST).text
    accounts.edit_profile(people.owner, name="Olga Newname", language="en", by=people.owner)
    assert "Olga Newname" in open_as(people.manager, LIST).text


def test_a_role_given_shows_at_once(people: People, open_as: Open):
    assert "/findings/new" not in open_as(people.reader, LIST).text
    accounts.edit_person(
        people.reader, email=people.reader.email, name=people.reader.name, language="en", department=None,
        roles=[Role.READ_ONLY, Role.AUDITOR], by=people.admin,
    )  # fmt: skip
    assert "/findings/new" in open_as(people.reader, LIST).text


def test_a_right_taken_away_closes_the_door_although_the_page_is_kept(people: People, open_as: Open):
    assert open_as(people.reader, LIST).reply.status_code == 200
    people.reader.roles = []
    assert open_as(people.reader, LIST).reply.status_code == 403


def test_the_language_chosen_shows_at_once(people: People, open_as: Open):
    findings.at(people, "issued")
    english, chinese = open_as(people.manager, LIST).text, open_as(people.manager, LIST + "?lang=zh").text
    assert '<html lang="en">' in english
    assert '<html lang="zh-Hans">' in chinese
    assert f"8.6.1 {people.inc.name_en}" in english
    assert f"8.6.1 {people.inc.name_zh}" in chinese
    people.manager.language = "zh"
    assert '<html lang="zh-Hans">' in open_as(people.manager, LIST).text


def test_tomorrow_it_is_another_page(people: People, open_as: Open):
    findings.at(people, "issued")
    moment = datetime.now(UTC)
    with time_machine.travel(moment, tick=False):
        assert "tone-danger" not in open_as(people.manager, LIST).text
    with time_machine.travel(moment + timedelta(days=60), tick=False):
        assert "tone-danger" in open_as(people.manager, LIST).text


def test_a_notice_shows_in_the_menu_at_once_although_the_trail_does_not_know_it(
    people: People, open_as: Open
):
    open_as(people.manager, LIST)
    db.session.add(
        Notice(kind="finding.issued", person_id=people.manager.id, subject_kind="finding", subject_id="1",
               day=today(), facts={"code": "X", "title": "x", "due": "–"}, queued_at=now())
    )  # fmt: skip
    assert '<span class="count">1</span>' in open_as(people.manager, LIST).text


def test_other_filters_are_another_page(people: People, open_as: Open):
    findings.finding(people, title="Only in the whole list")
    assert "Only in the whole list" in open_as(people.auditor, LIST).text
    assert "Only in the whole list" not in open_as(people.auditor, LIST + "?q=else").text


def test_nobody_gets_a_page_of_somebody_else(people: People, open_as: Open):
    findings.finding(people, title="A draft of Ana")
    assert "A draft of Ana" in open_as(people.auditor, LIST).text
    other = open_as(people.owner2, LIST)
    assert "A draft of Ana" not in other.text
    assert people.owner2.name in other.text


def test_words_to_flash_are_shown_once(people: People, client_for: Callable[[Person], FlaskClient]):
    client = client_for(people.lead)
    db.session.commit()
    client.get(LIST)
    with client.session_transaction() as session:
        session["_flashes"] = [("success", "It is done.")]
    assert "It is done." in client.get(LIST).get_data(as_text=True)
    assert "It is done." not in client.get(LIST).get_data(as_text=True)


def test_tokens_ids_and_the_nonce_are_of_the_reply(app: Flask, people: People, open_as: Open):
    app.config["WTF_CSRF_ENABLED"] = True
    url = fieldwork(people)[1]
    first, again = open_as(people.auditor, url), open_as(people.auditor, url)
    assert again.queries == 1
    for pattern in (r'name="revision" value="([^"]+)"', r'nonce="([^"]+)"'):
        assert re.findall(pattern, first.text) != re.findall(pattern, again.text)
    nonce = re.search(r'nonce="([^"]+)"', again.text)
    assert nonce is not None
    assert f"'nonce-{nonce.group(1)}'" in again.reply.headers["Content-Security-Policy"]
    assert "kept" not in "".join(TOKEN.findall(again.text))
    assert again.reply.headers["Cache-Control"] == "no-store"


def test_the_token_of_a_kept_page_is_accepted(
    app: Flask, people: People, client_for: Callable[[Person], FlaskClient]
):
    app.config["WTF_CSRF_ENABLED"] = True
    client = client_for(people.lead)
    client.get(LIST)
    token = re.search(r'csrf-token" content="([^"]+)"', client.get(LIST).get_data(as_text=True))
    assert token is not None
    sent = {"language": "zh", "next": "/", "csrf_token": token.group(1)}
    assert client.post("/organisation/language", data=sent).status_code == 303
    assert client.post("/organisation/language", data=sent | {"csrf_token": "x"}).status_code == 400


def test_a_view_that_answers_no_page_cannot_be_kept(app: Flask, people: People):
    from audit_app.web.kept import kept

    view = kept(lambda: Response("x"))
    cookie = signed_in.cookie(people.lead)
    with app.test_request_context("/"):
        session.update(cookie)
        app.login_manager._user_callback(people.lead.fs_uniquifier)  # type: ignore[attr-defined]
        with pytest.raises(TypeError, match="returns text"):
            view()


def test_the_store_keeps_what_was_asked_for_last_within_its_bounds():
    store = Store(most=3 * 3_000)
    for name in "abc":
        store.put(name, ([b"x" * 1_000], []))
    assert store.get("a") is not None
    store.put("d", ([b"x" * 1_000], []))
    assert [name for name in "abcd" if store.get(name) is None] == ["b"]
    store.put("huge", ([b"x" * 10_000], []))
    assert store.get("huge") is None
    assert store.size == 0

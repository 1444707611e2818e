"""Notices in the application: the list, the choices, the administrator's page of mails, and where links land."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.home import landing
from audit_app.notifications import kinds, outbox, queries, services
from audit_app.notifications.models import Mail, MailState, Notice, NoticeChoice
from audit_app.programme.models import Programme
from tests.findings import factory
from tests.people import PASSWORD


@pytest.fixture
def finding(app, people):
    made = factory.at(people, "issued", owner=people.owner)
    db.session.commit()
    return made


def mail_to(person, state=MailState.FAILED, error="550 no such mailbox", number=1):
    made = Mail(
        person=person, day=today() - timedelta(days=number), message_id=f"<{number}@x>", state=state, made_at=now(), tried_since=now(),
        next_try_at=now(), attempts=3, last_error=error, carried=[1, 2], urgent=False,
        sent_at=now() if state is MailState.SENT else None, claimed_at=now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.commit()
    return made


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["/notices", "/notices?show=all", "/notices/settings"])
def test_every_person_reads_their_pages(finding, people, client_for, parsed, path, language):
    people.owner.language = people.reader.language = language
    for person in (people.owner, people.reader):
        reply = client_for(person).get(path)
        assert reply.status_code == 200
        parsed(reply)


def test_the_list_shows_the_days_the_words_and_a_way_to_the_thing(finding, people, client_for):
    page = client_for(people.owner).get("/notices").get_data(as_text=True)
    assert f"{finding.code} was issued to you" in page
    assert f'href="/findings/{finding.id}"' in page
    assert finding.code not in client_for(people.owner2).get("/notices?show=all").get_data(as_text=True)


def test_all_are_marked_at_once_and_stay_under_all(finding, people, client_for):
    client = client_for(people.owner)
    reply = client.post("/notices/read", data={"next": "/notices?show=all"})
    assert (reply.status_code, reply.location) == (303, "/notices?show=all")
    assert queries.count_unread(people.owner) == 0
    assert finding.code not in client.get("/notices").get_data(as_text=True)
    assert finding.code in client.get("/notices?show=all").get_data(as_text=True)
    assert client.post("/notices/read", data={"next": "https://elsewhere.example/"}).location == "/"


def test_a_person_chooses_the_hour_and_switches_news_off(finding, people, client_for):
    client = client_for(people.owner)
    wanted = [kind for kind in kinds.optional() if kind != "finding.closed"]
    assert client.post("/notices/settings", data={"hour": "9", "wanted": wanted}).status_code == 303
    choice = db.session.get(NoticeChoice, people.owner.id)
    assert (choice.hour, choice.muted) == (9, ["finding.closed"])
    page = client.get("/notices/settings").get_data(as_text=True)
    assert 'selected value="9"' in page
    assert page.count("checked") == len(wanted)
    assert client.post("/notices/settings", data={"hour": "", "wanted": wanted}).status_code == 303
    assert db.session.get(NoticeChoice, people.owner.id).hour is None


@pytest.mark.parametrize("wrong", [{"hour": "3"}, {"hour": "soon"}, {"wanted": ["finding.late"]}])
def test_an_hour_in_the_night_or_a_duty_is_refused(finding, people, client_for, parsed, wrong):
    reply = client_for(people.owner).post("/notices/settings", data={"hour": "8", **wrong})
    assert reply.status_code == 422
    parsed(reply)
    assert db.session.get(NoticeChoice, people.owner.id) is None


# --- links ----------------------------------------------------------------------------------------------------------


def test_a_link_in_a_mail_lands_on_the_thing_also_when_one_has_to_sign_in_first(
    app, finding, people, settings
):
    settings.base_url = "https://audit.example.org/"
    notice = db.session.query(Notice).filter_by(person_id=people.owner.id, kind="finding.issued").one()
    url = urlsplit(landing.links(app).thing(notice))
    assert (url.netloc, url.path) == ("audit.example.org", f"/findings/{finding.id}")
    client = app.test_client()
    asked = client.get(url.path)
    assert asked.status_code == 302
    assert parse_qs(urlsplit(asked.location).query)["next"] == [url.path]
    form = {"email": people.owner.email, "password": PASSWORD, "next": url.path}
    signed_in = client.post(asked.location, data=form)
    assert (signed_in.status_code, urlsplit(signed_in.location).path) == (302, url.path)
    assert finding.code in client.get(url.path).get_data(as_text=True)


def test_every_notice_has_a_page_to_land_on(app, people):
    programme = Programme(code="P-2026", year=2026, title="2026", objectives="All clauses")
    db.session.add(programme)
    db.session.flush()
    services.queue("programme.approved", to=people.manager, subject=programme)
    services.queue("finding.due", to=people.manager, subject=factory.at(people, "issued"))
    links = landing.links(app)
    found = [
        urlsplit(links.thing(each)).path
        for each in db.session.query(Notice).filter_by(person_id=people.manager.id)
    ]
    assert any(path.startswith("/programme/") and "2026" in path for path in found)
    assert all(path != "/" for path in found)
    assert urlsplit(links.everything).path == "/notices"


# --- the administrator ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "path", ["/mail", "/mail?state=failed", "/mail?q=550", "/mail?q=nothing", "/mail?state=nonsense"]
)
def test_the_administrator_sees_what_became_of_mails(finding, people, client_for, parsed, path, language):
    people.admin.language = language
    for number, state in enumerate(MailState, 1):
        mail_to(people.owner, state, number=number)
    reply = client_for(people.admin).get(path)
    assert reply.status_code == 200
    parsed(reply)
    assert ("550 no such mailbox" in reply.get_data(as_text=True)) == ("nothing" not in path)


def test_only_who_manages_people_sees_mails_and_sends_again(finding, people, client_for):
    parked = mail_to(people.owner)
    for person in (people.owner, people.manager, people.boss, people.reader):
        client = client_for(person)
        assert client.get("/mail").status_code == 403
        assert client.post(f"/mail/{parked.id}/resend").status_code == 403
        assert client.post("/mail/resend").status_code == 403
    assert db.session.get(Mail, parked.id).state is MailState.FAILED


def test_a_parked_mail_is_sent_again_and_the_trail_knows_who_did_it(finding, people, client_for):
    from audit_app.trail.models import TrailEntry

    one, two = mail_to(people.owner), mail_to(people.owner2, number=2)
    client = client_for(people.admin)
    assert client.post(f"/mail/{one.id}/resend").status_code == 303
    assert db.session.get(Mail, one.id).state is MailState.WAITING
    assert client.post("/mail/resend").status_code == 303
    assert db.session.get(Mail, two.id).state is MailState.WAITING
    acts = db.session.query(TrailEntry).filter_by(action="mail.resend").all()
    assert {each.actor_name for each in acts} == {people.admin.name}
    assert len(acts) == 2


def test_the_page_says_when_no_mail_server_is_set_up(finding, people, client_for, settings):
    assert "SMTP_URL" in client_for(people.admin).get("/mail").get_data(as_text=True)
    settings.smtp_url = "smtp://127.0.0.1:1"
    assert "SMTP_URL" not in client_for(people.admin).get("/mail").get_data(as_text=True)


def test_notices_from_before_keep_their_words(finding, people, client_for):
    """A mail that waits is packed once: what is asked again in the same minute adds nothing."""
    moment = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
    from audit_app.core.clock import at

    with at(moment):
        from audit_app.config import Settings

        assert outbox.pack(Settings()) > 0
        assert outbox.pack(Settings()) == 0

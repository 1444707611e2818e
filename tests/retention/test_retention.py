"""What was kept long enough goes, and nothing else; the trail says how much."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from audit_app.accounts import erasing
from audit_app.accounts import services as accounts
from audit_app.checklists import uploads
from audit_app.checklists.field_models import Presence, Upload, UploadState
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.notifications.models import Mail, MailState, Notice
from audit_app.retention import queries, services
from audit_app.retention.rules import KEPT, RULES
from audit_app.trail import services as trail
from audit_app.trail.models import TrailEntry
from tests.checklists import factory
from tests.databases import both_databases


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def mail(person, days: int, state: MailState = MailState.SENT) -> Mail:
    moment = now() - timedelta(days=days)
    made = Mail(
        person=person, day=today() - timedelta(days=days), message_id=f"<{uuid.uuid4()}@x>", state=state, made_at=moment,
        tried_since=moment, next_try_at=moment, sent_at=moment if state is MailState.SENT else None,
        claimed_at=moment if state is MailState.SENDING else None,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def notice(person, days: int, **facts) -> Notice:
    made = Notice(
        kind="audit.team", person=person, subject_kind="audit", subject_id=uuid.uuid4().hex[:8], day=today(), facts={},
        queued_at=now() - timedelta(days=days), **facts,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def upload(audit, person, days: int, state: UploadState) -> Upload:
    made = Upload(
        id=str(uuid.uuid4()), audit_id=audit.id, author_id=person.id, device_id=str(uuid.uuid4()), filename="x.jpg",
        size=3, sha256="0" * 64, begun_at=now() - timedelta(days=days), state=state, reason="",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


@both_databases
def test_what_is_due_goes_and_what_is_not_stays(people):
    audit = factory.checklist(people).audit
    old, young, waiting = (
        mail(people.lead, 181),
        mail(people.lead, 179),
        mail(people.owner, 400, MailState.WAITING),
    )
    carried = notice(people.lead, 200, sent_at=now(), mail_id=old.id)
    gone = notice(people.lead, 731, read_at=now())
    unread = notice(people.lead, 900)
    stuck, whole = (upload(audit, people.lead, 91, s) for s in (UploadState.PARTIAL, UploadState.STORED))
    uploads._write(uploads._partial(stuck.id), b"abc", 0)
    db.session.add_all(
        Presence(audit_id=audit.id, person_id=each.id, at=now() - timedelta(hours=hours))
        for each, hours in ((people.lead, 25), (people.auditor, 23))
    )
    db.session.commit()
    bytes_of = uploads._partial(stuck.id)
    assert bytes_of.exists()
    ids = [each.id for each in (young, waiting)], [each.id for each in (carried, unread)], whole.id, gone.id
    done = services.tidy()
    db.session.commit()
    db.session.expire_all()
    assert done == {"mails": 1, "notices": 1, "uploads": 1, "presence": 1}
    assert sorted(db.session.scalars(select(Mail.id))) == sorted(ids[0])
    assert sorted(db.session.scalars(select(Notice.id))) == sorted(ids[1])
    assert list(db.session.scalars(select(Upload.id))) == [ids[2]]
    assert not bytes_of.exists()
    told = db.session.scalars(select(TrailEntry).order_by(TrailEntry.seq.desc())).first()
    assert (told.action, told.facts["details"]) == ("retention.tidy", done)
    assert services.tidy() == {}
    assert trail.verify().broken is None


def test_a_notice_whose_mail_went_is_not_sent_again(people, settings):
    from audit_app.notifications import outbox

    old = mail(people.lead, 200)
    notice(people.lead, 200, sent_at=now(), mail_id=old.id)
    db.session.commit()
    services.tidy()
    db.session.commit()
    assert outbox.deliver(settings, lambda *_facts: "") == (0, 0)


def test_people_who_left_are_named_and_never_erased_by_themselves(people):
    accounts.deactivate(people.auditor2, by=people.admin)
    people.auditor2.last_seen_at = now() - timedelta(days=1096)
    db.session.commit()
    found = queries.period("people")
    assert found.due == 1
    assert [each.name for each in queries.people(found)] == [people.auditor2.name]
    services.tidy()
    assert not erasing.is_erased(people.auditor2)
    erasing.erase(people.auditor2, reason="Kept long enough", by=people.admin)
    assert queries.period("people").due == 0


def test_a_period_is_chosen_within_its_limits_and_holds(people):
    assert queries.period("mails").days == 180
    services.choose("mails", 31, by=people.admin)
    db.session.commit()
    assert queries.period("mails").days == 31
    for days in (29, 36_501):
        with pytest.raises(Refused, match="between 30 and 36500"):
            services.choose("mails", days, by=people.admin)
    with pytest.raises(NotVisible):
        services.choose("trail", 1, by=people.admin)


def test_the_page_shows_every_kind_and_takes_a_new_period(people, client_for):
    client = client_for(people.admin)
    page = client.get("/organisation/retention/").get_data(as_text=True)
    assert all(str(each.label) in page for each in RULES)
    assert all(str(label) in page for label, _why in KEPT)
    assert client.post("/organisation/retention/mails", data={"days": "5"}).status_code == 422
    wrong = client.post("/organisation/retention/mails", data={"days": "soon"})
    assert (wrong.status_code, 'value="soon"' in wrong.get_data(as_text=True)) == (422, True)
    assert client.post("/organisation/retention/mails", data={"days": "40"}).status_code == 303
    assert "40 days" in client.get("/organisation/retention/").get_data(as_text=True)
    assert client_for(people.owner).get("/organisation/retention/").status_code == 403
    assert client.get("/organisation/retention/nothing").status_code == 404


def test_the_command_of_the_night_says_what_went(people, settings):
    from click.testing import CliRunner

    from audit_app import schema
    from audit_app.cli import main

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    folder = settings.data_dir / "own"
    folder.mkdir()
    schema.upgrade(f"sqlite:///{folder / 'audit.db'}")
    done = CliRunner().invoke(main, ["tidy", "--data", str(folder)], catch_exceptions=False)
    assert (done.exit_code, done.output) == (0, "Nothing is due.\n")

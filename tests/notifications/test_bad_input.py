"""Bad input: addresses that no mail can carry, titles over two lines, hundreds of notices at once."""

from datetime import timedelta

import pytest

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.notifications import outbox, services
from audit_app.notifications.models import MailState
from tests.notifications.mailbox import LINKS, text_of
from tests.notifications.test_outbox import issued, mails, told


@pytest.mark.parametrize("address", ["名字@example.org", "two@signs@example.org"])
def test_an_address_that_no_mail_can_carry_is_parked(app, people, settings, mailbox, clock, address):
    told(people.owner, issued(people, people.owner))
    people.owner.email = address
    db.session.commit()
    outbox.deliver(settings, LINKS)
    assert mails()[0].state in (MailState.FAILED, MailState.SENT)
    assert (mails()[0].state is MailState.SENT) == bool(mailbox.mails)


def test_a_title_over_two_lines_breaks_no_header(app, people, settings, mailbox, clock):
    notice = told(people.owner, issued(people, people.owner), "plan.changed")
    notice.facts = {"code": "A\r\nBcc: all@example.org", "title": "x\ny", "due": "–"}
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (1, 0)
    assert mailbox.mails[0]["Bcc"] is None
    assert "\n" not in mailbox.mails[0]["Subject"]


def test_who_has_hundreds_of_notices_reads_the_first_hundred_and_how_many_more(
    app, people, settings, mailbox, clock
):
    finding = issued(people, people.owner)
    services.mark_all_read(people.owner)
    for number in range(130):
        services.queue(
            "finding.extended", to=people.owner, subject=finding, day=today() - timedelta(days=number)
        )
    db.session.commit()
    outbox.deliver(settings, LINKS)
    assert mailbox.mails[0]["Subject"].startswith("130 notices")
    assert "and 30 more" in text_of(mailbox.mails[0])
    assert len(mails()[0].carried) == 130

"""Every page around the meeting is whole, before it, in it and after it."""

import pytest
import time_machine

from audit_app.core.db import db
from audit_app.reviews import exports, services
from tests.reviews import factory

PREPARING = (
    "calendar",
    "{}/places",
    "{}/requests",
    "{}/gate",
    "{}/climate",
    "{}/agenda",
    "{}/meeting",
    "{}/distribution/edit",
)
ALWAYS = ("{}", "{}/distribution", "{}/present", "{}/pack")


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


def test_the_pages_are_whole_before_the_meeting_in_it_and_after_it(people, client_for, parsed):
    factory.measured(people)
    review = factory.ready(people)
    services.ask_decision(review, text="Pumps", input_key="j", options="A: 1\nB: 2", by=people.manager)
    db.session.commit()
    broken = {}

    def look(pages):
        client = client_for(people.manager)
        for page in pages:
            reply = client.get("/reviews/" + page.format(review.id))
            try:
                parsed(reply)
                assert reply.status_code == 200
                assert reply.text.count("<h1") == 1
            except Exception as error:  # all pages are named together
                broken[page] = f"{reply.status_code} {error}"

    look(PREPARING + ALWAYS)
    services.reject_decision(review.decisions[-1], by=people.boss)
    services.approve(review, exports.render_all, by=people.boss)
    db.session.commit()
    look(ALWAYS)
    assert broken == {}

"""A closed account owns nothing for long: everything open goes to a named other person, who is told."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from audit_app.accounts import leaving
from audit_app.accounts import services as accounts
from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import handover, services
from audit_app.findings.models import Grade
from audit_app.home import work
from audit_app.notifications.models import Notice
from audit_app.trail import queries as trail
from tests.databases import both_databases
from tests.findings import factory
from tests.people import People


@both_databases
def test_everything_open_goes_to_one_person_with_notice_and_trail(people: People) -> None:
    made = {state: factory.at(people, state) for state in factory.PATH}
    open_ones = [made[state] for state in factory.PATH if state != "closed"]
    planning = ("proposed", "planned", "in_progress", "implemented")
    actions = [action for state in planning for action in made[state].actions]
    assert handover.burden(people.owner) == leaving.burden(people.owner) == len(open_ones) + len(actions)
    moved = handover.hand_over(people.owner, to=people.owner2, reason="She left.", by=people.admin)
    assert moved == (len(open_ones), len(actions))
    assert {each.owner for each in (*open_ones, *actions)} == {people.owner2}
    assert made["closed"].owner is people.owner
    assert made["verified"].actions[0].owner is people.owner  # verified work stays under her name
    assert handover.burden(people.owner) == 0
    for each in open_ones:
        entry = next(row for row in trail.history(each) if row.action == "finding.hand_over")
        assert entry.facts["details"] == {"reason": "She left.", "from": "Olga Owner", "to": "Otto Owner"}
    told = [each.kind for each in db.session.query(Notice).filter_by(person_id=people.owner2.id)]
    assert told.count("finding.handed_over") == len(open_ones)
    assert told.count("action.handed_over") == len(actions)


def test_who_sees_some_of_it_is_shown_and_hands_over_no_more(
    people: People, client_for: Callable[[Person], FlaskClient]
) -> None:
    seen = factory.finding(people, Grade.MINOR, title="记录缺失", audit=None, by=people.lead)
    hidden = factory.finding(people, Grade.MINOR, title="别处的发现", audit=None, by=people.manager)
    for each in (seen, hidden):
        services.issue(each, by=people.manager)
    page = client_for(people.lead).get(f"/findings/hand-over/{people.owner.id}").get_data(as_text=True)
    assert seen.code in page
    assert hidden.code not in page
    moved = handover.hand_over(people.owner, to=people.owner2, reason="She left.", by=people.lead)
    assert moved == (1, 0)
    assert (seen.owner, hidden.owner) == (people.owner2, people.owner)


def test_who_cannot_take_it_is_refused_and_nothing_moves(people: People) -> None:
    subject = factory.at(people, "planned")
    verified = factory.at(people, "verified")
    people.owner2.active = False
    for to, said in (
        (None, "Name who"),
        (people.owner, "somebody else"),
        (people.owner2, "no longer active"),
        (people.reader, "no role that answers"),
        (people.auditor2, "no role that answers"),
    ):
        with pytest.raises(Refused, match=said) as refused:
            handover.hand_over(people.owner, to=to, reason="Left.", by=people.admin)
        assert refused.value.field == "to_id"
    verified.verified_by = people.manager
    with pytest.raises(Refused, match="verified"):
        handover.hand_over(people.owner, to=people.manager, reason="Left.", by=people.admin)
    with pytest.raises(Refused, match="Say why"):
        handover.hand_over(people.owner, to=people.manager, reason=" ", by=people.admin)
    with pytest.raises(Refused, match="does not hand over"):
        handover.hand_over(people.owner, to=people.manager, reason="Mine.", by=people.owner)
    with pytest.raises(Refused, match="nothing open"):
        handover.hand_over(people.boss, to=people.manager, reason="Left.", by=people.admin)
    assert {subject.owner, subject.actions[0].owner, verified.owner} == {people.owner}


def test_ending_access_leads_to_the_hand_over_page(people: People, client_for: Any, parsed: Any) -> None:
    subject = factory.at(people, "planned")
    db.session.commit()
    admin = client_for(people.admin)
    person = f"/organisation/people/{people.owner.id}"
    page = admin.get(person)
    parsed(page)
    assert "best before access ends" in page.text
    reply = admin.post(f"{person}/access/end")
    assert reply.location.endswith(f"/findings/hand-over/{people.owner.id}")
    page = admin.get(reply.location)
    parsed(page)
    assert subject.code in page.text
    assert any(pile.kind.key == "orphans" for pile in work.piles(people.manager))
    wrong = admin.post(reply.location, data={"to_id": people.reader.id, "reason": "She left us."})
    assert wrong.status_code == 422
    assert "no role that answers" in wrong.text
    assert "She left us." in wrong.text
    done = admin.post(reply.location, data={"to_id": people.owner2.id, "reason": "She left us."})
    assert done.status_code == 303
    assert subject.owner is people.owner2
    assert "Nothing to hand over" in admin.get(f"/findings/hand-over/{people.owner.id}").text
    assert "are owned by this person" not in admin.get(person).text
    assert client_for(people.auditor).get(f"/findings/hand-over/{people.owner2.id}").status_code == 403
    assert admin.get("/findings/hand-over/99999").status_code == 404


def test_somebody_who_owns_nothing_leaves_without_more_questions(people: People, client_for: Any) -> None:
    reply = client_for(people.admin).post(f"/organisation/people/{people.reader.id}/access/end")
    assert reply.location.endswith(f"/organisation/people/{people.reader.id}")
    assert accounts.activate(people.reader, by=people.admin).active


def test_the_pages_of_the_deadlines_are_for_those_who_set_them(
    people: People, client_for: Any, parsed: Any
) -> None:
    addresses = ("/findings/deadlines", "/findings/deadlines/minor/response", "/findings/deadlines/ladder")
    for address in addresses:
        for person, status in (
            (people.admin, 200),
            (people.manager, 200),
            (people.lead, 403),
            (people.reader, 403),
        ):
            reply = client_for(person).get(address)
            assert reply.status_code == status, (address, person.name)
            if status == 200:
                parsed(reply)
    manager = client_for(people.manager)
    assert manager.get("/findings/deadlines/good_practice/response").status_code == 404
    assert manager.get("/findings/deadlines/minor/nonsense").status_code == 404
    for number in ("0", "731", "x", "90"):
        reply = manager.post(
            "/findings/deadlines/minor/response", data={"number": number, "unit": "calendar"}
        )
        assert reply.status_code == 422, number
        assert f'value="{number}"' in reply.text
    reply = manager.post("/findings/deadlines/minor/response", data={"number": "12", "unit": "working"})
    assert reply.status_code == 303
    page = manager.get("/findings/deadlines").text
    assert "12 working days" in page
    assert "Mia Manager" in page
    wrong = {"owner": 3, "head": 3, "representative": 9, "review": 30, "person_id": ""}
    assert manager.post("/findings/deadlines/ladder", data=wrong).status_code == 422
    right = wrong | {"head": 6, "person_id": people.boss.id}
    assert manager.post("/findings/deadlines/ladder", data=right).status_code == 303
    assert "Ben Boss" in manager.get("/findings/deadlines").text

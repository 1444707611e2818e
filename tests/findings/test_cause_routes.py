"""The page of the cause: each why saved by itself, nothing typed lost, both views valid HTML in both languages."""

from typing import Any
from xml.dom.minidom import parseString

import pytest

from audit_app.core.db import db
from audit_app.findings import causes
from audit_app.findings.cause_models import CauseCategory, CauseKind, FindingCause
from audit_app.findings.models import Finding, Grade
from tests.findings import factory
from tests.people import People


@pytest.fixture
def subject(people: People) -> Finding:
    """A finding with a chain of three and a bone, whose cause is being looked for."""
    made = factory.at(people, "corrected")
    node = None
    for text in (
        "The desk can <save> without it.",
        "The field & its rule are optional.",
        "No rule was taken over.",
    ):
        node = causes.add(made, text=text, evidence="Form, tried", parent=node, by=people.owner)
    assert node is not None
    causes.edit(
        made,
        node,
        text=node.text,
        evidence="Release note",
        category=CauseCategory.TECHNOLOGY,
        by=people.owner,
    )
    causes.mark(made, node, True, by=people.owner)
    causes.add(
        made, text="Two of four left", kind=CauseKind.BONE, category=CauseCategory.PEOPLE, by=people.owner
    )
    db.session.commit()
    return made


def nodes(subject: Finding) -> list[FindingCause]:
    db.session.expire_all()
    return list(subject.causes)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("who", ["owner", "manager", "reader"])
def test_both_views_are_valid_in_both_languages(
    people: People, subject: Finding, client_for: Any, parsed: Any, language: str, who: str
):
    person = getattr(people, who)
    person.language = language
    db.session.commit()
    client = client_for(person)
    for query in ("", "?view=fishbone", f"?under={subject.causes[0].id}", "?view=fishbone&bone=people",
                  f"?edit={subject.causes[1].id}", "?under=0", "?under=zz&edit=9999999999&view=no"):  # fmt: skip
        reply = client.get(f"/findings/{subject.id}/cause{query}")
        assert reply.status_code == 200, query
        page = parsed(reply)
        assert "<save>" not in reply.text
        assert (page.find(".//form[@data-guard]") is not None) == (
            who != "reader" and query not in ("", "?view=fishbone") and "zz" not in query
        )
    for place in ("", "/step/analyse", "/cause.svg", "/cause.svg?view=fishbone", "/report"):
        allowed = (200, 403) if place.startswith("/step") else (200,)
        assert client.get(f"/findings/{subject.id}{place}").status_code in allowed, place


def test_the_drawing_is_xml_with_every_word_escaped(people: People, subject: Finding, client_for: Any):
    client = client_for(people.owner)
    for view, words in (("whys", "<save>"), ("fishbone", "Two of four left")):
        reply = client.get(f"/findings/{subject.id}/cause.svg?view={view}")
        assert reply.mimetype == "image/svg+xml"
        drawn = parseString(reply.data)  # noqa: S318  # made by ourselves a line above
        assert drawn.documentElement.tagName == "svg"
        said = "".join(each.firstChild.data for each in drawn.getElementsByTagName("text"))
        assert words in said


def test_one_why_after_another_with_the_next_already_open(people: People, client_for: Any):
    subject = factory.at(people, "accepted")
    db.session.commit()
    client, base = client_for(people.owner), f"/findings/{subject.id}/cause"
    reply = client.post(
        f"{base}/add?under=0", data={"text": "The desk can save.", "evidence": "Tried", "category": ""}
    )
    (first,) = nodes(subject)
    assert reply.status_code == 302
    assert reply.location.endswith(f"{base}?under={first.id}#text")
    client.post(f"{base}/add?under={first.id}", data={"text": "Optional field.", "category": "technology"})
    client.post(f"{base}/add?bone=people&view=fishbone", data={"text": "Two left.", "category": "people"})
    made = nodes(subject)
    assert [(each.parent_id, each.kind.value) for each in made] == [
        (None, "why"),
        (first.id, "why"),
        (None, "bone"),
    ]
    for verb in ("root", "no_root", "remove"):
        assert client.post(f"{base}/{made[2].id}/{verb}").status_code == 302
    assert len(nodes(subject)) == 2
    assert client.post(f"{base}/{first.id}/explode").status_code == 404
    assert client.post(f"{base}/99/up").status_code == 404


def test_what_is_refused_comes_back_as_typed(people: People, subject: Finding, client_for: Any):
    client, base = client_for(people.owner), f"/findings/{subject.id}/cause"
    for place in (
        f"{base}/add?under={subject.causes[0].id}",
        f"{base}/{subject.causes[0].id}/edit",
        f"{base}/add?under=0",
    ):
        reply = client.post(place, data={"text": "", "evidence": "A record typed at length", "category": ""})
        assert reply.status_code == 422
        assert "A record typed at length" in reply.text
    assert len(nodes(subject)) == 4


def test_the_second_of_two_who_write_sees_both(people: People, subject: Finding, client_for: Any):
    first = subject.causes[0]
    place = f"/findings/{subject.id}/cause/{first.id}/edit"
    stale = {"text": "Mine", "evidence": "", "category": "", "version": str(first.version)}
    assert client_for(people.owner).post(place, data=stale | {"text": "Theirs"}).status_code == 302
    reply = client_for(people.owner).post(place, data=stale)
    assert reply.status_code == 422
    assert "Theirs" in reply.text
    assert "Mine" in reply.text
    assert nodes(subject)[0].text == "Theirs"


def test_who_may_not_answer_changes_nothing(people: People, subject: Finding, client_for: Any):
    base = f"/findings/{subject.id}/cause"
    for person in (people.lead, people.reader, people.owner2):
        client = client_for(person)
        assert client.post(f"{base}/add?under=0", data={"text": "x"}).status_code in (302, 403, 404, 422)
        assert client.post(f"{base}/{subject.causes[0].id}/remove").status_code in (302, 403, 404)
    assert len(nodes(subject)) == 4
    assert client_for(people.owner2).get(base).status_code == 404


def test_a_lighter_finding_has_no_cause_to_look_for(people: People, client_for: Any):
    made = factory.at(people, "issued", Grade.OBSERVATION)
    db.session.commit()
    assert client_for(people.manager).get(f"/findings/{made.id}/cause").status_code == 404


def test_the_marked_root_and_its_kind_are_proposed_when_the_cause_is_stated(
    people: People, subject: Finding, client_for: Any, parsed: Any
):
    reply = client_for(people.owner).get(f"/findings/{subject.id}/step/analyse")
    page = parsed(reply)
    assert page.find(".//textarea[@id='cause']").text.strip() == "No rule was taken over."
    assert page.find(".//input[@value='technology']").get("checked") is not None


def test_the_approver_sees_what_is_pointed_out(people: People, client_for: Any):
    subject = factory.at(people, "corrected")
    causes.mark(
        subject, causes.add(subject, text="The clerk forgot it.", by=people.owner), True, by=people.owner
    )
    for state in ("analysed", "proposed"):
        factory.WALK[state](people, subject)
    db.session.commit()
    reply = client_for(people.manager).get(f"/findings/{subject.id}/step/approve_plan")
    assert "“forgot” blames a person" in reply.text


def test_the_pareto_opens_the_lists_behind_its_bars(people: People, client_for: Any, parsed: Any):
    factory.at(people, "analysed", title="Sorted one")
    factory.at(people, "issued", title="Unsorted one")
    db.session.commit()
    client = client_for(people.manager)
    page = parsed(client.get("/findings/charts?first_day=zz"))
    links = [each.get("href") for each in page.iterfind(".//section[@id='causes']//td/a")]
    assert len(links) == 2
    assert "Sorted one" in client.get(links[0]).text
    assert "Unsorted one" not in client.get(links[0]).text
    assert "Unsorted one" in client.get(links[1]).text
    assert "Sorted one" not in client.get("/findings/?cause=nonsense").text
    for language in ("zh", "en"):
        assert client.get(f"/findings/charts.xlsx?lang={language}").data[:2] == b"PK"

"""The read-only person follows the file on the screen: programme, audit, finding, action, evidence, review, and
back; only links that the pages show, no address typed, each step at most two clicks."""

import re
from html import unescape
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from audit_app.core.db import db
from audit_app.demo.files import Upload
from audit_app.evidence import services as evidence
from audit_app.findings.models import Grade
from tests.findings import factory as findings
from tests.house.more_world import review
from tests.reports import factory

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#]+)[^"]*"')
FILES = re.compile(r"\.(zip|pdf|xlsx|csv|ics)|/pdf|/xlsx|/language|/sign-out|/logout")
CLICKS = 2


@pytest.fixture
def world(people):
    """An audit reported with a verified finding whose action carries a file, and the review that followed."""
    audit = factory.audited(people, "conform")
    found = findings.at(people, "verified", Grade.MINOR, audit=audit)
    action = found.actions[0]
    file = evidence.attach(action, Upload("list.txt", b"Ten of ten records are complete.\n"), by=people.owner)
    db.session.refresh(audit)
    factory.issued(people, audit)
    audit.ends_on = audit.starts_on
    held = review(people, "approved", "Review of the year")
    db.session.commit()
    return {
        "home": "/",
        "programme": f"/programme/{audit.programme.year}",
        "audit": f"/programme/audits/{audit.id}",
        "finding": f"/findings/{found.id}",
        "action": f"/findings/actions/{action.id}",
        "evidence": f"/evidence/{file.id}",
        "review": f"/reviews/{held.id}",
    }


def links(client, page):
    """The links of a page, as somebody sees them: without scripts and forms, and only of this house."""
    reply = client.get(page, follow_redirects=True)
    assert reply.status_code == 200, page
    if not reply.mimetype.startswith("text/html"):
        return []
    found = [unescape(each) for each in LINK.findall(reply.get_data(as_text=True))]
    return list(dict.fromkeys(each for each in found if each.startswith("/")))


def clicks(client, start, goal):
    """The fewest clicks from a page to another; None when it takes more than are allowed."""
    reached, seen = [start], {start}
    for number in range(1, CLICKS + 1):
        further = []
        for page in reached:
            for link in links(client, page):
                if urlsplit(link).path == goal:
                    return number
                if link not in seen and not FILES.search(link):
                    seen.add(link)
                    further.append(link)
        reached = further
    return None


PATH = ("home", "programme", "audit", "finding", "action", "evidence")
STEPS = [
    *pairwise(PATH),
    ("action", "review"),
    ("review", "finding"),
    ("review", "audit"),
    ("action", "finding"),
    ("finding", "audit"),
    ("audit", "programme"),
    ("programme", "review"),
    ("audit", "review"),
]


@pytest.mark.parametrize(("start", "goal"), STEPS, ids=[f"{a} to {b}" for a, b in STEPS])
def test_the_read_only_person_gets_from_one_to_the_next_in_two_clicks(people, world, client_for, start, goal):
    assert clicks(client_for(people.reader), world[start], world[goal]) is not None


def test_a_file_of_evidence_opens_for_the_read_only_person(people, world, client_for):
    reply = client_for(people.reader).get(world["evidence"])
    assert reply.status_code == 200
    assert reply.data == b"Ten of ten records are complete.\n"


def test_the_read_only_person_is_offered_nothing_that_changes_a_record_on_the_way(people, world, client_for):
    client = client_for(people.reader)
    for name in ("programme", "audit", "finding", "action", "review"):
        page = client.get(world[name]).get_data(as_text=True)
        main = page[page.index("<main") :]
        assert 'method="post"' not in main, name

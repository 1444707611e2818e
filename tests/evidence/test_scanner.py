"""The virus scanner, when one is set: what it finds is refused and told, and without it nothing is taken unseen."""

import io
import uuid

import pytest
from sqlalchemy import select

from audit_app.checklists.field_models import Upload, UploadState
from audit_app.core import scanner
from audit_app.core.db import db
from audit_app.evidence import queries, services
from audit_app.trail.models import TrailEntry
from tests.checklists import factory as checklists
from tests.checklists import field
from tests.evidence import clamd, made
from tests.findings import factory

VIRUS = b"A note.\n" + clamd.EICAR


@pytest.fixture(autouse=True)
def none_afterwards():
    yield
    scanner.use(scanner.Scanner())


@pytest.fixture(params=["tcp", "unix"])
def running(request, app, tmp_path):
    with clamd.running("tcp" if request.param == "tcp" else f"unix:{tmp_path / 's'}") as (address, found):
        scanner.use(scanner.Scanner(address))
        yield found
        assert found.errors == []


@pytest.fixture
def finding(people):
    made = factory.at(people, "issued")
    db.session.commit()
    return made


def send(client, finding, *contents, as_script=False):
    headers = {"X-Requested-With": "fetch", "Accept": "application/json"} if as_script else {}
    files = [(io.BytesIO(content), f"note-{number}.txt") for number, content in enumerate(contents)]
    return client.post(f"/evidence/finding/{finding.id}", data={"files": files}, headers=headers)


def told():
    rows = db.session.scalars(select(TrailEntry).where(TrailEntry.action == "evidence.infected")).all()
    return [row.facts["details"] for row in rows]


def stored_files():
    return [each for each in services.path_of("00").parent.parent.rglob("*") if each.is_file()]


def test_a_clean_file_is_scanned_whole_and_taken(running, people, client_for, finding):
    content = b"plain words " * 30_000
    assert send(client_for(people.manager), finding, content).status_code == 303
    assert running.seen == [content]
    assert len(queries.of(finding)) == 1
    assert told() == []


@pytest.mark.parametrize("as_script", [False, True])
def test_a_virus_is_refused_with_a_sentence_and_a_line_in_the_trail(
    running, people, client_for, finding, as_script
):
    client = client_for(people.manager)
    reply = send(client, finding, VIRUS, as_script=as_script)
    words = reply.json["message"] if as_script else client.get("/").get_data(as_text=True)
    assert "the virus scanner found “Eicar-Test-Signature” in it" in words
    assert reply.status_code == (422 if as_script else 303)
    assert queries.of(finding) == []
    assert stored_files() == []
    assert told() == [{"file": "note-0.txt", "virus": "Eicar-Test-Signature"}]


def test_a_virus_costs_no_other_file(running, people, client_for, finding):
    send(client_for(people.manager), finding, b"one", VIRUS, b"three")
    assert sorted(each.filename for each in queries.of(finding)) == ["note-0.txt", "note-2.txt"]
    assert len(told()) == 1


def test_a_script_that_sends_a_virus_among_others_has_sent_nothing(running, people, client_for, finding):
    send(client_for(people.manager), finding, b"one", VIRUS, as_script=True)
    assert queries.of(finding) == []
    assert len(told()) == 1


def test_a_virus_behind_a_photo_is_found_before_the_photo_is_drawn_anew(running, people, client_for, finding):
    send(client_for(people.manager), finding, made.picture() + clamd.EICAR)
    assert queries.of(finding) == []
    assert len(told()) == 1


def test_a_virus_from_a_tablet_is_refused_for_good(running, people, client_for):
    audited, key = checklists.checklist(people), str(uuid.uuid4())
    reply = field.put(
        client_for(people.auditor), VIRUS, audit=audited.audit, id=key, item=audited.items[0].id
    )
    assert (reply.status_code, reply.json["reason"]) == (422, "infected")
    assert "Eicar" in reply.json["message"]
    assert db.session.get(Upload, key).state is UploadState.REFUSED
    assert len(told()) == 1


@pytest.mark.parametrize("as_script", [False, True])
def test_while_the_scanner_is_away_nothing_is_taken_and_the_sentence_says_so(
    people, client_for, finding, as_script
):
    scanner.use(scanner.Scanner("127.0.0.1:1"))
    client = client_for(people.manager)
    reply = send(client, finding, b"one", b"two", as_script=as_script)
    words = reply.json["message"] if as_script else client.get("/").get_data(as_text=True)
    assert "the virus scanner does not answer. Send it again in some minutes" in words
    assert queries.of(finding) == []
    assert stored_files() == []


def test_a_setting_takes_files_although_the_scanner_is_away(people, client_for, finding):
    scanner.use(scanner.Scanner("127.0.0.1:1", needed=False))
    send(client_for(people.manager), finding, b"one")
    assert len(queries.of(finding)) == 1


def test_a_scanner_that_hangs_up_without_an_answer_counts_as_away(people, client_for, finding):
    with clamd.running("tcp", silent=True) as (address, _found):
        scanner.use(scanner.Scanner(address))
        send(client_for(people.manager), finding, b"one")
    assert queries.of(finding) == []


def test_a_file_that_is_too_large_for_the_scanner_is_refused_with_its_reason(people, client_for, finding):
    with clamd.running("tcp", largest=100_000) as (address, _found):
        scanner.use(scanner.Scanner(address))
        reply = send(client_for(people.manager), finding, b"words " * 60_000, as_script=True)
    assert "larger than the virus scanner takes" in reply.json["message"]
    assert queries.of(finding) == []


def test_a_photo_from_a_tablet_waits_for_the_scanner_and_then_goes_by_itself(people, client_for):
    audited, key, whole = checklists.checklist(people), str(uuid.uuid4()), field.photo()
    client, facts = client_for(people.auditor), {"audit": audited.audit, "whole": whole, "id": key}
    half = len(whole) // 2
    assert field.put(client, whole[:half], **facts).status_code == 200
    scanner.use(scanner.Scanner("127.0.0.1:1"))
    reply = field.put(client, whole[half:], offset=half, **facts)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "60")
    assert db.session.get(Upload, key).state is UploadState.PARTIAL
    scanner.use(scanner.Scanner())
    assert field.put(client, whole[half:], offset=half, **facts).status_code == 201
    assert len(queries.of(audited.audit)) == 1


@pytest.mark.parametrize("address", ["clamd", "host:", ":3310", "host:port"])
def test_an_address_that_is_none_stops_the_start(address):
    with pytest.raises(ValueError, match="CLAMD must be"):
        scanner.use(scanner.Scanner(address))

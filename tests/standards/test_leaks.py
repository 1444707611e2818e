"""Licensed text stays where it may be read: no file, no search, no trail, and no page of who may not read it."""

import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission, Role
from audit_app.standards import queries
from tests.house.conftest import world as world
from tests.house.standards_world import SECRET
from tests.house.world import World, addresses

Clients = Callable[[Person], FlaskClient]
MAY_SHOW = ("standards.", "checklists.fieldwork")
"""Pages that show the text to those who may read it."""


def words_of(data: bytes) -> Iterator[str]:
    """Everything readable in a reply: archives are opened, PDFs read, the rest taken as text."""
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name
                yield from words_of(archive.read(name))
    elif data[:5] == b"%PDF-":
        yield from (page.extract_text() for page in PdfReader(BytesIO(data)).pages)
    else:
        yield data.decode("utf-8", "replace")


JUDGED: dict[bytes, bool] = {}
"""Files that several people get alike are read once: reading the words of a PDF takes longer than making it."""


def leaks(data: bytes) -> bool:
    digest = sha256(data).digest()
    if digest not in JUDGED:
        JUDGED[digest] = _leaks(data)
    return JUDGED[digest]


def _leaks(data: bytes) -> bool:
    return any(SECRET in words.replace("\n", "") or ascii(SECRET)[1:-1] in words for words in words_of(data))


def test_the_search_for_leaks_finds_them_in_an_archive_in_an_archive():
    inner, outer = BytesIO(), BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.xml", f"<a>{SECRET}</a>")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("book.xlsx", inner.getvalue())
    assert leaks(outer.getvalue())
    assert leaks(f'{{"text": "{ascii(SECRET)[1:-1]}"}}'.encode())
    assert not leaks(b"nothing")


def searches() -> list[str]:
    """Searches for a part of the text: the words searched for stand on the page of hits anyway."""
    return [f"/search?q={part}" for part in (SECRET[:6], SECRET[2:6], SECRET[6:])]


@pytest.mark.slow
@pytest.mark.parametrize(
    "roles", [{Role.READ_ONLY, Role.PROCESS_OWNER}, pytest.param(set(Role), marks=pytest.mark.long)]
)
def test_who_may_not_read_the_text_gets_it_from_no_address(
    app: Flask, world: World, client_for: Clients, roles: set[Role]
) -> None:
    """The two roles that stand for the others in every run; everybody with -m long."""
    places = [place.url for place in addresses(app, world)] + searches()
    others = [person for person in world.everybody.values() if not person.may(Permission.CLAUSE_TEXT_SEE)]
    assert {role for person in others for role in person.role_set} >= {Role.READ_ONLY, Role.PROCESS_OWNER}
    for person in others:
        if person.role_set & roles:
            client = client_for(person)
            assert [url for url in places if leaks(client.get(url).get_data())] == [], person.name


@pytest.mark.slow
def test_who_may_read_the_text_finds_it_on_its_pages_and_in_no_file_search_or_trail(
    app: Flask, world: World, client_for: Clients
) -> None:
    assert queries.texts_for([("ISO/IEC 20000-1:2018", "8.6.1")], to=world.people.manager)
    client = client_for(world.people.manager)
    shown, leaked, files = [], [], 0
    for place in addresses(app, world):
        reply = client.get(place.url)
        page = reply.mimetype == "text/html"
        files += not page
        if leaks(reply.get_data()):
            (shown if page and place.endpoint.startswith(MAY_SHOW) else leaked).append(place.url)
    leaked += [url for url in searches() if leaks(client.get(url).get_data())]
    assert leaked == []
    fieldwork = f"/audits/{world.audit.id}/fieldwork"
    assert shown == [
        fieldwork,
        f"{fieldwork}?item={world.item.id}",
        f"/standards/{world.more['texts']['kept'].id}",
    ]
    assert files > 25

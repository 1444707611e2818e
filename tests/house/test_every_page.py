"""Every page, for every role, in both languages: it opens for those who may and for nobody else, looking changes
nothing, and it is strict HTML, with one heading, nothing inline, no language left over.

The questions are many and the walk is long, so that one walk answers them all."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import String, select

from audit_app.accounts.models import Person
from audit_app.config import Settings
from audit_app.core.db import Base, db
from tests.house.test_get_changes_nothing import contents, files
from tests.house.test_routes_declare_access import wrong
from tests.house.world import Address, World, addresses

SPOKEN = {
    "a",
    "button",
    "label",
    "legend",
    "h1",
    "h2",
    "h3",
    "h4",
    "th",
    "dt",
    "summary",
    "option",
    "caption",
    "title",
}
"""Elements whose words are the product's, not a person's."""
ATTRIBUTES = ("placeholder", "aria-label", "title", "alt", "data-label", "data-confirm")
LATIN = re.compile(r"[A-Za-z]*[a-z]{2,}[A-Za-z]*")
MAY_STAY = {
    "English",
    "Excel",
    "ServiceNow",
    "Jira",
    "iTop",
    "FitSM",
    "Statuspage",
    "ITEMO",
    "min",
    "kB",
    "pdf",
    "xlsx",
    "csv",
    "txt",
    "yaml",
}
"""Words written in Latin letters in Chinese too: names, units, endings of files."""
MAY_STAY |= {"en", "zh", "code", "month", "value", "values", "codemonthvalue"}
"""Codes of languages, and the headings of the uploaded file and of the example of one."""


def parse(text: str) -> Element:
    """Strictly: what a browser would have to repair is an error."""
    tree: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    return tree


def faults(tree: Element, language: str) -> Iterator[str]:
    """What is wrong with the markup of a page."""
    if tree.get("lang") != {"zh": "zh-Hans", "en": "en"}[language]:
        yield f"lang={tree.get('lang')}"
    headings = sum(1 for _each in tree.iter("h1"))
    if headings != 1:
        yield f"{headings} h1"
    title = next(tree.iter("title"), None)
    if title is None or not (title.text or "").strip():
        yield "no title"
    seen: set[str] = set()
    for each in tree.iter():
        if not isinstance(each.tag, str):
            continue
        handlers = [name for name in each.attrib if str(name).startswith("on") or name == "style"]
        if handlers:
            yield f"<{each.tag} {handlers[0]}>"
        if each.tag == "style" or (
            each.tag == "script" and not each.get("src") and (each.get("type") or "") != "application/json"
        ):
            yield f"inline <{each.tag}>"
        if "id" in each.attrib:
            if each.attrib["id"] in seen:
                yield f"id {each.attrib['id']} twice"
            seen.add(each.attrib["id"])


def typed() -> list[str]:
    """What people typed and what the library says, longest first: it may be in any language."""
    found: set[str] = set()
    for table in Base.metadata.sorted_tables:
        columns = [
            column
            for column in table.columns
            if type(column.type) is String and (column.type.length or 99) > 20
        ]
        for row in db.session.execute(select(*columns)) if columns else ():
            found |= {
                value for value in row if isinstance(value, str) and LATIN.search(value) and len(value) > 3
            }
    db.session.rollback()
    return sorted(found, key=len, reverse=True)


def english_left(tree: Element, known: list[str]) -> set[str]:
    """Words in Latin small letters that neither a person nor a name explains."""
    left = set()
    for each in tree.iter():
        texts = [each.get(name) or "" for name in ATTRIBUTES]
        if each.tag in SPOKEN and each.get("lang") != "en":
            texts.append("".join(each.itertext()))
        for text in texts:
            words = set(LATIN.findall(text)) - MAY_STAY
            if words:
                for value in known:
                    text = text.replace(value, "").replace(value[:80], "")
                words = set(LATIN.findall(text)) - MAY_STAY
                if words:
                    left.add(" ".join(text.split())[:80])
    return left


FRAGMENTS = {"dossiers.progressed", "findings.proposals"}
"""Pieces that a page asks for; they are part of one."""


def markup(reply: Any, place: Address, language: str, known: list[str]) -> list[str]:
    """What is wrong with the page that was sent, if it is one."""
    if reply.status_code != 200 or reply.mimetype != "text/html" or place.endpoint in FRAGMENTS:
        return []
    try:
        tree = parse(reply.get_data(as_text=True))
    except html5lib.html5parser.ParseError as error:
        return [f"does not parse: {error}"]
    left = sorted(english_left(tree, known)) if language == "zh" else []
    return [*faults(tree, language), *left]


Clients = Callable[[Person], FlaskClient]
SEE_MOST = ["programme manager", "process owner"]
"""In every run everybody reads English and these two read Chinese, from the same templates; all do with -m long."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "roles"),
    [("en", None), ("zh", SEE_MOST), pytest.param("zh", None, marks=pytest.mark.long)],
    ids=["en", "zh-two", "zh"],
)
def test_every_page_opens_for_those_who_may_only_changes_nothing_and_is_strict_html_in_one_language(
    app: Flask, world: World, client_for: Clients, settings: Settings, language: str, roles: list[str] | None
):
    known = typed() if language == "zh" else []
    for person in world.everybody.values():
        person.language = language
    clients = {role: client_for(world.everybody[role]) for role in roles or world.everybody}
    before, kept = contents(), files(settings.data_dir)
    assert sum(rows for rows, _hash in before.values()) > 500
    empty = sorted(name for name, (rows, _hash) in before.items() if rows == 0)
    assert empty == [], "the world should hold at least one row of everything"
    found: dict[str, Any] = {}
    places, opened = list(addresses(app, world)), 0
    for role in roles or world.everybody:
        person, client = world.everybody[role], clients[role]
        for place in places:
            reply = client.get(place.url)
            opened += reply.status_code == 200
            refused = wrong(app, reply.status_code, person, place)
            if faulty := [*([refused] if refused else []), *markup(reply, place, language, known)]:
                found[f"{role} {place.url}"] = faulty
    assert not found, "\n".join(f"{place}: {what}" for place, what in found.items())
    assert contents() == before
    assert files(settings.data_dir) == kept
    assert opened > 300 * (len(roles or world.everybody) // 2)


def test_the_sign_in_page_and_the_error_pages_parse_in_both_languages(
    app: Flask, world: World, client_for: Clients
):
    for language in ("en", "zh"):
        stranger = app.test_client()
        replies = [stranger.get(f"/login?lang={language}"), stranger.post("/login", data={"email": "x"})]
        world.people.reader.language = language
        db.session.commit()
        reader = client_for(world.people.reader)
        replies += [
            reader.get("/findings/999999"),
            reader.get("/organisation/people"),
            reader.get("/no/such/page"),
        ]
        assert [reply.status_code for reply in replies] == [200, 422, 404, 403, 404]
        for reply in replies:
            tree = parse(reply.get_data(as_text=True))
            assert list(faults(tree, language)) == []
            if language == "zh":
                assert english_left(tree, typed()) == set()


def test_an_inline_handler_and_a_second_heading_would_be_noticed():
    page = (
        '<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><h1>a</h1><h1>b</h1>'
        '<p style="color:red" onclick="x()">c</p><script>1</script></body></html>'
    )
    assert sorted(faults(parse(page), "en")) == ["2 h1", "<p style>", "inline <script>"]


def test_english_on_a_chinese_page_would_be_noticed():
    page = '<!DOCTYPE html><html lang="zh-Hans"><head><title>审核</title></head><body><h1>Findings</h1></body></html>'
    assert english_left(parse(page), []) == {"Findings"}
    assert english_left(parse(page), ["Findings"]) == set()

"""Every page, for every role, in both languages: strict HTML, one heading, nothing inline, no language left over."""

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
from audit_app.core.db import Base, db
from tests.house.world import World, addresses

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


def pages(app: Flask, world: World, client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Address and text of every HTML page that opens."""
    for place in addresses(app, world):
        if place.endpoint in FRAGMENTS:
            continue
        reply = client.get(place.url)
        if reply.status_code == 200 and reply.mimetype == "text/html":
            yield place.url, reply.get_data(as_text=True)


Clients = Callable[[Person], FlaskClient]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_strict_html_in_one_language_with_one_heading_and_nothing_inline(
    app: Flask, world: World, client_for: Clients, language: str
):
    """A page in Chinese is read for English left over as well: pages are many, and each is opened once."""
    found: dict[str, Any] = {}
    known = typed() if language == "zh" else []
    for role, person in world.everybody.items():
        person.language = language
        db.session.commit()
        for url, text in pages(app, world, client_for(person)):
            try:
                tree = parse(text)
                wrong = list(faults(tree, language))
                wrong += sorted(english_left(tree, known)) if language == "zh" else []
            except html5lib.html5parser.ParseError as error:
                wrong = [f"does not parse: {error}"]
            if wrong:
                found[f"{role} {url}"] = wrong
    assert not found, "\n".join(f"{place}: {what}" for place, what in found.items())


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
        assert [reply.status_code for reply in replies] == [200, 200, 404, 403, 404]
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

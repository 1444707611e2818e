"""Templates: they compile, import what they use, escape what people typed, and ask the database nothing."""

import re

import pytest
from flask import Flask
from jinja2 import nodes
from jinja2.visitor import NodeVisitor

from tests.house.files import ROOT, tracked

FOLDER = ROOT / "audit_app" / "templates"
SAFE: dict[str, str] = {}
"""Templates that may say ``|safe``, each with its reason. None needs to."""

FORBIDDEN = {
    "a query": re.compile(r"\.query\b|\bdb\.|\bsession\.(?:scalar|execute|get)"),
    "an inline style": re.compile(r"\sstyle\s*="),
    "an inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    "an address elsewhere": re.compile(r"(?:src|href)=[\"']?(?:https?:)?//"),
    "autoescape switched off": re.compile(r"autoescape\s+false"),
    "a comma of English between two values": re.compile(r"\}\}, \{\{|join\([\"'], |\{\{ [\"'], [\"'] "),
}


def names() -> list[str]:
    return [path.relative_to(FOLDER).as_posix() for path in tracked("audit_app/templates/*")]


def source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def test_there_are_templates():
    assert len(names()) > 40


def test_every_template_compiles(app: Flask):
    for name in names():
        app.jinja_env.get_template(name)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(what: str):
    found = {}
    for name in names():
        text = re.sub(r"\{#.*?#\}", "", source(name), flags=re.S)
        hit = FORBIDDEN[what].search(text)
        if hit:
            found[name] = hit.group()
    assert found == {}


def test_what_people_type_is_always_escaped():
    assert [name for name in names() if re.search(r"\|\s*safe\b", source(name)) and name not in SAFE] == []


class Names(NodeVisitor):
    """Collects the names a template reads."""

    def __init__(self) -> None:
        self.read: set[str] = set()

    def visit_Name(self, node: nodes.Name) -> None:  # named by jinja2's visitor
        if node.ctx == "load":
            self.read.add(node.name)


def unused(app: Flask, name: str) -> set[str]:
    tree = app.jinja_env.parse(source(name))
    imported: set[str] = set()
    for found in tree.find_all((nodes.FromImport, nodes.Import)):
        if isinstance(found, nodes.Import):
            imported.add(found.target)
        else:
            imported |= {each if isinstance(each, str) else each[1] for each in found.names}
    reader = Names()
    reader.visit(tree)
    return imported - reader.read


def test_no_template_imports_what_it_does_not_use(app: Flask):
    assert {name: left for name in names() if (left := unused(app, name))} == {}


def test_every_template_is_rendered_extended_included_or_imported_somewhere():
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in tracked("audit_app/*.py", "audit_app/templates/*")
    )
    # names put together: errors/{status}, the library's own, accounts/{kind}, reviews/{template}, certification/{template}
    by_pattern = {"errors/", "security/", "accounts/", "reviews/", "certification/"}
    spare = [name for name in names() if f'"{name}"' not in code and not name.startswith(tuple(by_pattern))]
    assert spare == []

"""What a page offers to be filled in, filled in; and what it does not offer, sent along."""

from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import html5lib
from flask.testing import FlaskClient
from sqlalchemy import Boolean, Date, DateTime, Enum, Integer, Numeric

from audit_app.core.clock import today
from audit_app.core.db import Base

Fields = list[tuple[str, str]]
MASS = "zqmass"
"""A word that is in no record unless somebody wrote it through a field that is not offered."""
PLAIN = ("text", "note", "reason", "comment", "words", "title", "name", "cause")
"""What the buttons without a page of their own ask for."""
BY_TYPE = {
    "date": lambda: (today() + timedelta(days=5)).isoformat(),
    "number": lambda: "1",
    "email": lambda: "somebody@example.org",
    "time": lambda: "10:00",
    "month": lambda: f"{today():%Y-%m}",
    "datetime-local": lambda: f"{today()}T10:00",
}


def filled(client: FlaskClient, url: str) -> Fields:
    """The form of a page that posts to ``url``, as somebody would send it: what is empty and wanted is filled in."""
    reply = client.get(url)
    fields: Fields = []
    if reply.status_code == 200 and reply.mimetype == "text/html":
        tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(reply.get_data(as_text=True))
        path = url.partition("?")[0]
        for form in tree.iter("form"):
            goes_to = urljoin(url, form.get("action") or url).partition("?")[0]
            if (form.get("method") or "").lower() == "post" and goes_to == path:
                fields = _fields(form)
                break
    known = {name for name, _value in fields}
    return fields + [(name, "看过记录,写得足够长的一句话") for name in PLAIN if not known]


def _fields(form: Any) -> Fields:
    found: Fields = []
    for each in form.iter():
        name = each.get("name") if isinstance(each.tag, str) else None
        if not name or each.get("disabled") is not None:
            continue
        kind = (each.get("type") or "text").lower()
        if each.tag == "select":
            options = [one for one in each.iter("option") if one.get("disabled") is None]
            chosen = [one for one in options if one.get("selected") is not None]
            picked = chosen or [one for one in options if one.get("value")][:1]
            found += [(name, one.get("value") or "") for one in picked]
        elif each.tag == "textarea":
            found.append((name, (each.text or "").strip() or "看过十份记录,写得足够长的一句话"))
        elif each.tag == "input" and kind in ("checkbox", "radio"):
            first = kind == "radio" and name not in {key for key, _value in found}
            if each.get("checked") is not None or first:
                found.append((name, each.get("value") or "y"))
        elif each.tag == "input" and kind not in ("submit", "file", "button"):
            empty = BY_TYPE.get(kind, lambda: "一二三")
            found.append((name, each.get("value") or empty()))
    return found


def not_offered(fields: Fields, of_form: set[str]) -> Fields:
    """Every column of every table, and some names more, that the form does not have; each with a value for its type."""
    offered = (
        of_form
        | {name.partition("-")[0] for name, _value in fields}
        | {name for name, _value in fields}
        | set(PLAIN)
    )
    extra: dict[str, str] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            extra.setdefault(column.name, _value(column.type))
            extra.setdefault(column.name.removesuffix("_id"), "2")
    more = {"is_admin": "1", "role": "administrator", "roles": "administrator", "sees_all": "1", "user_id": "1",
            "_method": "DELETE", "created_at": "2001-01-01", "__class__": MASS, "permissions": "people:manage"}  # fmt: skip
    return [(name, value) for name, value in (extra | more).items() if name not in offered | MEANT]


MEANT = {"next", "lang", "csrf_token"}
"""Where to go afterwards and in which language: read beside every form."""


def _value(kind: Any) -> str:
    if isinstance(kind, Boolean):
        return "y"
    if isinstance(kind, DateTime | Date):
        return "2001-01-01"
    if isinstance(kind, Enum):
        return list(kind.enums)[-1]
    return "2" if isinstance(kind, Integer | Numeric) else MASS

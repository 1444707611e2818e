"""What a person does to come in, and what can be seen of it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from audit_app.accounts.single_sign_on import SENTENCES
from audit_app.core.db import db
from audit_app.trail.models import TrailEntry
from tests.accounts.single_sign_on.lying_provider import Lying


def with_settings(**values):
    """Settings of one test."""
    return pytest.mark.parametrize("extra", [values], ids=["set"])


def begun(client, next_: str = "") -> str:
    """Press the button; the provider's address."""
    reply = client.get("/login/provider", query_string={"next": next_} if next_ else {})
    assert reply.status_code == 303, reply.text
    return reply.location


def given(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def come(client, at: Lying, next_: str = "", **changed: str):
    """The whole way; the last reply."""
    answer = at.agree(begun(client, next_), **changed)
    page = client.get("/login/provider/back", query_string=given(answer))
    if page.status_code != 200:
        return page
    told = given(answer)
    return client.post("/login/provider/back", data={"state": told["state"], "code": told["code"]})


def said(reply, parsed) -> str:
    return "".join(parsed(reply).find(".//*[@role='alert']").itertext()).strip()


def words(reason: str, name: str = "Harbour ID") -> str:
    return str(SENTENCES[reason]) % {"name": name}


def who(client) -> str | None:
    with client.session_transaction() as session:
        return session.get("_user_id")


def lines(action: str) -> list[TrailEntry]:
    return list(db.session.scalars(select(TrailEntry).where(TrailEntry.action == action)))

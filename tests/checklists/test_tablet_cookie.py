"""The cookie that says which tablet this is: bound to this host where cookies go over HTTPS only."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.checklists import factory
from tests.people import People


@pytest.mark.parametrize("former", [True, False], ids=["made before", "made now"])
def test_the_cookie_of_a_tablet_is_bound_to_this_host_where_cookies_are_sent_over_https_only(
    app: Flask, people: People, client_for: Callable[..., FlaskClient], settings: Any, former: bool
):
    settings.secure_cookies = True
    made, device, plain = factory.checklist(people), str(uuid.uuid4()), f"tablet-{people.auditor.id}"
    client, bound = client_for(people.auditor), f"__Host-{plain}"
    client.set_cookie(plain if former else bound, device, secure=True)
    session = client.get_cookie("session")
    assert session is not None
    reply = client.get(f"/audits/{made.audit.id}/fieldwork", base_url="https://localhost")
    assert f'"tablet_cookie": "{bound}"' in re.sub(r'":\s*"', '": "', reply.text)
    sent = {each.partition("=")[0]: each for each in reply.headers.getlist("Set-Cookie")}
    assert sent[bound].startswith(f"{bound}={device};")
    assert {"Secure", "Path=/", "SameSite=Lax"} <= set(sent[bound].split("; "))
    assert "Domain" not in sent[bound]
    assert (plain in sent) is former  # the one of before is taken away

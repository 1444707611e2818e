"""What the tests of second factors do as people do it."""

import re
import time

from passlib.totp import TOTP
from sqlalchemy import select

from audit_app.accounts import second_factor
from audit_app.core.db import db
from audit_app.trail.models import TrailEntry
from tests.people import PASSWORD

PAGE = "/organisation/profile/second-factor"


def code_of(secret, ahead=0):
    """The code that an app shows now, or so many periods later."""
    return TOTP(key=key_of(secret)).generate(time.time() + 30 * ahead).token


def key_of(secret):
    return second_factor.library().totp_factory.get_totp_b32_key(secret)


def password_step(app, person, client=None, password=PASSWORD, **more):
    client = client or app.test_client()
    client.reply = client.post("/login", data={"email": person.email, "password": password}, **more)
    return client


def hidden(reply, name):
    return re.search(rf'name="{name}"[^>]* value="([^"]*)"', reply.get_data(as_text=True)).group(1)


def secret_in(reply):
    return second_factor.library().tf_setup_serializer.loads(hidden(reply, "state"))[1]


def set_up(client):
    """Set up an app as people do; its key."""
    page = client.get(f"{PAGE}/app")
    assert page.status_code == 200, page.location
    secret = secret_in(page)
    reply = client.post(f"{PAGE}/app", data={"state": hidden(page, "state"), "code": code_of(secret, -1)})
    assert reply.status_code == 303, reply.get_data(as_text=True)
    return secret


def codes_in(reply):
    return re.findall(r"<li><code>([^<]+)</code>", reply.get_data(as_text=True))


def said(reply):
    return " ".join(re.sub(r"<[^>]+>", " ", reply.get_data(as_text=True)).split())


def is_in(client):
    return client.get("/organisation/profile").status_code == 200


def lines(action):
    return list(db.session.scalars(select(TrailEntry).where(TrailEntry.action == action)))

"""Fixtures for every test: a real application over a real database, and a few named people."""

import contextvars
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from audit_app import create_app
from audit_app import tables as tables  # all models, so that one file of tests runs by itself too
from audit_app.accounts.models import Person
from audit_app.config import Settings
from audit_app.core import clock
from audit_app.core.db import db
from tests import chains, quick, signed_in
from tests.people import People, invite, known

ZONE = "Asia/Shanghai"
"""Where the organisation under test is. Set before the tests are read: a day that one of them counts from must be
the day of the application, also in the hours in which it is another one in UTC."""
clock.use_zone(ZONE)
Flask.url_rule_class = quick.LateRule
quick.before_collection()
pytest_plugins = ["tests.databases", "tests.live"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With ``-n 2`` each process begins with one half and helps the other at the end: what a file makes for all of its
    tests is made once, not once in each process, which is what sharing out test by test does."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None


def pytest_collection_finish() -> None:
    """From here on only tests make objects."""
    quick.after_collection()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what is marked long, unless the marks asked for name it."""
    if "long" in (config.getoption("markexpr") or ""):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of the application under test."""
    return Settings(
        database_url=database_url,
        data_dir=tmp_path / "data",
        secret_key="only-for-tests-" * 3,
        time_zone=ZONE,
        lock_days=0,  # most tests write months of long ago; those of closed months say when they close
        testing=True,
    )


class OwnContextClient(FlaskClient):
    """A client whose requests share nothing with the test: own context, own session, as in real life.

    What the test has changed so far is committed first; what the request changed is read afresh afterwards.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send one request."""
        db.session.commit()
        kwargs.setdefault("buffered", True)  # a file that is sent is read and closed, as a browser does
        reply = contextvars.Context().run(super().open, *args, **kwargs)
        db.session.expire_all()
        return reply


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the test processes of this run keep their compiled templates."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "templates"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def app(settings: Settings, compiled_templates: Path) -> Iterator[Flask]:
    """An application with an empty database, its context pushed; CSRF is off here and on in the journeys."""
    application = create_app(settings)
    quick.remember(application, compiled_templates)
    application.config["WTF_CSRF_ENABLED"] = False
    application.test_client_class = OwnContextClient
    with application.app_context():
        chains.watch(db.engine)
        quick.without_durability(db.engine)
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def people(app: Flask) -> People:
    """The same few people, departments and processes everywhere; committed."""
    found = known() or invite()
    db.session.commit()
    return found


class ClientFor:
    """``client_for(person)``: a browser in which the person has signed in."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __call__(self, person: Person) -> FlaskClient:
        client: FlaskClient = signed_in.enter(self.app.test_client(), person)
        return client


@pytest.fixture
def client_for(app: Flask) -> Callable[[Person], FlaskClient]:
    """See :class:`ClientFor`."""
    return ClientFor(app)


@pytest.fixture
def parsed() -> Callable[[Any], Any]:
    """Parse an HTML reply strictly: a page that a browser would have to repair fails the test."""
    import html5lib

    def parse(reply: Any) -> Any:
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        return parser.parse(reply.get_data(as_text=True))

    return parse

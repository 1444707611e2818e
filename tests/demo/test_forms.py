"""Page, PDF and workbook of the demo's three packs agree in every figure, in both languages.

``pytest -m long tests/demo/test_forms.py`` builds the demo once and reads eighteen forms: two to three minutes.
"""

import contextvars
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.reviews import exports
from audit_app.reviews.models import Review
from tests import signed_in
from tests.demo.test_demo import built
from tests.reviews.agreeing import disagreements
from tests.reviews.reading import Book, Page, Paper

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo in Chinese with its context pushed."""
    folder: Path = tmp_path_factory.mktemp("forms")
    app = built(folder / "zh", "zh")[0]
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_page_paper_and_workbook_agree_in_every_figure(demo: Flask, place: int, language: str) -> None:
    review = db.session.scalars(select(Review).order_by(Review.meets_on)).all()[place]
    pack, _sha256 = exports.pack_of(review)
    files = exports.export(review, language)
    person = next(each for each in db.session.scalars(select(Person)) if each.may(Permission.REVIEW_PREPARE))
    client = signed_in.enter(demo.test_client(), person)
    address = f"/reviews/{review.id}/pack?lang={language}"
    page = Page(contextvars.Context().run(client.get, address).data)
    assert disagreements(pack, language, page, Paper(files["pdf"]), Book(files["xlsx"])) == []

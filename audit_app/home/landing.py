"""Where a notice leads: the page of the thing it speaks of."""

from collections.abc import Iterable

from flask import Flask, current_app, url_for
from sqlalchemy import select

from audit_app.core.db import db
from audit_app.notifications.letters import Links
from audit_app.notifications.models import Notice
from audit_app.programme.models import Programme


def paths(notices: Iterable[Notice]) -> dict[int, str]:
    """Path of each notice's thing, by the notice's id; home for a thing without a page. Needs a request."""
    those = list(notices)
    numbers = {int(each.subject_id) for each in those if each.subject_kind == "programme"}
    years: dict[str, int] = {}
    if numbers:  # programmes are the one kind that is known by its year
        query = select(Programme.id, Programme.year).where(Programme.id.in_(numbers))
        years = {str(number): year for number, year in db.session.execute(query)}
    return {each.id: _path(each, years) for each in those}


def _path(notice: Notice, years: dict[str, int]) -> str:
    if notice.subject_kind == "programme" and notice.subject_id in years:
        return url_for("programme.show", year=years[notice.subject_id])
    if notice.kind.startswith("factor."):
        return url_for("accounts.second_factor")
    subject = current_app.extensions["subjects"].get(notice.subject_kind)
    return url_for(subject.endpoint, id=notice.subject_id) if subject else url_for("home.index")


def links(app: Flask) -> Links:
    """Whole addresses for mails, which are written outside of any request."""
    base = str(app.config["SETTINGS"].base_url).rstrip("/")

    def thing(notice: Notice) -> str:
        with app.test_request_context():
            return base + paths([notice])[notice.id]

    with app.test_request_context():
        return Links(thing, base + url_for("home.notices"), base + url_for("home.notice_choices"))

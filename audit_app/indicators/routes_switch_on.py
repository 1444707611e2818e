"""Switching on indicators that ship: tick, name an owner, set a target of one's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from audit_app.accounts import queries as accounts
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.imports import parsing
from audit_app.indicators import charting, switching_on
from audit_app.indicators.blueprint import blueprint
from audit_app.indicators.board import goal_words
from audit_app.indicators.forms import BAD_NUMBER, number_text
from audit_app.indicators.models import Direction
from audit_app.indicators.switching_on import Offered
from audit_app.web.access import allow


@dataclass
class Line:
    """One indicator on offer, with what was typed in its row."""

    offer: Offered
    typed: Mapping[str, str] | None = None
    refusal: str = ""

    @property
    def code(self) -> str:
        """Code of the indicator."""
        return self.offer.indicator.code

    @property
    def ticked(self) -> bool:
        """Whether it is to be switched on."""
        return self.typed is not None and f"on-{self.code}" in self.typed

    @property
    def ends(self) -> tuple[str, ...]:
        """The numbers its target consists of; one that comes back keeps its targets."""
        if self.offer.asleep:
            return ()
        return ("low", "high") if self.offer.indicator.direction is Direction.BAND else ("target",)

    def shown(self, name: str) -> str:
        """What an input holds: what was typed, else what we suggest."""
        if self.typed is not None:
            return self.typed.get(f"{name}-{self.code}", "")
        before = self.offer.asleep.owner_id if self.offer.asleep else None
        known = before or self.offer.owner_id if name == "owner" else getattr(self.offer.suggested, name)
        return str(known or "") if name == "owner" else number_text(known)

    def facts(self) -> dict[str, Any]:
        """Arguments of the service. Raises Refused for what is no number."""
        numbers: dict[str, Any] = {}
        for name in self.ends:
            typed = self.shown(name).strip()
            try:
                numbers[name] = parsing.number(typed) if typed else None
            except parsing.Unreadable as error:
                raise Refused(BAD_NUMBER, name) from error
        people = {str(each.id): each.id for each in accounts.active_people()}
        return {"owner_id": people.get(self.shown("owner")), **numbers}


@dataclass
class Sheet:
    """All rows of the page."""

    lines: list[Line] = field(default_factory=list)

    @property
    def free(self) -> list[Line]:
        """Those that can be switched on."""
        return [each for each in self.lines if each.offer.present is None or each.offer.asleep]

    @property
    def wrong(self) -> list[Line]:
        """Those that were refused."""
        return [each for each in self.lines if each.refusal]

    def take(self) -> int:
        """Switch on what is ticked, all or nothing; how many."""
        wanted = [each for each in self.free if each.ticked]
        for line in wanted:
            try:
                switching_on.switch_on(line.code, **line.facts(), by=current_user)
            except Refused as refused:
                line.refusal = str(refused)
        return len(wanted)


@blueprint.route("/switch-on", methods=["GET", "POST"])
@allow(Permission.INDICATOR_DEFINE)
def switch_on() -> ResponseReturnValue:
    """The indicators that ship; those in the register are marked and not offered again."""
    typed = request.form if request.method == "POST" else None
    sheet = Sheet([Line(each, typed) for each in switching_on.offered()])
    told = ""
    if typed is not None:
        count = sheet.take()
        if count and not sheet.wrong:
            words = ngettext(
                "%(num)s indicator is switched on.", "%(num)s indicators are switched on.", count
            )
            flash(words, "success")
            return redirect(url_for(".index"), 303)
        db.session.rollback()
        told = "" if count else _("Tick at least one indicator.")
    people = accounts.active_people()
    return render_template(
        "indicators/switch_on.html",
        sheet=sheet,
        told=told,
        people=people,
        goal_words=goal_words,
        unit=charting.unit,
    ), 422 if typed is not None else 200

"""The meeting over HTTP: its agenda, the screen on which it is recorded live, the view for the room."""

from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission as P
from audit_app.core.db import db
from audit_app.core.errors import Conflict, NotVisible, Refused
from audit_app.reviews import agenda as agendas
from audit_app.reviews import forms, forms_meeting, queries, screens_meeting, services
from audit_app.reviews.blueprint import SEE, blueprint, form_page
from audit_app.reviews.models import Decision, Review
from audit_app.reviews.workflow import OPEN, may_minute, may_plan
from audit_app.web.access import allow, json_door
from audit_app.web.forms import refused_or

RECORD = (P.REVIEW_PREPARE, P.REVIEW_APPROVE)


@blueprint.route("/<int:id>/agenda", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE)
def agenda(id: int) -> ResponseReturnValue:
    """Order, minutes and speakers."""
    review = queries.get(id, to=current_user)
    if not may_plan(review, current_user) or review.state not in OPEN:
        abort(403)
    form = forms_meeting.agenda_form(review)
    if form.validate_on_submit() and refused_or(
        form,
        services.set_agenda,
        review,
        form.slots(review.agenda),
        begins=form.begins.data,
        length=form.length.data,
        by=current_user,
    ):
        flash(_("Saved."), "success")
        return redirect(url_for("reviews.agenda", id=id))
    review = queries.get(id, to=current_user)
    return form_page("agenda", form, review=review, **screens_meeting.agenda(review))


@blueprint.post("/<int:id>/agenda/propose")
@allow(P.REVIEW_PREPARE)
def agenda_propose(id: int) -> ResponseReturnValue:
    """Put every input on the agenda."""
    agendas.renew(queries.get(id, to=current_user), by=current_user)
    return redirect(url_for("reviews.agenda", id=id))


def _meeting_of(id: int) -> Review:
    review = queries.get(id, to=current_user)
    if not may_minute(review, current_user):
        raise NotVisible
    return review


@blueprint.get("/<int:id>/meeting")
@allow(*RECORD)
def meeting(id: int) -> ResponseReturnValue:
    """The screen of the meeting: notes, decisions, attendance, all without leaving it."""
    review = _meeting_of(id)
    return render_template("reviews/meeting.html", review=review, **screens_meeting.live(review))


@blueprint.post("/topics/<int:id>/notes")
@json_door
@allow(*RECORD)
def topic_notes(id: int) -> ResponseReturnValue:
    """Save what was said on a topic; 409 with the stored text when somebody else wrote meanwhile."""
    item = queries.get_topic(id, to=current_user)
    given = request.get_json(silent=True)
    text, version = (given.get("text"), given.get("version")) if isinstance(given, dict) else (None, None)
    if not isinstance(text, str) or not isinstance(version, int) or "\x00" in text:
        return jsonify(error=_("This could not be read. Please load the page again.")), 400
    try:
        services.write_notes(item, text, version=version, by=current_user)
    except Conflict as conflict:
        return jsonify(error=str(conflict), **conflict.stored), 409
    except Refused as refused:
        return jsonify(error=str(refused)), 422
    return jsonify(version=item.version, at=screens_meeting.clock(item.noted_at))


@blueprint.get("/<int:id>/meeting/state")
@json_door
@allow(*RECORD)
def meeting_state(id: int) -> ResponseReturnValue:
    """The notes of all topics with their versions: what another writer saved comes in without a reload."""
    return jsonify(topics=screens_meeting.state(_meeting_of(id)))


@blueprint.post("/<int:id>/meeting/topics/<int:topic>/decide")
@allow(*RECORD)
def meeting_decide(id: int, topic: int) -> ResponseReturnValue:
    """Record a decision on a topic; the reply is the topic's list of decisions."""
    review = _meeting_of(id)
    item = next((each for each in review.agenda if each.id == topic), None)
    if item is None:
        raise NotVisible
    form = forms_meeting.LiveDecisionForm(prefix=f"t{topic}-")
    form.fill(review, input_known=item.input_key is not None)
    fine = form.validate_on_submit() and bool(refused_or(form, _decided, review, form.values()))
    review = _meeting_of(id)
    item = next(each for each in review.agenda if each.id == topic)
    shown = screens_meeting.decisions_of(review, item, None if fine else form)
    return render_template("reviews/_topic_decisions.html", review=review, **shown), 200 if fine else 422


def _decided(review: Review, facts: dict[str, Any]) -> Decision:
    options = (facts["options"] or "").strip()
    lines = [line.strip() for line in options.splitlines() if line.strip()]
    place = facts["chosen_line"]
    if place is not None and place > len(lines):
        raise Refused(
            _("There are %(count)s options: give the number of one.", count=len(lines)), "chosen_line"
        )
    owner = forms.person(facts["owner_id"])
    with db.session.begin_nested():
        made = services.ask_decision(
            review, text=facts["text"], input_key=facts["input_key"], rationale=facts["rationale"] or "",
            options=options, resources=facts["resources"] or "", owner=owner, due_on=facts["due_on"],
            by=current_user,
        )  # fmt: skip
        chosen = lines[place - 1] if place else ""
        return services.take_decision(
            made, owner=owner, due_on=facts["due_on"], chosen=chosen, by=current_user
        )


@blueprint.post("/<int:id>/meeting/topics/<int:topic>/decisions/<int:decision>")
@allow(*RECORD)
def meeting_take(id: int, topic: int, decision: int) -> ResponseReturnValue:
    """Take or refuse a decision that was asked for; the reply is the topic's list of decisions."""
    review = _meeting_of(id)
    asked = next((each for each in review.decisions if each.id == decision), None)
    item = next((each for each in review.agenda if each.id == topic), None)
    if asked is None or item is None:
        raise NotVisible
    form = forms.TakeForm(prefix=f"d{decision}-")
    form.fill(asked)
    refusing = "refuse" in request.form
    if refusing:
        services.reject_decision(asked, by=current_user)
        wrong = None
    else:
        fine = form.validate_on_submit() and form.check_fresh(asked)
        fine = fine and bool(refused_or(form, services.take_decision, asked, **form.facts(), by=current_user))
        wrong = None if fine else form
    review = _meeting_of(id)
    item = next(each for each in review.agenda if each.id == topic)
    shown = screens_meeting.decisions_of(review, item, None, {decision: wrong} if wrong else {})
    return render_template("reviews/_topic_decisions.html", review=review, **shown), 422 if wrong else 200


@blueprint.post("/<int:id>/meeting/attendance")
@allow(*RECORD)
def meeting_attendance(id: int) -> ResponseReturnValue:
    """Who is there; the reply is the list of people."""
    review = _meeting_of(id)
    came = {int(value) for value in request.form.getlist("came") if value.isdigit()}
    instead = {int(value) for value in request.form.getlist("stood_in") if value.isdigit()}
    services.record_attendance(review, came, stood_in=instead, by=current_user)
    review = _meeting_of(id)
    return render_template("reviews/_attendance.html", review=review, **screens_meeting.people(review))


@blueprint.post("/<int:id>/meeting/sign")
@json_door
@allow(*RECORD)
def meeting_sign(id: int) -> ResponseReturnValue:
    """Keep a signature that was drawn on the pad."""
    review = _meeting_of(id)
    given = request.get_json(silent=True)
    given = given if isinstance(given, dict) else {}
    number = given.get("person")
    someone = forms.person(number) if isinstance(number, int) and 0 < number < 2**31 else None
    if someone is None:
        return jsonify(error=_("This could not be read. Please load the page again.")), 400
    try:
        services.draw_signature(
            review, someone, strokes=given.get("strokes"), width=given.get("width"),
            height=given.get("height"), by=current_user,
        )  # fmt: skip
    except Refused as refused:
        return jsonify(error=str(refused)), 422
    review = queries.get(id, to=current_user)
    return jsonify(
        html=render_template("reviews/_attendance.html", review=review, **screens_meeting.people(review))
    )


@blueprint.post("/<int:id>/sign-attendance")
@allow(*SEE)
def sign_attendance(id: int) -> ResponseReturnValue:
    """Sign one's own attendance."""
    review = queries.get(id, to=current_user)
    services.sign_in(review, by=current_user._get_current_object())
    flash(_("Your attendance is signed."), "success")
    return redirect(url_for("reviews.show", id=id, _anchor="participants"))


@blueprint.get("/<int:id>/present")
@allow(*SEE)
def present(id: int) -> ResponseReturnValue:
    """The pack for the meeting room: one thing on a page, big."""
    review = queries.get(id, to=current_user)
    return render_template("reviews/present.html", review=review, **screens_meeting.slides(review))

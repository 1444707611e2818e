"""After a review: to whom minutes and pack go, the minutes as a document, the next review."""

from datetime import date

import pytest
import time_machine
from sqlalchemy import select

from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.exports.values import speaking
from audit_app.notifications import services as notices
from audit_app.notifications.models import Notice
from audit_app.reviews import exports, following, paper_minutes, queries, sending, services, yearly
from audit_app.reviews.attendance import Place
from audit_app.reviews.compile import compile_pack
from tests.reviews import factory


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


def approve(review, people, **given):
    return services.approve(review, lambda pack: {}, by=people.boss, **given)


# --- the distribution list --------------------------------------------------------------------------------


def test_approval_tells_everybody_on_the_list_and_keeps_when(people):
    review = factory.ready(people)
    sending.set_recipients(review, [people.owner2], "认证机构 龘先生\nWang 🙂", by=people.manager)
    approve(review, people)
    names = [row.name for row in review.recipients]
    assert names == ["Otto Owner", "认证机构 龘先生", "Wang 🙂", "Ben Boss", "Mia Manager", "Olga Owner"]
    assert [row.name for row in review.recipients if row.told_at is None] == ["认证机构 龘先生", "Wang 🙂"]
    kinds = {
        each.person_id: each.kind for each in db.session.scalars(select(Notice)) if "planned" not in each.kind
    }
    assert kinds[people.owner2.id] == "review.distributed"
    assert kinds[people.owner.id] == "review.approved"


def test_who_opened_it_is_known_from_the_notice(people):
    review = factory.ready(people)
    sending.set_recipients(review, [people.owner2], "", by=people.manager)
    approve(review, people)
    notice = db.session.scalars(select(Notice).where(Notice.kind == "review.distributed")).one()
    assert {each.row.name: each.opened_at for each in sending.receipts(review)}[people.owner2.name] is None
    notices.mark_read(notice)
    opened = {each.row.name: each.opened_at for each in sending.receipts(review)}
    assert opened[people.owner2.name] == notice.read_at


def test_a_recipient_sees_the_review_once_it_is_approved(people):
    review = factory.ready(people)
    sending.set_recipients(review, [people.owner2], "", by=people.manager)
    with pytest.raises(NotVisible):
        queries.get(review.id, to=people.owner2)
    approve(review, people)
    assert queries.get(review.id, to=people.owner2) is review


def test_who_may_not_open_reviews_and_endless_lists_are_refused(people):
    review = factory.planned(people)
    with pytest.raises(Refused, match="may not open reviews") as refused:
        sending.set_recipients(review, [people.auditor], "", by=people.manager)
    assert refused.value.field == "people"
    for wrong in ("x" * 301, "\n".join(map(str, range(201)))):
        with pytest.raises(Refused, match="At most 200 lines"):
            sending.set_recipients(review, [], wrong, by=people.manager)


def test_handing_over_to_somebody_outside_is_recorded_after_approval(people):
    review = factory.ready(people)
    sending.set_recipients(review, [], "Body, by post", by=people.manager)
    row = review.recipients[0]
    with pytest.raises(Refused):
        sending.handed_over(row, by=people.manager)
    approve(review, people)
    sending.handed_over(row, by=people.manager)
    assert (row.told_by, row.told_at is None) == (people.manager, False)


# --- the minutes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_minutes_hold_everything_and_are_the_same_bytes_twice(people, language):
    review = factory.ready(people)
    item = next(each for each in review.agenda if each.input_key == "h")
    services.write_notes(item, "𠮷野: 🙂 " + "long " * 9_000, version=1, by=people.manager)
    services.draw_signature(
        review, people.boss, strokes=[[[1, 1], [90, 40]]], width=100, height=50, by=people.manager
    )
    sending.set_recipients(review, [], "Body, by post", by=people.manager)
    approve(review, people)
    first = exports.minutes_of(review, language)
    assert first.startswith(b"%PDF")
    assert first == exports.minutes_of(review, language)
    with speaking(exports.LOCALES[language]):
        words = str(paper_minutes.document(compile_pack(review), language, ("Body, by post",), ""))
    for part in (
        "𠮷野",
        "Hire two people",
        "2026-12-09",
        "Body, by post",
        "The system fits the organisation.",
    ):
        assert part in words


# --- the next review --------------------------------------------------------------------------------------


def test_approval_needs_the_date_of_the_next_review(people):
    review = factory.ready(people)
    review.next_review_on = None
    with pytest.raises(Refused, match="next review meets") as refused:
        approve(review, people)
    assert refused.value.field == "next_review_on"
    approve(review, people, next_review_on=date(2027, 3, 1))
    assert compile_pack(review).conclusion.next_review_on == date(2027, 3, 1)


def test_the_next_review_is_planned_with_the_same_people(people):
    review = factory.ready(people, standards=["ISO/IEC 27001:2022"])
    for key in ("x1", "x2"):
        services.declare_nothing(review, key, reason="Nothing.", by=people.manager)
    places = {people.owner.id: Place("Operations", True, people.owner2)}
    services.set_places(review, places, quorum=2, by=people.manager)
    services.record_attendance(
        review, {people.boss.id, people.manager.id}, stood_in={people.owner.id}, by=people.manager
    )
    approve(review, people)
    made = following.plan_next(review, by=people.manager)
    assert (made.meets_on, made.period_from, made.period_to) == (
        date(2026, 12, 9), date(2026, 6, 1), date(2026, 12, 8),
    )  # fmt: skip
    assert (made.quorum, made.standards) == (2, ["ISO/IEC 27001:2022"])
    assert [(each.person, each.deputy) for each in made.participants] == [
        (people.boss, None), (people.manager, None), (people.owner, people.owner2),
    ]  # fmt: skip
    assert yearly.of(2026, to=people.manager).planned is made
    with pytest.raises(Refused, match="planned already"):
        following.plan_next(review, by=people.manager)


def test_decisions_come_back_as_input_a_of_the_next_review(people):
    review = approve(factory.ready(people), people)
    with time_machine.travel("2026-12-09 02:00:00+00:00", tick=True):
        made = following.plan_next(review, by=people.manager)
        (back,) = compile_pack(made).previous
    assert (back.review, back.title, back.state) == (
        review.code,
        "Hire two people for the service desk",
        "open",
    )
    assert (back.age > 150, back.late > 60) == (True, True)


def test_the_pages_of_the_list_open_and_plan_in_one_click(people, client_for, parsed):
    review = approve(factory.ready(people), people)
    db.session.commit()
    client = client_for(people.manager)
    parsed(client.get(f"/reviews/{review.id}/distribution"))
    assert client.get(f"/reviews/{review.id}/minutes.pdf?lang=zh").mimetype == "application/pdf"
    assert client.post(f"/reviews/{review.id}/plan-next").status_code == 302
    db.session.expire_all()
    assert queries.by_code("MR-2026-02") is not None

"""A correction of an approved review is a numbered supplement; the pack stays byte for byte."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import text

from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.exports import pades
from audit_app.notifications.models import Notice
from audit_app.reviews import exports, queries, sealing, services, supplements
from audit_app.reviews.models import InputKey, Review
from audit_app.reviews.supplement_models import FrozenSupplement, FrozenSupplementFile, ReviewSupplement
from audit_app.reviews.supplement_tree import CODEC
from audit_app.trail import queries as trail
from tests.people import PASSWORD
from tests.reviews import factory


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(factory.TODAY, tick=True) as moved:
        yield moved


@pytest.fixture
def review(people) -> Review:
    factory.measured(people)
    made = services.approve(
        factory.ready(people), exports.kept_files, asked_again=True, sealing=sealing.sealing(), by=people.boss
    )
    db.session.commit()
    return made


def written(review, people, **facts) -> ReviewSupplement:
    given = {
        "reason": "The number of posts was copied wrongly.",
        "correction": "One person, 300,000 a year.",
        "decision": review.decisions[0],
        "by": people.manager,
    } | facts
    made = supplements.write(review, **given)
    db.session.commit()
    return made


def issued(review, people, **facts) -> ReviewSupplement:
    made = supplements.issue(
        written(review, people, **facts), exports.supplement_files, asked_again=True,
        sealing=sealing.sealing(), by=people.boss,
    )  # fmt: skip
    db.session.commit()
    return made


def words_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def kept(review) -> dict[str, str]:
    found = {f"{each.language}.{each.format}": each.sha256 for each in queries.frozen_hashes(review)}
    return found | {"json": queries.frozen_pack(review).sha256}


def test_it_is_written_by_who_prepares_and_issued_by_top_management_with_the_password(
    client_for, people, review, parsed
):
    before = kept(review)
    writer, chair = client_for(people.manager), client_for(people.boss)
    facts = {
        "about": f"decision-{review.decisions[0].id}", "reason": "Copied wrongly.", "correction": "One person.",
    }  # fmt: skip
    reply = writer.post(f"/reviews/{review.id}/supplements/new", data=facts)
    assert reply.status_code == 302
    (made,) = supplements.of_review(review)
    assert (made.number, made.code, made.state.value) == (1, f"{review.code}-S1", "written")
    url = f"/reviews/supplements/{made.id}/issue"
    assert writer.get(url).status_code == 403
    reply = chair.post(url, data={"password": "wrong"})
    assert reply.status_code == 422
    parsed(reply)
    assert supplements.issued(review) == []
    assert chair.post(url, data={"password": PASSWORD}).status_code == 302
    db.session.expire_all()
    frozen = supplements.frozen(made)
    tree = CODEC.read(frozen.snapshot)
    assert frozen.sha256 == hashlib.sha256(frozen.snapshot.encode()).hexdigest()
    assert (tree.issued_by, tree.meaning, tree.asked_again) == (people.boss.name, "chair", 1)
    assert tree.pack_sha256 == before["json"]
    assert tree.decision_text == review.decisions[0].text
    assert kept(review) == before
    assert services.verify() == []


def test_nothing_can_be_changed_once_it_is_issued(client_for, people, review):
    made = issued(review, people)
    for step in ("edit", "issue"):
        assert client_for(people.boss).get(f"/reviews/supplements/{made.id}/{step}").status_code == 403
    with pytest.raises(Refused):
        supplements.edit(made, reason="x", correction="y", by=people.manager)
    with pytest.raises(Refused):
        supplements.issue(made, exports.supplement_files, by=people.boss)
    db.session.rollback()
    for table in ("frozen_supplement", "frozen_supplement_file"):
        for statement in (f"UPDATE {table} SET sha256 = sha256", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match="append-only"):
                db.session.execute(text(statement))
            db.session.rollback()


def test_one_that_waits_is_withdrawn_with_a_reason_and_keeps_its_number(client_for, people, review, parsed):
    made = written(review, people)
    writer, url = client_for(people.manager), f"/reviews/supplements/{made.id}/withdraw"
    assert client_for(people.boss).get(url).status_code == 403
    reply = writer.post(url, data={"reason": " "})
    assert reply.status_code == 422
    parsed(reply)
    assert writer.post(url, data={"reason": "𠮷 was right"}).status_code == 302
    db.session.expire_all()
    assert (made.state.value, made.withdrawn_by, made.withdrawn_reason) == (
        "withdrawn", people.manager, "𠮷 was right",
    )  # fmt: skip
    assert trail.history(made)[0].action == "review_supplement.withdraw"
    page = writer.get(f"/reviews/supplements/{made.id}")
    parsed(page)
    assert "𠮷 was right" in page.text
    assert client_for(people.owner).get(f"/reviews/supplements/{made.id}").status_code == 404
    for step in ("edit", "issue", "withdraw"):
        assert client_for(people.manager).get(f"/reviews/supplements/{made.id}/{step}").status_code == 403
    with pytest.raises(Refused):
        supplements.issue(made, exports.supplement_files, by=people.boss)
    db.session.rollback()
    assert list(db.session.scalars(supplements.to_issue(people.boss))) == []
    assert written(review, people).number == 2
    assert supplements.issued(review) == []


def test_an_issued_one_cannot_be_withdrawn_and_nobody_withdraws_without_a_word(people, review):
    made = issued(review, people)
    with pytest.raises(Refused):
        supplements.withdraw(made, reason="x", by=people.manager)
    waits = written(review, people)
    with pytest.raises(Refused, match="Say why"):
        supplements.withdraw(waits, reason="\n", by=people.manager)
    with pytest.raises(Refused):
        supplements.withdraw(waits, reason="x", by=people.boss)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"reason": " "}, "Say why"),
        ({"correction": ""}, "read instead"),
        ({"input_key": InputKey.H}, "one input or one decision"),
    ],
)
def test_a_supplement_without_words_or_with_two_subjects_is_refused(people, review, facts, words):
    with pytest.raises(Refused, match=words):
        written(review, people, **facts)


def test_only_an_approved_review_gets_one_and_only_by_who_prepares(client_for, people, review):
    with pytest.raises(Refused, match="role"):
        written(review, people, by=people.boss)
    draft = factory.preparing(people, meets_on=factory.PERIOD[1] + timedelta(days=12))
    db.session.commit()
    with pytest.raises(Refused, match="not approved yet"):
        supplements.write(draft, reason="x", correction="y", by=people.manager)
    client = client_for(people.manager)
    assert client.get(f"/reviews/{draft.id}/supplements/new").status_code == 403
    with pytest.raises(Refused, match="another review"):
        other = services.ask_decision(draft, text="Move", input_key=InputKey.H, by=people.manager)
        supplements.write(review, reason="x", correction="y", decision=other, by=people.manager)
    made = written(review, people)
    with pytest.raises(Refused):
        supplements.issue(made, exports.supplement_files, by=people.manager)


def test_numbers_count_on_and_one_waits_at_a_time(people, review):
    issued(review, people)
    second = written(review, people, decision=None, input_key=InputKey.C1)
    assert second.code == f"{review.code}-S2"
    with pytest.raises(Refused, match="not issued yet"):
        written(review, people)


def test_who_took_part_is_told_and_sees_it_only_once_it_is_issued(people, review):
    made = written(review, people)
    with pytest.raises(NotVisible):
        supplements.get(made.id, to=people.owner)
    supplements.issue(made, exports.supplement_files, by=people.boss)
    assert supplements.get(made.id, to=people.owner) is made
    with pytest.raises(NotVisible):
        supplements.get(made.id, to=people.owner2)
    told = {(each.kind, each.person_id) for each in db.session.query(Notice)}
    assert ("review.supplement_written", people.boss.id) in told
    assert {("review.supplemented", each.id) for each in (people.manager, people.owner)} <= told


@pytest.mark.parametrize("language", ["en", "zh"])
def test_its_paper_says_what_why_what_instead_and_which_pack(people, review, language):
    made = issued(review, people)
    said = words_of(supplements.file(made, language, "pdf").content).replace(" ", "")
    tree = CODEC.read(supplements.frozen(made).snapshot)
    wanted = [
        made.code, tree.reason, tree.correction, tree.decision_text, people.boss.name, people.manager.name,
        tree.pack_sha256, supplements.frozen(made).sha256,
        {"en": "Supplement 1 to the management review", "zh": "补充件1"}[language],
    ]  # fmt: skip
    assert [each for each in wanted if each.replace(" ", "") not in said] == []
    assert len(PdfReader(BytesIO(supplements.file(made, language, "pdf").content)).pages) == 1
    assert exports.supplement_page(tree, language) == supplements.file(made, language, "pdf").content


def test_with_a_key_its_pdfs_carry_a_sound_signature(people):
    sealing.make_own("Harbour", "Harbour", begins=now() - timedelta(days=1))
    factory.measured(people)
    review = services.approve(
        factory.ready(people), exports.kept_files, sealing=sealing.sealing(), by=people.boss
    )
    made = issued(review, people)
    for language in ("en", "zh"):
        seal = pades.check(supplements.file(made, language, "pdf").content)
        assert seal is not None
        assert seal.sound
    assert services.verify() == []


def test_page_pack_and_list_name_it_and_its_file_is_given_out_as_kept(client_for, people, review, parsed):
    made = issued(review, people)
    client = client_for(people.owner)
    for url in (f"/reviews/{review.id}", f"/reviews/{review.id}/pack"):
        reply = client.get(url)
        parsed(reply)
        assert f"/reviews/supplements/{made.id}" in reply.get_data(as_text=True)
    assert "See supplement 1 of" in client.get(f"/reviews/{review.id}/pack").get_data(as_text=True)
    parsed(client.get(f"/reviews/supplements/{made.id}"))
    for language in ("en", "zh"):
        sent = client.get(f"/reviews/supplements/{made.id}/file.pdf?lang={language}").data
        assert sent == supplements.file(made, language, "pdf").content
    cells = [
        cell.value
        for row in load_workbook(BytesIO(client.get("/reviews/export").data)).worksheets[0].iter_rows()
        for cell in row
    ]
    assert f"{made.code} · 2026-06-15" in cells


def test_the_check_page_knows_it_and_tells_of_it_beside_the_pack(client_for, people, review):
    made = issued(review, people)
    client = client_for(people.manager)

    def ask(**data):
        return client.post("/reviews/check", data=data, content_type="multipart/form-data").get_data(
            as_text=True
        )

    page = ask(file=(BytesIO(supplements.file(made, "zh", "pdf").content), "x.pdf"))
    assert "supplement as it was issued, unchanged" in page
    assert made.code in page
    assert "frozen text of a supplement" in ask(sha256=supplements.frozen(made).sha256)
    assert "See supplement 1 of" in ask(sha256=queries.frozen_pack(review).sha256)


def test_verify_finds_a_supplement_that_was_tampered_with(people, review):
    issued(review, people)
    assert services.verify() == []
    for table in ("frozen_supplement", "frozen_supplement_file"):
        db.session.execute(text(f"DROP TRIGGER {table}_no_update"))
    db.session.execute(
        text("UPDATE frozen_supplement SET snapshot = replace(snapshot, 'One person', 'Ten people')")
    )
    db.session.execute(
        FrozenSupplementFile.__table__.update()
        .where(FrozenSupplementFile.language == "en")
        .values(content=b"%PDF-")
    )
    db.session.expire_all()
    assert len(services.verify()) == 2
    assert db.session.query(FrozenSupplement).count() == 1

"""The head of the trail kept outside: handed out once a day, and whoever makes the chain anew is found by it."""

import json
import random
import stat
from datetime import timedelta

import pytest
from sqlalchemy import text

from audit_app.backup import heads
from audit_app.core import clock as clocks
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.trail import services as trail
from audit_app.trail.models import TrailEntry
from tests.databases import both_databases
from tests.notifications.conftest import clock, mailbox  # noqa: F401
from tests.trail import tampering
from tests.trail.test_trail import make_acts

ROWS, KNOWN = 40, (10, 25, 40)
"""Rows of the trail, and after which of them its head was kept."""


def hand_out(settings):
    head, written, mailed = heads.hand_out(settings)
    db.session.commit()
    return head, written, mailed


@both_databases
def test_the_head_is_written_once_a_day_and_only_its_owner_may_read_it(app, people, settings, tmp_path):
    make_acts(people)
    settings.trail_head_file = str(tmp_path / "heads")
    head, written, _mailed = hand_out(settings)
    assert written
    assert hand_out(settings) == (head, False, False)
    with clocks.at(clocks.now() + timedelta(days=1)):
        later, again, _mailed = hand_out(settings)
    assert again
    assert (head.seq, head.rows, later.seq) == (4, 4, 5)
    assert heads.read(tmp_path / "heads") == [head, later]
    assert stat.S_IMODE((tmp_path / "heads").stat().st_mode) == 0o600
    assert heads.check(tmp_path / "heads") == []
    assert db.session.query(TrailEntry).filter_by(action=heads.WRITTEN).count() == 2


def test_the_head_is_mailed_once_a_day_and_what_was_not_taken_is_mailed_later(
    app, people, settings, tmp_path, mailbox, clock  # noqa: F811
):  # fmt: skip
    settings.trail_head_file, settings.trail_head_mail = str(tmp_path / "heads"), "audit@elsewhere.test"
    mailbox.at_data = "451 later"
    with pytest.raises(Refused, match="451"):
        heads.hand_out(settings)
    db.session.rollback()
    mailbox.at_data = "250 OK"
    head, written, mailed = hand_out(settings)
    assert (written, mailed) == (False, True), "the line was written the first time, the mail now"
    assert hand_out(settings)[1:] == (False, False)
    (mail,) = mailbox.mails
    assert mail["To"] == "audit@elsewhere.test"
    assert json.loads(mail.get_content().strip().splitlines()[-1]) == json.loads(head.line)


@pytest.mark.parametrize(
    ("file", "mail", "why"),
    [
        ("", "", "TRAIL_HEAD_FILE"),
        ("data/heads", "", "outside"),
        ("missing/folder/heads", "", "cannot be written"),
        ("", "audit@elsewhere.test", "SMTP_URL"),
    ],
)
def test_what_cannot_work_is_refused_with_words(app, people, settings, tmp_path, file, mail, why):
    settings.trail_head_file = str(tmp_path / file) if file else ""
    settings.trail_head_mail = mail
    with pytest.raises(Refused, match=why):
        heads.hand_out(settings)


def test_a_line_that_is_no_head_and_a_missing_file_are_told(app, people, tmp_path):
    make_acts(people)
    lines = [
        "no head",
        json.dumps({"seq": 1}),
        heads.current().line[:-1] + ', "more": 1}',
        heads.current().line,
    ]
    (tmp_path / "heads").write_text("\n\n".join(lines), encoding="utf-8")
    assert [each.split(" of ")[0] for each in heads.check(tmp_path / "heads")] == [
        f"heads: line {number}" for number in (1, 2, 3)
    ]
    assert "There is no file" in heads.check(tmp_path / "none")[0]


def remake(first: int) -> None:
    """Compute every hash anew from a row on, as somebody would who has read our code."""
    previous = (
        db.session.scalar(text(f"SELECT row_hash FROM trail_entry WHERE seq = {first - 1}")) or "0" * 64
    )
    for row in db.session.execute(
        db.select(TrailEntry.__table__).where(TrailEntry.seq >= first).order_by(TrailEntry.seq)
    ).all():
        made = TrailEntry(**{**row._mapping, "prev_hash": previous})
        previous, before = trail.hash_of(made), previous
        tampering.run(
            "UPDATE trail_entry SET prev_hash = :prev, row_hash = :own WHERE seq = :seq",
            prev=before,
            own=previous,
            seq=row.seq,
        )


def found_by_heads(people, tmp_path, times: int, seed: int) -> None:
    chance, kept = random.Random(seed), tmp_path / "heads"
    site = make_acts(people, 0)
    for number in range(2, ROWS + 1):
        with trail.act("site.edit", site, by=people.manager, reason=f"第 {number} 次"):
            site.name_en = f"New {number}"
        if number in KNOWN:
            db.session.flush()
            with kept.open("a", encoding="utf-8") as file:
                file.write(heads.current().line + "\n")
    db.session.commit()
    chain = tampering.lay_open("trail_entry", "seq", ROWS)
    assert heads.check(kept) == []
    for number in range(times):
        at = tampering.forge(chain, chance, remake)
        told = f"number {number} of seed {seed}, row {at}"
        assert trail.verify().broken is None, f"{told}: nothing is seen from inside"
        (found,) = heads.check(kept)
        last = next(each for each in KNOWN if each >= at)
        first = max((each for each in KNOWN if each < at), default=0) + 1
        assert f"rows {first} to {last} was rewritten" in found or f"row {last}, known on" in found, (
            f"{told}: {found}"
        )
        db.session.rollback()
    assert heads.check(kept) == []
    assert trail.verify().broken is None


def test_a_tail_made_anew_is_found_by_the_heads_kept_outside(app, people, tmp_path):
    found_by_heads(people, tmp_path, 40, seed=7)


@pytest.mark.long
def test_a_thousand_tails_made_anew_are_all_found(app, people, tmp_path):
    found_by_heads(people, tmp_path, 1000, seed=20000)

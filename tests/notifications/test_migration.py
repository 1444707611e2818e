"""Notices from before there were mails: what waited waits still, what was sent is not sent again."""

from datetime import date

import pytest
from sqlalchemy import create_engine, text

from audit_app import schema
from tests.databases import POSTGRESQL, SQLITE, on_postgresql

PERSON = """INSERT INTO person (id, email, name, sort_key, job_title, language, active, fs_uniquifier, version)
            VALUES (1, 'a@example.org', 'Ana', 'ana', '', 'en', true, 'x', 1)"""
NOTICE = """INSERT INTO notice (id, kind, person_id, subject_kind, subject_id, day, facts, queued_at, sent_at, attempts, last_error)
            VALUES (:id, 'finding.late', 1, 'finding', :subject, :day, '{}', '2026-06-01 08:00:00', :sent, 2, 'away')"""


@pytest.mark.parametrize("kind", [SQLITE, on_postgresql])
def test_notices_go_up_and_down_with_their_state(kind, databases, tmp_path):
    with databases.fresh(kind, tmp_path, schema=False) as url:
        schema.upgrade(url, "0020")
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text(PERSON))
            for number, sent in ((1, None), (2, "2026-06-01 09:00:00")):
                row = {
                    "id": number,
                    "subject": str(number),
                    "day": date(2026, 6, 1).isoformat(),
                    "sent": sent,
                }
                connection.execute(text(NOTICE), row)
        schema.upgrade(url)
        with engine.begin() as connection:
            rows = connection.execute(
                text("SELECT id, sent_at IS NULL, mail_id, unmailed FROM notice ORDER BY id")
            )
            assert [tuple(row) for row in rows] == [(1, True, None, ""), (2, False, None, "")]
        schema.downgrade(url, "0020")
        with engine.begin() as connection:
            rows = connection.execute(
                text("SELECT id, sent_at IS NULL, attempts, last_error FROM notice ORDER BY id")
            )
            assert [tuple(row) for row in rows] == [(1, True, 0, ""), (2, False, 0, "")]
        engine.dispose()
        assert kind in (SQLITE, POSTGRESQL)

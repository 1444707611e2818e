"""Every command, started as people start it, on a folder of its own and on real files; what it prints is read.

The demo has tests of its own (``tests/demo``).
"""

import hashlib
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from audit_app.accounts import services as accounts
from audit_app.accounts.permissions import Role
from audit_app.cli import main
from audit_app.commands import opened
from audit_app.core.db import db
from audit_app.indicators.services import load_register
from audit_app.reviews import services as reviews

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "tests" / "data"
OWN = (
    "DATA_DIR",
    "DATABASE_URL",
    "SMTP_URL",
    "SECRET_KEY",
    "TIME_ZONE",
    "DEFAULT_LANGUAGE",
    "TESTING",
    "BASE_URL",
)
Finished = subprocess.CompletedProcess[str]


def environment():
    """Months never close by their age here: the logs are old, and some are read in again."""
    return {**{name: value for name, value in os.environ.items() if name not in OWN}, "LOCK_DAYS": "0"}


def run(*arguments, data, ok=True) -> Finished:
    """One command in a process of its own; it must end as expected, without a stack trace."""
    command = [sys.executable, "-m", "audit_app.cli", *map(str, arguments), "--data", str(data)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, encoding="utf-8", timeout=300
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A database that create-admin built."""
    folder = tmp_path_factory.mktemp("cli") / "data"
    done = run("create-admin", "root@example.org", "--name", "Root", data=folder)
    assert re.search(r"^Password: \S{12,}$", done.stdout, re.M)
    return folder


@pytest.fixture(scope="module")
def tickets(data):
    return run(
        "import-tickets", FILES / "incident_event_log.csv.zip", "--profile", "servicenow", data=data
    ).stdout


@pytest.fixture(scope="module")
def outages(data):
    observed = FILES / "monthly_availability.csv"
    return run(
        "import-outages", FILES / "outages.csv", "--profile", "statuspage", "--observed", observed, "--target", "99.9",
        data=data,
    ).stdout  # fmt: skip


@pytest.fixture(scope="module")
def figures(data, tickets, outages):
    """What ``indicators --json`` tells: {(code, month): row}."""
    rows = json.loads(run("indicators", "--json", data=data).stdout)
    return {(row["code"], row["period"]): row for row in rows}


def test_every_command_is_run_by_a_test():
    source = "".join(each.read_text(encoding="utf-8") for each in Path(__file__).parent.rglob("test_*.py"))
    assert [name for name in main.commands if name != "demo" and f'"{name}"' not in source] == []


def test_every_command_and_option_is_described():
    for name, command in main.commands.items():
        assert command.help, name
        for option in command.params:
            if option.param_type_name == "option" and name not in {"serve", "pack"}:
                assert option.help or option.show_default, f"{name} {option.name}"


def test_the_same_administrator_twice_is_a_sentence(data):
    done = run("create-admin", "root@example.org", data=data, ok=False)
    assert done.stderr.strip() == (
        "Error: Somebody with this address is listed already. Open that person and edit it."
    )
    assert "Password" not in done.stdout


@pytest.mark.parametrize(
    "command", [("verify",), ("indicators",), ("send-notices",), ("pack", "latest", "--out", "packs")]
)
def test_a_missing_database_is_a_sentence_and_makes_no_folder(tmp_path, command):
    done = run(*command, data=tmp_path / "nothing", ok=False)
    assert f"There is no database in “{tmp_path / 'nothing'}”" in done.stderr
    assert "create-admin" in done.stderr or "serve" in done.stderr
    assert not (tmp_path / "nothing").exists()


def test_a_trail_made_anew_is_found_by_the_head_kept_outside(data, tmp_path, monkeypatch):
    copy, kept = tmp_path / "data", tmp_path / "heads"
    shutil.copytree(data, copy)
    assert "TRAIL_HEAD_FILE" in run("trail-head", data=copy, ok=False).stderr
    monkeypatch.setenv("TRAIL_HEAD_FILE", str(kept))
    assert "written into the file" in run("trail-head", data=copy).stdout
    assert "handed out before" in run("trail-head", data=copy).stdout
    assert "Nothing was tampered with" in run("verify", data=copy).stdout
    with closing(sqlite3.connect(copy / "audit.db")) as connection:
        connection.execute("DROP TRIGGER trail_entry_no_delete")
        connection.execute("DELETE FROM trail_entry WHERE seq > 3")
        connection.commit()
    monkeypatch.delenv("TRAIL_HEAD_FILE")
    assert "Nothing was tampered with" in run("verify", data=copy).stdout, "from inside it looks whole"
    assert "is missing" in run("verify", "--heads", kept, data=copy, ok=False).stdout


def test_an_unsafe_set_up_is_named_and_on_this_machine_alone_allowed(data):
    assert "of this version" in run("upgrade", data=data).stdout
    told = run("check-config", data=data).stdout
    assert "MUST   BASE_URL" in told
    assert "nothing is refused" in told


def test_a_backup_is_made_encrypted_restored_and_taken_along(data, tmp_path):
    copy, key, new = tmp_path / "a.backup", tmp_path / "own.key", tmp_path / "new"
    keys = [sys.executable, "-m", "audit_app.cli", "backup-key", str(key)]
    made = subprocess.run(keys, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    recipient = made.stdout.splitlines()[0]
    assert "encrypted" in run("backup", copy, "--recipient", recipient, data=data).stdout
    assert "--key" in run("restore", copy, data=new, ok=False).stderr
    assert not (new / "audit.db").exists()
    assert "All checks passed." in run("restore", copy, "--key", key, data=new).stdout
    assert "Nothing was tampered with." in run("verify", data=new).stdout
    assert "already" in run("restore", copy, "--key", key, data=new, ok=False).stderr
    assert "rows" in run("export-all", tmp_path / "all", data=new).stdout
    people = json.loads((tmp_path / "all" / "json" / "person.json").read_text(encoding="utf-8"))
    assert [each["email"] for each in people] == ["root@example.org"]
    assert "backup.restored" in (tmp_path / "all" / "json" / "trail_entry.json").read_text(encoding="utf-8")


def test_a_real_checklist_becomes_a_draft(data):
    done = run("import-checklist", FILES / "internal_audit_checklist.xlsx", data=data)
    assert done.stdout.strip() == "“internal audit checklist”: 6 questions, a draft in the library."


def test_a_checklist_with_a_wrong_column_is_a_sentence(data):
    done = run(
        "import-checklist",
        FILES / "internal_audit_checklist.xlsx",
        "--map",
        "prompt=Nowhere",
        data=data,
        ok=False,
    )
    assert "Nowhere" in done.stderr


def test_a_real_ticket_log_tells_what_it_read(tickets):
    assert "Rows read: 141,712; tickets: 24,918" in tickets
    assert "2016-03 SLA 39.86 % (3,585 / 8,995)" in tickets


def test_the_service_levels_of_the_real_log_are_those_worked_out_independently(figures):
    shown = {month: figures["SLA", month]["shown"] for month in ("2016-03", "2016-04", "2016-05")}
    assert shown == {"2016-03": "39.86 %", "2016-04": "76.70 %", "2016-05": "77.52 %"}
    assert figures["SLA", "2016-03"]["value"] == pytest.approx(3585 * 100 / 8995)


def test_a_real_outage_log_names_who_missed_the_target(outages):
    assert "Rows read: 81; outages: 77; left out as test targets: 4" in outages
    assert "2026-01 Backend Production: 99.69 % (below 99.9 %)" in outages


def test_the_watched_time_of_a_file_counts(figures):
    backend = figures["AVL", "2026-01"]["services"]["Backend Production"]
    assert f"{backend['availability']:.2f}" == "99.69"
    assert (backend["agreed_minutes"], backend["partial"]) == (37_388, True)
    assert figures["AVL", "2026-01"]["target"] == 99.9


def test_without_the_file_of_watched_time_the_month_counts_as_a_whole(tmp_path, data):
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    run("import-outages", FILES / "outages.csv", "--profile", "statuspage", data=copy)
    rows = json.loads(run("indicators", "--json", data=copy).stdout)
    january = next(row for row in rows if (row["code"], row["period"]) == ("AVL", "2026-01"))
    assert january["services"]["Backend Production"]["agreed_minutes"] == 31 * 24 * 60


def test_the_table_says_the_same_as_json(data, figures):
    lines = run("indicators", data=data).stdout.splitlines()
    assert any(line.startswith("SLA") and "2016-04" in line and "76.70 %" in line for line in lines)
    assert len(lines) >= len(figures)


def test_an_unknown_profile_is_a_sentence(data):
    done = run("import-tickets", FILES / "outages.csv", "--profile", "no-such", data=data, ok=False)
    assert "no-such" in done.stderr


def test_a_row_in_doubt_stops_the_values_unless_only_good_rows_are_wanted(data, tmp_path):
    with opened(data):  # what people enter is switched on by somebody, on the screen
        load_register(by=None)
        db.session.commit()
    table = tmp_path / "values.csv"
    table.write_text("code,month,value\nCSAT,2026-01,85\nNOPE,2026-01,5\n", encoding="utf-8")
    refused = run("import-indicators", table, data=data, ok=False)
    assert "Nothing was imported from “values.csv”: Row 3" in refused.stderr
    taken = run("import-indicators", table, "--good-only", data=data).stdout
    assert "2026-01 CSAT 85.0" in taken
    assert "NOPE" in taken
    rows = json.loads(run("indicators", "--json", data=data).stdout)
    assert [row["value"] for row in rows if row["code"] == "CSAT"] == [85]


def test_a_pack_of_an_unknown_review_is_a_sentence(data, tmp_path):
    done = run("pack", "MR-1999-01", "--out", tmp_path / "packs", data=data, ok=False)
    assert "There is no review “MR-1999-01”. Known: " in done.stderr
    assert not (tmp_path / "packs").exists()


def test_a_pack_is_written_in_both_kinds_with_its_hashes(tmp_path):
    folder = tmp_path / "data"
    run("create-admin", "root@example.org", data=folder)
    with opened(folder):
        boss, manager = (
            accounts.add_person(email=f"{name}@example.org", name=name, roles=[role], language="en", by=None,
                                password="a long sentence is fine")
            for name, role in (("boss", Role.TOP_MANAGEMENT), ("manager", Role.PROGRAMME_MANAGER))
        )  # fmt: skip
        code = reviews.plan_review(
            title="Half a year", meets_on=date(2026, 6, 10), period_from=date(2025, 12, 1), place="Room",
            period_to=date(2026, 5, 31), chair=boss, prepared_by=manager, participants=[(boss, "")], by=manager,
        ).code  # fmt: skip
        db.session.commit()
    for asked, language in ((code, "en"), ("latest", "zh")):
        out = tmp_path / language
        lines = run("pack", asked, "--out", out, "--lang", language, data=folder).stdout.splitlines()
        told = dict(reversed(line.split("  ", 1)) for line in lines)
        assert {Path(path).name for path in told} == {f"{code}.pdf", f"{code}.xlsx"}
        for path, sha in told.items():
            assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == sha
        assert (out / f"{code}.pdf").read_bytes().startswith(b"%PDF-")


def test_what_is_no_backup_is_not_marked_as_one(data):
    assert run("backed-up", data=data).stdout.strip() == "0"
    for given, words in (
        (("--seq", "5"), "Nothing was marked"),
        (("--file", "README.md"), "is no copy of the database"),
        (("--file", str(data / "audit.db")), "holds no record yet"),
    ):
        refused = run("backed-up", *given, data=data, ok=False)
        assert refused.returncode == 1
        assert words in refused.stderr, given


def test_verify_is_content_and_then_names_the_row_that_somebody_changed(data, tickets, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    whole = run("verify", data=copy).stdout
    assert whole.endswith("Nothing was tampered with.\n")
    with closing(sqlite3.connect(copy / "audit.db")) as database, database:
        (guard,) = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'trail_entry' "
            "AND sql LIKE '%UPDATE%'"
        ).fetchone()
        with pytest.raises(sqlite3.DatabaseError, match="append-only"):
            database.execute("UPDATE trail_entry SET actor_name = 'Nobody' WHERE seq = 5")
        database.execute(f'DROP TRIGGER "{guard}"')
        database.execute("UPDATE trail_entry SET actor_name = 'Nobody' WHERE seq = 5")
    broken = run("verify", data=copy, ok=False)
    assert "trail: entry 5 is broken (the 4 before it are whole)" in broken.stdout
    assert broken.returncode == 1


def test_without_mail_settings_notices_wait_and_the_command_says_so(data):
    done = run("send-notices", data=data)
    assert re.match(r"\d+ notices gathered\. SMTP_URL is not set: they wait in the outbox", done.stdout)


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port, server):
    for _attempt in range(300):
        assert server.poll() is None, server.stderr.read()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=5) as reply:
                return reply.read().decode()
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not answer within 30 seconds")


def test_serve_builds_a_database_says_who_is_missing_and_answers(tmp_path):
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "audit_app.cli",
        "serve",
        "--data",
        str(tmp_path / "new"),
        "--port",
        str(port),
    ]
    with subprocess.Popen(
        command, cwd=ROOT, env={**environment(), "PYTHONUNBUFFERED": "1"}, text=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as server:  # fmt: skip
        try:
            assert 'name="password"' in answers(port, server)
            taken = run("serve", "--port", port, data=tmp_path / "new", ok=False)
            assert f"Port {port} on 127.0.0.1 cannot be used" in taken.stderr
        finally:
            # Not Ctrl-C: whoever runs the tests in the background has it switched off for all children.
            server.terminate()
            told, _errors = server.communicate(timeout=30)
    assert "Nobody can sign in yet: python3 run.py create-admin YOUR@ADDRESS" in told
    assert f"Serving on http://127.0.0.1:{port}" in told


def test_a_pick_up_without_a_folder_says_what_to_set_and_an_empty_one_picks_up_nothing(data, tmp_path):
    told = run("pick-up", data=data, ok=False)
    assert told.stderr.strip() == "Error: Set PICKUP_DIR, or name a folder with --folder."
    assert "0 file(s) picked up." in run("pick-up", "--folder", tmp_path, data=data).stdout


def test_a_key_for_signing_is_made_once(data):
    made = run("signing-key", "Harbour Cloud 海港云", data=data).stdout.splitlines()
    assert Path(made[0]).is_file()
    again = run("signing-key", "Harbour Cloud 海港云", data=data, ok=False)
    assert again.stderr.startswith("Error: ")
    with closing(sqlite3.connect(data / "audit.db")) as connection:
        told = connection.execute("SELECT action FROM trail_entry ORDER BY seq DESC LIMIT 1").fetchone()
    assert told == ("review.key_made",)


def test_values_of_closed_months_are_proposed_by_a_person(tmp_path):
    """Whoever proposes may not approve: so the command must know who it is."""
    data = tmp_path / "own"
    run("create-admin", "root@example.org", data=data)
    file = tmp_path / "kpi.csv"
    file.write_text("code,month,value\nSLA,2024-03,90\n", encoding="utf-8")
    run("import-indicators", file, data=data)
    file.write_text("code,month,value\nSLA,2024-03,91\n", encoding="utf-8")
    command = [sys.executable, "-m", "audit_app.cli", "import-indicators", str(file), "--data", str(data)]
    closed = {**environment(), "LOCK_DAYS": "45"}

    def told(*more):
        return subprocess.run(
            [*command, *more], cwd=ROOT, env=closed, capture_output=True, text=True, encoding="utf-8"
        )

    assert "--as ADDRESS" in told().stderr
    assert "Nobody who may import files" in told("--as", "nobody@example.org").stderr
    with opened(data):
        accounts.add_person(
            email="lin@example.org",
            name="Lin",
            roles=[Role.PROGRAMME_MANAGER],
            password="harbour-2000",
            by=None,
        )
        db.session.commit()
    done = told("--as", "Lin@example.org")
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(data / "audit.db")) as connection:
        rows = connection.execute("SELECT p.email FROM value_correction c JOIN person p ON p.id = c.by_id")
        assert rows.fetchall() == [("lin@example.org",)]

"""What keeps an unsafe set-up from serving, and the addresses that watchers ask."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from audit_app import production, schema
from audit_app.config import Settings
from audit_app.core.db import db

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that break no rule."""
    folder = tmp_path_factory.mktemp("production") / "data"
    folder.mkdir(mode=0o700)
    (folder / "secret.key").write_text("k" * 64)
    (folder / "signing.p12").write_bytes(b"key")
    for path in folder.iterdir():
        path.chmod(0o600)
    made = Settings(
        data_dir=folder, base_url="https://audit.example.org", secure_cookies=True, smtp_url="smtp://mail",
        backup_recipient="age1x",
    )  # fmt: skip
    schema.upgrade(made.database)
    return made


def broken(settings: Settings) -> set[str]:
    return {rule.name for rule in production.broken(settings)}


def test_a_sound_set_up_breaks_no_rule(sound: Settings) -> None:
    assert broken(sound) == set()
    assert not production.is_local(sound)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"base_url": "http://audit.example.org"}, "BASE_URL"),
        ({"secure_cookies": False}, "SECURE_COOKIES"),
        ({"testing": True}, "TESTING"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"smtp_url": ""}, "SMTP_URL"),
        ({"backup_recipient": ""}, "BACKUP_RECIPIENT"),
        ({"session_hours": 100}, "SESSION_HOURS"),
        ({"oidc_issuer": "http://id.example.org", "oidc_client_secret": "x"}, "OIDC_ISSUER"),
        ({"oidc_issuer": "https://id.example.org"}, "OIDC_CLIENT_SECRET"),
        ({"oidc_client_secret_file": __file__}, "OIDC_CLIENT_SECRET_FILE"),
        ({"database_url": "postgresql+psycopg://nobody@127.0.0.1:1/none"}, "schema"),
    ],
)
def test_each_setting_that_is_wrong_is_named(sound: Settings, change: dict[str, object], rule: str) -> None:
    assert broken(replace(sound, **change)) == {rule}


@pytest.mark.parametrize(
    ("name", "rule"), [("secret.key", "secret.key"), ("signing.p12", "signing key"), (".", "data folder")]
)
def test_what_others_on_the_machine_can_read_is_named(sound: Settings, name: str, rule: str) -> None:
    path = sound.data_dir / name
    before = path.stat().st_mode
    path.chmod(before | 0o044)
    try:
        assert broken(sound) == {rule}
    finally:
        path.chmod(before)


def test_a_missing_folder_and_an_old_schema_are_named_and_nothing_is_made(
    sound: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = replace(sound, data_dir=tmp_path / "away")
    assert {"DATA_DIR", "schema"} <= broken(away)
    assert not (tmp_path / "away").exists()
    old = tmp_path / "old"
    old.mkdir(mode=0o700)
    schema.upgrade(f"sqlite:///{old / 'audit.db'}", "0005")
    assert "schema" in broken(replace(sound, data_dir=old))
    monkeypatch.setattr(production, "ROOM", 1 << 60)
    assert broken(sound) == {"disk"}


def test_without_a_signing_key_that_is_advised(sound: Settings, tmp_path: Path) -> None:
    kept = (sound.data_dir / "signing.p12").rename(tmp_path / "signing.p12")
    try:
        assert broken(sound) == {"signing"}
    finally:
        kept.rename(sound.data_dir / "signing.p12")


def started(**settings: str) -> subprocess.CompletedProcess[str]:
    """The factory of the workers in a process of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, "-c", "from audit_app.wsgi import application; application(); print('up')"]
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **settings}, capture_output=True, text=True, check=False, timeout=120
    )


def test_a_worker_does_not_start_on_an_unsafe_set_up_and_says_why(sound: Settings) -> None:
    asked = {"DATA_DIR": str(sound.data_dir), "BASE_URL": "https://audit.example.org"}
    refused = started(**asked)
    assert refused.returncode == 1
    assert "SECURE_COOKIES=1" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "up" not in refused.stdout
    assert started(**asked, SECURE_COOKIES="1").stdout == "up\n"
    assert started(DATA_DIR=asked["DATA_DIR"], BASE_URL="http://127.0.0.1:8000").stdout == "up\n"


# --- for those who watch ------------------------------------------------------------------------------------


def test_alive_and_ready_answer_anybody_and_tell_nothing(app: Flask) -> None:
    client = app.test_client()
    for address, words in (("/healthz", "ok\n"), ("/readyz", "ready\n")):
        reply = client.get(address)
        assert (reply.status_code, reply.text) == (200, words)
        assert reply.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in reply.headers


def test_without_its_database_a_worker_lives_but_is_not_ready(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    db.session.execute(text("SELECT 1"))
    db.session.rollback()
    db.engine.dispose()
    file = app.config["SETTINGS"].sqlite_file
    for path in file.parent.glob("audit.db*"):
        path.unlink()
    file.mkdir()
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    reply = client.get("/readyz")
    assert (reply.status_code, reply.text) == (503, "not ready\n")
    assert "not ready" in caplog.text


def test_a_data_folder_that_cannot_be_written_to_is_not_ready(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        os, "access", lambda *_given: False
    )  # the tests may run as root, who may write anywhere
    assert app.test_client().get("/readyz").status_code == 503

"""The commands `backup`, `restore`, `backup-key`, `backed-up`, `export-all` and `trail-head`."""

import contextlib
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask_babel import force_locale
from flask_babel import gettext as _

from audit_app import create_app, schema
from audit_app.accounts.language import LOCALES
from audit_app.backup import everything, heads, services
from audit_app.checklists import chain, devices
from audit_app.checklists import services as checklists
from audit_app.commands import data_option, opened, spoken
from audit_app.config import Settings, from_environment, language_of_shell
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.reports import services as reports
from audit_app.reviews import services as reviews
from audit_app.trail import services as trail

file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@file_argument
@data_option
@click.option("--recipient", help="Public key (age1…) to encrypt to; BACKUP_RECIPIENT unless given.")
def backup(file: Path, data: Path | None, recipient: str | None) -> None:
    """Copy database and evidence into FILE while everybody works on; exit 1 when evidence is missing."""
    settings = from_environment(data_dir=data)
    wanted = settings.backup_recipient if recipient is None else recipient
    with spoken():
        made = services.make(settings, file, wanted)
        _note(settings, file, made)
        click.echo(
            _(
                "%(name)s: %(rows)s rows and %(files)s files of evidence, written and read back.",
                name=str(file),
                rows=made.rows,
                files=made.files,
            )
            if not wanted
            else _(
                "%(name)s: %(rows)s rows and %(files)s files of evidence, encrypted and read back. From now "
                "on only the key opens it.",
                name=str(file),
                rows=made.rows,
                files=made.files,
            )
        )
        for fault in made.faults:
            click.echo(_("Evidence is not what was stored: %(fault)s", fault=fault))
    if made.faults:
        raise SystemExit(1)


def _note(settings: Settings, file: Path, made: services.Made) -> None:
    """Write into the trail that a copy was made, and let tablets know; not into an older schema."""
    if not schema.is_current(settings.database):
        return

    def act() -> None:
        trail.note_of_system("backup.made", file=file.name, rows=made.rows)
        if made.answers is not None:
            devices.mark_durable(*made.answers)

    _inside(settings, act)


def _inside(settings: Settings, act: Callable[[], Any]) -> Any:
    app = create_app(settings)
    with app.app_context(), force_locale(LOCALES[language_of_shell()]):
        try:
            done = act()
            db.session.commit()
            return done
        finally:
            db.session.remove()
            db.engine.dispose()


@click.command()
@file_argument
@data_option
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the secret key of an encrypted backup.",
)
def restore(file: Path, data: Path | None, key: Path | None) -> None:
    """Bring FILE into an empty data folder or database, then check everything; exit 1 when a check fails."""
    settings = from_environment(data_dir=data)
    with spoken():
        if not file.exists():
            raise Refused(_("There is no file “%(name)s”.", name=str(file)))
        restored = services.restore(settings, file, services.key_in(key) if key else "")
        problems: list[str] = _inside(settings, lambda: _checked(file, restored))
        moment = datetime.fromisoformat(restored.made_at).astimezone(ZoneInfo(settings.time_zone))
        click.echo(
            _(
                "Restored as of %(moment)s: %(rows)s rows and %(files)s files of evidence.",
                moment=f"{moment:%Y-%m-%d %H:%M}",
                rows=restored.rows,
                files=restored.files,
            )
        )
        if "secret.key" not in restored.keys and not settings.secret_key:
            click.echo(
                _(
                    "The keys were not in it: everybody signs in again, and PDFs are signed when the signing "
                    "key is back in its place."
                )
            )
        for problem in problems:
            click.echo(problem)
        click.echo(
            _("All checks passed.") if not problems else _("%(count)s problem(s).", count=len(problems))
        )
    if problems:
        raise SystemExit(1)


def _checked(file: Path, restored: services.Restored) -> list[str]:
    """Everything `verify` looks at, and the trail's line of this restore."""
    _count, broken = trail.verify()
    found = [] if broken is None else [_("trail: entry %(number)s is broken", number=broken)]
    found += checklists.verify() + reports.verify() + reviews.verify()
    found += [_("Evidence is not what was stored: %(fault)s", fault=each) for each in restored.faults]
    if broken is None:
        trail.note_of_system("backup.restored", file=file.name, made_at=restored.made_at)
    return found


@click.command("backup-key")
@file_argument
def backup_key(file: Path) -> None:
    """Write a new key for encrypted backups into FILE and print its public half."""
    with spoken():
        public = services.make_key(file)
        click.echo(public)
        click.echo(
            _(
                "Keep %(name)s away from this machine, twice: without it no encrypted backup opens. Set "
                "BACKUP_RECIPIENT to the line above.",
                name=str(file),
            )
        )


@click.command("backed-up")
@data_option
@click.option(
    "--file",
    "copy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The SQLite copy: its own last record is read from it.",
)
@click.option("--seq", type=int, help="The number of the last record, as noted before the backup began.")
def backed_up(data: Path | None, copy: Path | None, seq: int | None) -> None:
    """Tell tablets which records a backup holds; without an option, only print the newest number."""
    with opened(data):
        newest, row_hash = chain.last_row()
        if copy is None and seq is None:
            click.echo(f"{newest}")
            return
        if copy is not None:
            seq, row_hash = _last_of(copy)
        elif seq != newest:
            row_hash = chain.hash_at(seq or 0)
        devices.mark_durable(seq or 0, row_hash)
        db.session.commit()
    click.echo(f"Marked: a backup holds every record up to {seq}.")


def _last_of(copy: Path) -> tuple[int, str]:
    """(server_seq, row_hash) of the newest record in an SQLite copy."""
    query = "SELECT server_seq, row_hash FROM answer_revision ORDER BY server_seq DESC LIMIT 1"
    try:
        with contextlib.closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as connection:
            row = connection.execute(query).fetchone()
    except sqlite3.Error as error:
        raise click.ClickException(f"“{copy}” is no copy of the database: {error}.") from None
    if row is None:
        raise click.ClickException(f"“{copy}” holds no record yet; there is nothing to mark.")
    return int(row[0]), str(row[1])


@click.command("export-all")
@click.argument("folder", type=click.Path(path_type=Path))
@data_option
def export_all(folder: Path, data: Path | None) -> None:
    """Write everything into a new FOLDER: JSON and XLSX of each table, all files, a page about them."""
    with opened(data) as app, force_locale(LOCALES[language_of_shell()]):
        done = everything.write(app.config["SETTINGS"], folder)
        trail.note_of_system("backup.exported", rows=sum(done.rows.values()))
        db.session.commit()
        click.echo(
            _(
                "%(name)s: %(tables)s tables, %(rows)s rows, %(files)s files.",
                name=str(folder),
                tables=len(done.rows),
                rows=sum(done.rows.values()),
                files=done.files,
            )
        )
        for name in done.missing:
            click.echo(_("Missing file of evidence: %(name)s", name=name))
    if done.missing:
        raise SystemExit(1)


@click.command("trail-head")
@data_option
def trail_head(data: Path | None) -> None:
    """Write and mail the day's head of the trail, once a day, so that a rewritten trail is found."""
    with opened(data) as app, force_locale(LOCALES[language_of_shell()]):
        head, written, mailed = heads.hand_out(app.config["SETTINGS"])
        db.session.commit()
        click.echo(head.line)
        if written:
            click.echo(_("The head was written into the file."))
        if mailed:
            click.echo(_("The head was mailed."))
        if not written and not mailed:
            click.echo(_("The head of this day was handed out before."))


def compared(settings: Settings, file: Path | None) -> list[str]:
    """What `verify` finds by heads kept outside: in the named file, else in that of the settings."""
    place = file or settings.trail_head_place
    if place is None or (not place.exists() and not heads.told(heads.WRITTEN)):
        return []
    with force_locale(LOCALES[language_of_shell()]):
        return heads.check(place)

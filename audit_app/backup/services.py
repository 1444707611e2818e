"""Making a backup while others work, and restoring one into an empty place."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyrage
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError, NoSuchTableError

from audit_app import schema
from audit_app.backup import archive, rows
from audit_app.config import Settings
from audit_app.core.clock import now
from audit_app.core.errors import Refused

Say = Callable[[str], None]


@dataclass
class Made:
    """What a backup holds. ``faults``: evidence files that are missing or are not what their name says."""

    rows: int = 0
    files: int = 0
    faults: list[str] = field(default_factory=list)
    answers: tuple[int, str] | None = None
    """Number and hash of the newest record in it: tablets may forget what they sent up to there."""


def make_key(path: Path) -> str:
    """Write a new key for encrypted backups into a file only its owner can read; returns the public half.

    Raises :class:`Refused` when the file is there already.
    """
    identity = pyrage.x25519.Identity.generate()
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise Refused(
            _l("“%(name)s” is there already. Nothing was written; choose another name.", name=path.name)
        ) from None
    with os.fdopen(handle, "w") as file:
        file.write(f"# public key: {identity.to_public()}\n{identity}\n")
    return str(identity.to_public())


def key_in(path: Path) -> str:
    """The secret key in a file as :func:`make_key` or the program `age-keygen` writes it."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    return next((line for line in lines if line and not line.startswith("#")), "")


# --- making -------------------------------------------------------------------------------------------------


def make(settings: Settings, path: Path, recipient: str = "") -> Made:
    """Copy database and evidence into one file and read it back.

    The database is seen as it is at one moment, whatever is written meanwhile; evidence files are never
    changed once their row exists, so those of that moment are all there. Keys go along only when the file is
    encrypted. Raises :class:`Refused` when the file cannot be made or does not read back.
    """
    made = Made()
    with snapshot(settings) as connection, archive.writing(path, recipient) as writer:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        writer.add_json(
            archive.FIRST,
            {
                "format": archive.FORMAT,
                "version": archive.VERSION,
                "schema": revision,
                "database": connection.dialect.name,
                "made_at": now().isoformat(),
            },
        )
        counts = {}
        for table in rows.tables(connection):
            counts[table] = writer.add_lines(f"tables/{table}.jsonl", rows.lines(connection, table)) - 1
        made.rows = sum(counts.values())
        _add_evidence(connection, settings.evidence_dir, writer, made)
        if recipient:
            _add_keys(settings, writer)
        made.answers = _last(connection, "answer_revision", "server_seq")
        writer.close(
            rows=counts,
            trail=_last(connection, "trail_entry", "seq"),
            answers=made.answers,
            faults=made.faults,
        )
    return made


@contextmanager
def snapshot(settings: Settings) -> Iterator[Connection]:
    """The database as it is at one moment; nobody who writes waits for the reader.

    Raises :class:`Refused` when there is no database.
    """
    file = settings.sqlite_file
    if not settings.database_is_there:
        raise Refused(_l("There is no database in “%(folder)s”.", folder=str(settings.data_dir)))
    engine = create_engine(settings.database)
    try:
        with engine.connect() as connection:
            if file is not None:
                connection.exec_driver_sql("PRAGMA query_only=ON")
                connection.exec_driver_sql("BEGIN")
            else:
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            if not inspect(connection).has_table(rows.VERSION_TABLE):
                raise Refused(_l("The database is empty; there is nothing to copy."))
            yield connection
    finally:
        engine.dispose()


def _add_evidence(connection: Connection, folder: Path, writer: archive.Writer, made: Made) -> None:
    named = connection.exec_driver_sql("SELECT DISTINCT sha256, size FROM attachment ORDER BY sha256")
    for sha256, size in named.all():
        path = folder / sha256[:2] / sha256
        try:
            with path.open("rb") as file:
                found = os.fstat(file.fileno()).st_size
                if found != size:
                    made.faults.append(f"{sha256}: {found} bytes instead of {size}")
                    continue
                if writer.add(f"evidence/{sha256}", file, size).sha256 != sha256:
                    made.faults.append(f"{sha256}: its content is another one")
                made.files += 1
        except FileNotFoundError:
            made.faults.append(f"{sha256}: missing")


def _add_keys(settings: Settings, writer: archive.Writer) -> None:
    for path in (settings.data_dir / "secret.key", settings.data_dir / "signing.p12"):
        if path.exists():
            with path.open("rb") as file:
                writer.add(f"keys/{path.name}", file, os.fstat(file.fileno()).st_size)


def _last(connection: Connection, table: str, number: str) -> tuple[int, str] | None:
    asked = f"SELECT {number}, row_hash FROM {table} ORDER BY {number} DESC LIMIT 1"  # noqa: S608  # nosec B608 -- fixed names
    found = connection.exec_driver_sql(asked).first()
    return None if found is None else (int(found[0]), str(found[1]))


# --- restoring ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Restored:
    """What a restored backup brought: rows, files, when it was made, which keys came with it, and what of the
    evidence was missing or changed when it was made."""

    rows: int
    files: int
    made_at: str
    keys: tuple[str, ...]
    faults: tuple[str, ...]


def restore(settings: Settings, path: Path, identity: str = "") -> Restored:
    """Bring a backup into an empty data folder and database, then up to the schema of this version.

    The whole file is read and proved before anything is written; a later failure leaves the place empty.
    Raises :class:`Refused` for a file that is foreign, newer, cut off or changed, and when the place is not
    empty.
    """
    told, manifest = archive.check(path, identity)
    _refuse_newer(settings, told["schema"])
    _refuse_taken(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    files, keys = 0, []
    with _filling(settings) as url:
        schema.upgrade(url, told["schema"])
        with _loading(url) as connection, archive.reading(path, identity) as members:
            for name, content in members:
                folder, _slash, own = name.partition("/")
                if folder == "tables":
                    _load(connection, own.removesuffix(".jsonl"), content, manifest)
                elif folder == "evidence":
                    # Written over: what lies there under this name may be what is to be repaired.
                    _keep(content, settings.evidence_dir / own[:2] / own)
                    files += 1
                elif folder == "keys" and not (settings.data_dir / own).exists():
                    _keep(content, settings.data_dir / own)
                    keys.append(own)
        schema.upgrade(url)
    return Restored(
        sum(manifest["rows"].values()), files, told["made_at"], tuple(keys), tuple(manifest["faults"])
    )


def _refuse_newer(settings: Settings, revision: str) -> None:
    try:
        ScriptDirectory.from_config(schema.configuration(settings.database)).get_revision(revision)
    except CommandError:
        raise Refused(_l("This backup was made by a later version. Install that version first.")) from None


def _refuse_taken(settings: Settings) -> None:
    """A restore never lays itself over what is there."""
    file = settings.sqlite_file
    if file is not None:  # a journal left behind by another database would be played into this one
        taken = any(file.with_name(file.name + end).exists() for end in ("", "-wal", "-journal"))
    else:
        engine = create_engine(settings.database)
        with engine.connect() as connection:
            taken = bool(inspect(connection).get_table_names())
        engine.dispose()
    if taken:
        raise Refused(
            _l(
                "There is a database already. A backup is restored into an empty place only: name another "
                "folder or database, or move the old one away."
            )
        )


@contextmanager
def _filling(settings: Settings) -> Iterator[str]:
    """The address of the database to fill; on SQLite it gets its name when it is whole, else it goes."""
    file = settings.sqlite_file
    if file is None:
        try:
            yield settings.database
        except BaseException:
            schema.downgrade(settings.database, "base")
            engine = create_engine(settings.database)
            with engine.begin() as connection:
                connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
            engine.dispose()
            raise
        return
    part = file.with_name(file.name + ".restoring")
    beside = [part.with_name(part.name + end) for end in ("", "-wal", "-shm", "-journal")]
    for each in beside:
        each.unlink(missing_ok=True)
    try:
        yield f"sqlite:///{part.resolve()}"
        os.replace(part, file)
    finally:
        for each in beside:
            each.unlink(missing_ok=True)


@contextmanager
def _loading(url: str) -> Iterator[Connection]:
    """One transaction in which rows may come in any order; references are proved at its end."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.exec_driver_sql("BEGIN")
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise _torn()
            else:
                again = _drop_references(connection)
                yield connection
                try:
                    for statement in again:
                        connection.exec_driver_sql(statement)
                except IntegrityError as error:
                    raise _torn() from error
                _set_counters(connection)
            connection.commit()
    finally:
        engine.dispose()


def _torn() -> Refused:
    return Refused(_l("The rows of this backup do not belong together. Nothing was restored."))


def _drop_references(connection: Connection) -> list[str]:
    """Take all foreign keys away inside this transaction; returns the statements that put them back."""
    found = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
    ).all()
    for table, name, _definition in found:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for table, name, definition in found]


def _set_counters(connection: Connection) -> None:
    """Let each counter of PostgreSQL go on behind the highest number that came in."""
    for table in rows.tables(connection):
        for column in inspect(connection).get_columns(table):
            name = connection.exec_driver_sql(
                "SELECT pg_get_serial_sequence(%s, %s)", (table, column["name"])
            ).scalar()
            if name:
                top = f'SELECT coalesce(max("{column["name"]}"), 0) + 1 FROM "{table}"'  # noqa: S608  # nosec B608
                connection.exec_driver_sql(f"SELECT setval(%s, ({top}), false)", (name,))


def _load(connection: Connection, table: str, content: IO[bytes], manifest: dict[str, Any]) -> None:
    try:
        count = rows.load(connection, table, content)
    except (ValueError, NoSuchTableError, IntegrityError) as error:
        raise Refused(
            _l("The table “%(name)s” of this backup does not fit its schema.", name=table)
        ) from error
    if count != manifest["rows"][table]:
        raise Refused(_l("The table “%(name)s” of this backup does not fit its schema.", name=table))


def _keep(content: IO[bytes], target: Path) -> None:
    """Write a file, flushed to the disk before it takes its name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".restoring-{target.name}")
    handle = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        shutil.copyfileobj(content, file, archive.CHUNK)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, target)

"""The folder in which other systems lay their files: each is read by its remembered source, then moved.

Beside the folder's own files stand ``done/``, ``failed/`` and ``waiting/``; each moved file has a small
report beside it. A file that would change a month people have seen waits for a person and changes nothing.
"""

import logging
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.core.alone import alone
from audit_app.core.clock import now, today
from audit_app.core.db import db, reading
from audit_app.core.errors import NotVisible, Refused
from audit_app.core.fingerprint import sha256_of
from audit_app.exports.values import one_by_one
from audit_app.indicators import queries, sources
from audit_app.indicators.reports import Report
from audit_app.indicators.source_models import DataSource, Picked, PickedFile
from audit_app.notifications.services import queue
from audit_app.trail import services as trail

QUIET_SECONDS = 30
"""A file that changed in the last seconds may still be written; it waits for the next run."""
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".swp")
FOLDERS = {
    Picked.IMPORTED: "done",
    Picked.KNOWN: "done",
    Picked.WAITING: "waiting",
    Picked.FAILED: "failed",
    Picked.REFUSED: "refused",
}
log = logging.getLogger(__name__)


def run(folder: Path, *, quiet: float = QUIET_SECONDS) -> list[PickedFile]:
    """Take every finished file of the folder, one transaction each; tell owners what failed or is missing.

    Commits after each file, so that what was taken stays taken. Raises Refused when there is no such folder,
    or when another run is going on.
    """
    if not folder.is_dir():
        raise Refused(_("There is no folder “%(folder)s” to pick files up from.", folder=folder))
    moment, found = now(), []
    db.session.commit()
    with _alone(folder):
        for path in sorted(folder.iterdir()):
            if _is_finished(path, quiet):
                found.append(_pick(folder, path, moment))
    missing()
    db.session.commit()
    return found


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one run at a time: a lock that ends with the process, whatever happens to it."""
    with ExitStack() as held:
        try:
            held.enter_context(alone(folder / ".pick-up.lock"))
        except OSError as error:
            raise Refused(_("Another run is picking files up from this folder.")) from error
        yield


def _is_finished(path: Path, quiet: float) -> bool:
    """A plain file of the folder itself (a link might lead anywhere), not being written any more."""
    facts = path.lstat()
    if not stat.S_ISREG(facts.st_mode) or path.name.startswith(".") or path.suffix.lower() in UNFINISHED:
        return False
    return time.time() - facts.st_mtime >= quiet


def _pick(folder: Path, path: Path, moment: datetime) -> PickedFile:
    """Take one file, whatever happens to it: one that cannot be dealt with must not stop the later ones."""
    row, source_id = PickedFile(run_at=moment, filename=path.name[-255:]), None
    try:
        row.sha256 = sha256_of(path)
        with reading():  # nobody waits while a file is read and compared
            source = sources.match(path.name)
            source_id = source.id if source is not None else None
            settled = _look(row, path, source)
            db.session.rollback()
        if not settled:
            _take(row, path, source)
    except Refused as refused:
        db.session.rollback()
        row.state, row.words, row.import_id = Picked.FAILED, str(refused), None
    except Exception:
        db.session.rollback()
        log.exception("“%s” could not be picked up.", path.name)
        row.state, row.import_id = Picked.FAILED, None
        row.words = _(
            "An unexpected fault stopped the reading; it stands in the log of the system. "
            "Nothing of the file was stored."
        )
    row.source_id, row.words = source_id, row.words[:2000]
    _keep(row, folder, path)
    return row


def _keep(row: PickedFile, folder: Path, path: Path) -> None:
    """Write down what became of a file, tell its owner, and move it."""
    target = _free(folder / FOLDERS[row.state] / path.name)
    row.kept_as = f"{target.parent.name}/{target.name}"[-400:]
    db.session.add(row)
    source = db.session.get(DataSource, row.source_id) if row.source_id is not None else None
    if source is not None and row.state in (Picked.FAILED, Picked.WAITING):
        kind = "source.failed" if row.state is Picked.FAILED else "source.waiting"
        queue(kind, to=source.owner, subject=source)
    # Committed before the file moves: should the process end between the two, the next run finds a file
    # that was imported before, and only moves it.
    db.session.commit()
    try:
        _move(path, target, row)
    except OSError:
        log.exception("“%s” could not be moved.", path.name)
        more = _("The file could not be moved and still lies in the folder.")
        row.words = f"{row.words}\n{more}"[-2000:]
        db.session.commit()


def _look(row: PickedFile, path: Path, source: DataSource | None) -> bool:
    """Whether that settles it: the file was imported before, or a person must decide. Raises Refused."""
    known = queries.same_file(row.sha256)
    if known is not None:
        row.state, row.import_id = Picked.KNOWN, known.id
        row.words = _("The very same file was imported before; nothing was done.")
        return True
    if source is None:
        raise Refused(
            _(
                "No source is remembered for files of this name. "
                "Import one by hand and give its source a name."
            )
        )
    here = sources.changed(source, sources.headings_of(path, source.kind, source.reading))
    if here:
        raise Refused(
            _(
                "The headings are not those of “%(name)s” any more. %(changed)s",
                name=source.name,
                changed=here,
            )
        )
    told = sources.look(path, path.name, source.kind, source.reading, by=None)
    if told.told:
        row.state = Picked.WAITING
        row.words = _("It would change stored values: %(changes)s", changes=one_by_one(map(str, told.told)))
        return True
    return False


def _take(row: PickedFile, path: Path, source: DataSource | None) -> None:
    assert source is not None
    report = sources.take(path, path.name, source.kind, source.reading, by=None, apart=True)
    assert report.stored is not None
    sources.used(source, report)
    row.state, row.import_id = Picked.IMPORTED, report.stored.id
    row.words = "\n".join(report.lines())


def _free(target: Path) -> Path:
    """The place itself or, where its name is taken, one with the moment before the name."""
    target.parent.mkdir(exist_ok=True)
    return target.with_name(_own_name(target.name)) if target.exists() else target


def _own_name(name: str) -> str:
    """A name that no other file has: the moment, to be read by people, and eight letters of chance."""
    return f"{now():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}-{name}"


def _move(path: Path, target: Path, row: PickedFile) -> None:
    """Move a file and lay its report beside it."""
    os.replace(path, target)
    target.with_name(f"{target.name}.report.txt").write_text(
        f"{path.name}\nSHA-256 {row.sha256}\n{row.state.value}\n{row.words}\n", encoding="utf-8"
    )


def missing() -> list[DataSource]:
    """Sources whose file of this month has not come by its day; each owner is told once a month."""
    first = today().replace(day=1)
    query = select(DataSource).where(DataSource.active, DataSource.due_day.is_not(None))
    found = []
    for source in db.session.scalars(query.options(joinedload(DataSource.owner))):
        used = source.used_at.date() if source.used_at is not None else None
        if today().day >= (source.due_day or 1) and (used is None or used < first):
            queue("source.missing", to=source.owner, subject=source, day=first)
            found.append(source)
    return found


def listed() -> Select[Any]:
    """What the runs found, newest first."""
    return (
        select(PickedFile)
        .options(joinedload(PickedFile.source), joinedload(PickedFile.imported))
        .order_by(PickedFile.run_at.desc(), PickedFile.id.desc())
    )


def waiting_file(row_id: int, folder: Path | None) -> tuple[PickedFile, Path]:
    """A file that waits for a person. Raises :class:`NotVisible` when it waits no more, or lies elsewhere."""
    row = db.session.get(PickedFile, row_id)
    if row is None or folder is None or row.state is not Picked.WAITING:
        raise NotVisible
    path = (folder / row.kept_as).resolve()
    if path.parent != (folder / FOLDERS[Picked.WAITING]).resolve() or not path.is_file():
        raise NotVisible
    return row, path


def taken(row_id: int, report: Report) -> None:
    """A file that waited was taken in by a person. Raises Refused when it was decided meanwhile."""
    assert report.stored is not None
    row = _settled(row_id, Picked.IMPORTED, "\n".join(report.lines()))
    row.import_id = report.stored.id
    db.session.flush()


def refuse(row_id: int, *, by: Person) -> None:
    """A person decides that a file that waits is not taken in; nothing changes but its row. Raises Refused
    when it was decided meanwhile.
    """
    row = _settled(row_id, Picked.REFUSED, _("%(name)s decided not to take it in.", name=by.name))
    trail.note("source.refuse_file", row.source, by=by, file=row.filename, sha256=row.sha256)


def _settled(row_id: int, state: Picked, words: str) -> PickedFile:
    """The row of a file that waits no more; where it will lie has a name that no other file has."""
    row = db.session.get(PickedFile, row_id, populate_existing=True)
    if row is None or row.state is not Picked.WAITING:
        raise Refused(_("Somebody decided on this file of the folder meanwhile; nothing was changed."))
    row.state, row.words = state, words[:2000]
    row.kept_as = f"{FOLDERS[state]}/{_own_name(row.filename)}"[-400:]
    return row


def put_away(row_id: int | None, lay_as: str | None, folder: Path | None) -> None:
    """Move a file that waits no more from where it lay to where its row says, after that was committed."""
    row = db.session.get(PickedFile, row_id) if row_id is not None else None
    if row is None or folder is None or not lay_as or row.state is Picked.WAITING:
        return
    path, target = folder / lay_as, folder / row.kept_as
    try:
        target.parent.mkdir(exist_ok=True)
        _move(path, target, row)
        path.with_name(f"{path.name}.report.txt").unlink(missing_ok=True)
    except OSError:
        log.exception("“%s” could not be moved.", path.name)

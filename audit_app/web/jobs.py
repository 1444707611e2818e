"""Work on an upload that takes longer than a request: done by a thread, told through a small file beside it.

The thread holds a lock on a file as long as it lives. So every worker process can tell work that goes on
from work whose process has ended, and a restarted server leaves nothing that claims to run. One piece of
work at a time in a process; the others wait for their turn.
"""

import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask import Flask

from audit_app.core.alone import alone, is_held
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.web import holding
from audit_app.web.holding import TOKEN, Held

EVERY = 0.5
"""Seconds between two notes of how far it is."""
_turn = threading.Lock()


class State(StrEnum):
    """How work stands. ``LOST`` is never written: it is work that claims to go on while nobody holds its
    lock.
    """

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True)
class Job:
    """One piece of work on one upload: which ``step``, how far, and what came of it (``result``, as JSON)."""

    token: str
    filename: str
    step: str
    size: int
    begun: float
    state: State = State.WAITING
    rows: int = 0
    share: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def goes_on(self) -> bool:
        """Whether it is worth while to ask again."""
        return self.state in (State.WAITING, State.RUNNING)


class GivenUpError(Exception):
    """The person gave the upload up while it was being read."""


Tell = Callable[[int, float], None]
"""Is told the rows read so far and the share of the file, from 0 to 1."""
Work = Callable[[Job, Tell], dict[str, Any]]
"""Does the work inside an application context and gives the result; whatever it raises is a failure."""


def start(app: Flask, folder: Path, person_id: int, held: Held, step: str, work: Work, **facts: Any) -> None:
    """Begin a piece of work on one's own upload, unless one is going on for it already."""
    known = look(folder, person_id, held.token)
    if known is not None and known.goes_on:
        return
    kept = {**(known.result if known is not None else {})}
    job = Job(
        held.token, held.filename, step, held.path.stat().st_size, now().timestamp(), facts=facts, result=kept
    )
    place = _place(folder, person_id, held.token)
    begun = threading.Event()
    thread = threading.Thread(
        target=_run, args=(app, place, job, work, begun), name=f"upload {held.token[:6]}", daemon=True
    )
    thread.start()
    begun.wait(5)


def look(folder: Path, person_id: int, token: str) -> Job | None:
    """How the work on one's own upload stands; None when none was begun, or it is somebody else's."""
    if not TOKEN.fullmatch(token):
        raise NotVisible
    place = _place(folder, person_id, token)
    job = _read(place)
    if job is not None and job.goes_on and not is_held(place.with_suffix(".lock")):
        # It may have ended between the two looks.
        job = _read(place)
        if job is not None and job.goes_on:
            return replace(job, state=State.LOST)
    return job


def mine(folder: Path, person_id: int) -> list[Job]:
    """All of one's own, the newest first."""
    found = [
        look(folder, person_id, place.stem.removeprefix(f"held-{person_id}-"))
        for place in folder.glob(f"held-{person_id}-*.job")
    ]
    return sorted((each for each in found if each is not None), key=lambda each: each.begun, reverse=True)


def wait(folder: Path, person_id: int, token: str, seconds: float = 60) -> Job | None:
    """How it stands when it has ended and its thread let go, or when the seconds are over."""
    ends, lock = time.monotonic() + seconds, holding.beside(folder, person_id, token, ".lock")
    while (job := look(folder, person_id, token)) is not None and time.monotonic() < ends:
        if not job.goes_on and not is_held(lock):
            break
        time.sleep(0.05)
    return job


def _run(app: Flask, place: Path, job: Job, work: Work, begun: threading.Event) -> None:
    with ExitStack() as held:
        try:
            held.enter_context(alone(place.with_suffix(".lock"), patience=1.0))
            _write(place, job)
        except OSError:  # it is worked on already
            return
        finally:
            begun.set()
        with _turn:
            if place.exists():
                _work(app, place, job, work)


def _work(app: Flask, place: Path, job: Job, work: Work) -> None:
    running = replace(job, state=State.RUNNING)
    last = 0.0

    def tell(rows: int, share: float) -> None:
        nonlocal running, last
        running = replace(running, rows=rows, share=min(max(share, 0.0), 1.0))
        if time.monotonic() - last < EVERY and share < 1:
            return
        if not place.exists():
            raise GivenUpError
        last = time.monotonic()
        _write(place, running)

    with app.app_context():
        try:
            _write(place, running)
            result = work(job, tell)
            running = replace(running, state=State.DONE, share=1.0, result={**job.result, **result})
        except GivenUpError:
            return
        except Exception:
            app.logger.exception("The work “%s” on an upload failed.", job.step)
            running = replace(running, state=State.FAILED)
        finally:
            db.session.rollback()
            db.session.remove()
        if place.exists():
            _write(place, running)


def _place(folder: Path, person_id: int, token: str) -> Path:
    return holding.beside(folder, person_id, token, ".job")


def _write(place: Path, job: Job) -> None:
    draft = place.with_suffix(".new")
    draft.write_text(json.dumps(asdict(job)), encoding="utf-8")
    draft.replace(place)


def _read(place: Path) -> Job | None:
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Job(**{**kept, "state": State(kept["state"])})

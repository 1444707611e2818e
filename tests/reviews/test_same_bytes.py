"""A frozen pack gives the same bytes on another machine: other seed, zone, language, folder, home and user."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine

from audit_app.reviews import exports, queries
from audit_app.reviews.pack import from_json
from tests.reviews import factory

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import hashlib, sys
from pathlib import Path
from audit_app import create_app
from audit_app.config import Settings
from audit_app.reviews import exports
from audit_app.reviews.pack import from_json
folder = Path(sys.argv[1])
app = create_app(Settings(data_dir=folder / "elsewhere", secret_key="x" * 40, time_zone=sys.argv[2], testing=True))
with app.app_context():
    made = exports.render_all(from_json((folder / "pack.json").read_text(encoding="utf-8")))
    for (language, kind), content in sorted(made.items()):
        print(language, kind, hashlib.sha256(content).hexdigest())
"""
MACHINES = {
    "plain": {"PYTHONHASHSEED": "0", "TZ": "UTC", "LANG": "C"},
    "far away": {
        "PYTHONHASHSEED": "4711",
        "TZ": "America/St_Johns",
        "LANG": "zh_CN.UTF-8",
        "USER": "somebody",
    },
    "bare": {"PYTHONHASHSEED": "99", "TZ": "Pacific/Kiritimati", "LC_ALL": "POSIX", "HOME": "/nonexistent"},
}


@pytest.fixture
def frozen(people) -> str:
    with time_machine.travel(factory.TODAY, tick=True):
        factory.measured(people)
        factory.audited(people)
        return str(queries.frozen_pack(factory.approved(people)).snapshot)


def elsewhere(folder: Path, given: dict[str, str]) -> str:
    """What a fresh process says, far from this one."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **given}
    run = [sys.executable, "-c", SCRIPT, str(folder), given["TZ"]]
    done = subprocess.run(run, env=env, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_every_file_of_a_frozen_pack_has_one_hash_on_any_machine(frozen, tmp_path):
    (tmp_path / "pack.json").write_text(frozen, encoding="utf-8")
    said = {name: elsewhere(tmp_path, given) for name, given in MACHINES.items()}
    assert len(said["plain"].splitlines()) == 4
    assert len(set(said.values())) == 1, said


def test_the_same_pack_in_this_process_has_that_hash_too(frozen, tmp_path):
    (tmp_path / "pack.json").write_text(frozen, encoding="utf-8")
    made = exports.render_all(from_json(frozen))
    here = "".join(
        f"{language} {kind} {hashlib.sha256(content).hexdigest()}\n"
        for (language, kind), content in sorted(made.items())
    )
    assert here == elsewhere(tmp_path, MACHINES["plain"])

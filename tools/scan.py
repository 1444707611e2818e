"""Look for what ought not to be in the code: insecure calls, broken house rules, secrets.

    python -m tools.scan              all three
    python -m tools.scan semgrep      one of bandit, semgrep, secrets

The scanners live in `.venv/scan`, made from `requirements-scan.lock` at the first run and after each
change of it: what they pin must not hold back the packages of the application. None of them asks the network.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tools.lock import ROOT, SCAN

PLACE = Path(sys.prefix).resolve() / "scan"
PROGRAMS = PLACE / ("Scripts" if os.name == "nt" else "bin")
STAMP = PLACE / "installed"
RULES = ROOT / "tools" / "rules" / "house.yaml"
CODE = ["audit_app", "migrations", "tools", "run.py"]
FOUND_SECRETS = 200
"""What kingfisher exits with when it has found something."""


def ready() -> None:
    """Make `.venv/scan` from its lock unless it is there. Raises CalledProcessError with pip's own words.

    Made anew also where the folder was moved: the programs in it name their Python by its whole path.
    """
    wanted = f"{hashlib.sha256(SCAN.read_bytes()).hexdigest()} {PLACE}"
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    shutil.rmtree(PLACE, ignore_errors=True)
    venv.create(PLACE, with_pip=True)
    command: list[str | Path] = [PROGRAMS / "python", "-m", "pip", "install", "--quiet", "--require-hashes"]
    command += ["--no-deps", "--no-input", "--disable-pip-version-check", "-r", SCAN]
    subprocess.run(command, check=True)
    STAMP.write_text(wanted)


def bandit(*paths: str) -> list[str | Path]:
    """Insecure calls of medium and high severity; the low ones are those that ruff's S rules look at."""
    return [PROGRAMS / "python", "-m", "bandit", "--quiet", "-ll", "--recursive", *(paths or CODE)]


def semgrep(*paths: str) -> list[str | Path]:
    """The rules of the house; an unreadable rule or file is a failure, too."""
    options = [
        "--metrics=off",
        "--disable-version-check",
        "--error",
        "--strict",
        "--quiet",
        "--no-rewrite-rule-ids",
    ]
    return [PROGRAMS / "semgrep", "scan", *options, "--config", RULES, *(paths or ["audit_app"])]


def secrets(*paths: str) -> list[str | Path]:
    """Keys, passwords and tokens in anything that is kept; none is tried out against its service."""
    options = ["--no-validate", "--no-update-check", "--git-history=none", "--quiet", "--redact"]
    options += ["--exclude=.venv", "--exclude=node_modules"]
    return [PROGRAMS / "kingfisher", "scan", *options, *(paths or ["."])]


SCANS = {"bandit": bandit, "semgrep": semgrep, "secrets": secrets}


def run(name: str, *paths: str) -> subprocess.CompletedProcess[str]:
    """Run one scanner over paths (its own default without any); exit status 0 means nothing was found."""
    keep = {"SEMGREP_SETTINGS_FILE": PLACE / "semgrep.yml", "SEMGREP_LOG_FILE": PLACE / "semgrep.log"}
    keep["KF_RULE_CACHE_DIR"] = PLACE / "kingfisher"
    environment = os.environ | {key: str(value) for key, value in keep.items()}
    # semgrep starts a second program of its own and looks for it on the PATH
    environment["PATH"] = os.pathsep.join([str(PROGRAMS), environment.get("PATH", "")])
    return subprocess.run(
        SCANS[name](*paths), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def main(arguments: list[str]) -> int:
    """The command; returns 1 when a scanner has found something or could not run."""
    ready()
    status = 0
    for name in arguments or list(SCANS):
        done = run(name)
        print(f"{name}: {'nothing found' if done.returncode == 0 else 'FOUND SOMETHING'}")
        if done.returncode != 0:
            print(done.stdout + done.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

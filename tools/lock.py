"""Pin every package with its hashes, for all systems and Pythons at once, without any address in the files.

python run.py lock                keep the pinned versions that still fit, add and remove what changed
python run.py lock --upgrade      take the newest versions
python run.py lock --check        only say whether the locks belong to pyproject.toml; needs no network
python run.py lock --age          say when the newest versions were taken; status 1 when that is too long ago
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNTIME, DEV = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
SCAN = ROOT / "requirements-scan.lock"  # for .venv/scan alone; it need not agree with the others
STAMP = "# made by: python run.py lock; of the dependencies "
PARTS = ROOT / "docs" / "security" / "parts.md"  # how soon parts are brought up to date, and when they were
TAKEN = re.compile(r"(Newest versions taken on: )(\d{4}-\d{2}-\d{2})")
LONGEST_DAYS = 90  # as docs/security/parts.md says
PYTHON = "3.11"  # the oldest that is supported; a universal lock holds for newer ones too


def wanted() -> str:
    """A fingerprint of everything in pyproject.toml that decides what the locks hold."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = data["project"]
    decides = [
        project["requires-python"],
        sorted(project["dependencies"]),
        project.get("optional-dependencies"),
        data.get("dependency-groups"),
    ]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]


def faults() -> list[str]:
    """Why the lock files cannot be trusted, one sentence each; an empty list when they are right."""
    found = []
    for path in (RUNTIME, DEV, SCAN):
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if not text.startswith(STAMP + wanted() + "\n"):
            found.append(f"{path.name} does not belong to pyproject.toml: run `python run.py lock`.")
        if re.search(
            r"://|^\s*-|file:|@ ", re.sub(r"^\s*--hash=.*$", "", text, flags=re.MULTILINE), re.MULTILINE
        ):
            found.append(f"{path.name} holds an address or an option.")
    runtime, dev = pins(RUNTIME), pins(DEV)
    different = sorted(name for name, version in runtime.items() if dev.get(name) != version)
    if different:
        found.append(f"The two lock files disagree about: {', '.join(different)}.")
    return found


def pins(path: Path) -> dict[str, str]:
    """The pinned version of each package in a lock file, by its normalised name."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)==([^\s;\\]+)", text, re.MULTILINE))


def compile_lock(target: Path, *more: str, source: str = "pyproject.toml") -> None:
    """Let uv resolve `source` (none: a group alone) into `target`; no other settings are read."""
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        *([source] if source else []),
        "--quiet",
        "--no-config",
    ]
    command += ["--universal", "--generate-hashes", "--python-version", PYTHON]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    machine = (
        "UV_INDEX",
        "UV_DEFAULT_INDEX",
        "UV_EXTRA_INDEX_URL",
        "UV_FIND_LINKS",
        "UV_CONFIG_FILE",
        "UV_CONSTRAINT",
    )
    environment = {name: value for name, value in os.environ.items() if name not in machine}
    subprocess.run([*command, *more, "--output-file", target.name], cwd=ROOT, env=environment, check=True)


def stamp(target: Path) -> None:
    """Write the fingerprint of the dependencies on the first line of a lock file."""
    lines = [line for line in target.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    target.write_text("\n".join([STAMP + wanted(), *lines, ""]), encoding="utf-8", newline="\n")


def taken_on() -> date:
    """The day on which the newest versions were taken; raises `LookupError` when the page does not say."""
    found = TAKEN.search(PARTS.read_text(encoding="utf-8"))
    if found is None:
        raise LookupError("docs/security/parts.md does not say when the newest versions were taken")
    return date.fromisoformat(found[2])


def age(today: date) -> int:
    """Say how long ago the newest versions were taken; the exit status."""
    days = (today - taken_on()).days
    print(f"Newest versions taken on {taken_on()}, {days} days ago; {LONGEST_DAYS} are allowed.")
    if days <= LONGEST_DAYS:
        return 0
    print("Run `python run.py lock --upgrade`, then `python run.py test`.")
    return 1


def main(arguments: list[str]) -> int:
    """The command; returns the exit status."""
    if "--age" in arguments:
        return age(datetime.now(UTC).date())
    if "--check" not in arguments:
        upgrade = [option for option in arguments if option == "--upgrade"]
        compile_lock(RUNTIME, *upgrade)
        compile_lock(DEV, "--group", "dev", "--constraint", RUNTIME.name, *upgrade)
        compile_lock(SCAN, "--group", "scan", *upgrade, source="")
        for path in (RUNTIME, DEV, SCAN):
            stamp(path)
        if upgrade:
            page = PARTS.read_text(encoding="utf-8")
            today = datetime.now(UTC).date().isoformat()
            PARTS.write_text(TAKEN.sub(rf"\g<1>{today}", page), encoding="utf-8", newline="\n")
    found = faults()
    print(
        "\n".join(found)
        if found
        else "; ".join(f"{path.name}: {len(pins(path))}" for path in (RUNTIME, DEV, SCAN)) + " packages."
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

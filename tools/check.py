"""All checks of the project; the tests come last, and so does their closing line.

    python run.py test                  everything
    python run.py test tests/house -x   only pytest, with these arguments

Every check runs even when an earlier one has failed, so that one run shows all there is to repair. With
CI=true no test may be skipped.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = {
    "layout of the code (ruff format)": ["ruff", "format", "--check", "--output-format=concise", "."],
    "habits of the code (ruff)": ["ruff", "check", "--quiet", "--output-format=concise", "."],
    "types (mypy)": ["mypy"],
    "floors (import-linter)": ["importlinter.cli", "lint_imports_command"],
    "lock files": ["tools.lock", "--check"],
    "Chinese wording": ["tools.po", "--check"],
    "insecure calls, house rules, secrets (bandit, semgrep, kingfisher)": ["tools.scan"],
}


def command_of(check: list[str]) -> list[str]:
    """How a check is started: by its module, since scripts in .venv/bin break when the folder is moved."""
    if check[0] == "importlinter.cli":
        return [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
        ]
    return [sys.executable, "-m", *check]


def run_checks() -> list[str]:
    """Run every check; prints the output of those that fail, and returns their names."""
    failed = []
    for name, check in CHECKS.items():
        started = time.monotonic()
        done = subprocess.run(command_of(check), cwd=ROOT, capture_output=True, text=True, check=False)
        word = "ok" if done.returncode == 0 else "FAILED"
        print(f"{word:<7}{name}  {time.monotonic() - started:.1f} s", flush=True)
        if done.returncode != 0:
            print(done.stdout + done.stderr, flush=True)
            failed.append(name)
    return failed


def run_tests(arguments: list[str]) -> int:
    """Run pytest and return its exit status."""
    plugins = ["-p", "tools.no_skips"] if os.environ.get("CI") == "true" else []
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *arguments], cwd=ROOT, check=False
    ).returncode


def main(arguments: list[str]) -> int:
    """The command; returns the exit status: 0 only when every check and every test has passed."""
    if arguments:
        return run_tests(arguments)
    failed = run_checks()
    if failed:
        print(f"FAILED before the tests: {', '.join(failed)}", flush=True)
    status = run_tests(["-n", "2", "--quiet"])
    return status or (1 if failed else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Which files belong to the repository."""

import fnmatch
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = {".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis"}
MADE |= {"__pycache__", "data", "demo-data", "htmlcov", "test-results"}


def tracked(*patterns: str) -> list[Path]:
    """The files under version control that match one of the patterns (all without a pattern).

    In a copy without git (a downloaded archive) these are all files but the ones that running the app makes.
    """
    if (ROOT / ".git").exists():
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
        names = [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]
    else:
        found = (
            path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file() and path.suffix != ".mo"
        )
        names = [path.as_posix() for path in found if not MADE & {path.parts[0], *path.parts[-2:-1]}]
    wanted = patterns or ("*",)
    return [ROOT / name for name in sorted(names) if any(fnmatch.fnmatch(name, each) for each in wanted)]

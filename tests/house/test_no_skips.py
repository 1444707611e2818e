"""In CI a skipped test fails."""

import os
import subprocess
import sys

import pytest

from tests.house.files import ROOT

TESTS = """
import pytest

def test_that_needs_something_missing():
    pytest.skip("no browser here")

@pytest.mark.xfail(reason="known")
def test_that_is_known_to_fail():
    assert False
"""


@pytest.mark.parametrize(("plugins", "status"), [([], 0), (["-p", "tools.no_skips"], 1)])
def test_a_skipped_test_passes_at_home_and_fails_in_ci(tmp_path, plugins, status):
    (tmp_path / "test_example.py").write_text(TESTS)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", ".", *plugins, "."],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert ("1 failed, 1 xfailed" if status else "1 skipped, 1 xfailed") in done.stdout

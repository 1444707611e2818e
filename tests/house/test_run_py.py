"""run.py, started as people start it, in a folder of its own, with one invented package."""

import ast
import base64
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "run.py"
CLI = """
import sys
from importlib.metadata import version
print("started", sys.argv[1:], "with pebble", version("pebble-stone"))
"""
Finished = subprocess.CompletedProcess[str]
NETWORK_SETTINGS = ("PIP_", "UV_", "PYTHONPATH", "VIRTUAL_ENV", "COV_", "PORT", "DATA_DIR")


def record_hash(text: str) -> str:
    """A hash as the RECORD file of a wheel writes it."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def wheel(folder: Path) -> str:
    """Write an installable wheel of one empty module into `folder`; returns its SHA-256."""
    info = "pebble_stone-1.0.dist-info"
    files = {
        "pebble_stone.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: pebble-stone\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{name},sha256={record_hash(text)},{len(text)}" for name, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""])
    path = folder / "pebble_stone-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Clone:
    """A folder with run.py, a lock of one package that lies in `shelf`, and a command."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.shelf = folder / "clone", folder / "shelf"
        (self.folder / "audit_app").mkdir(parents=True)
        self.shelf.mkdir()
        pin = f"pebble-stone==1.0 \\\n    --hash=sha256:{wheel(self.shelf)}\n"
        for name in ("requirements.lock", "requirements-dev.lock"):
            (self.folder / name).write_text(pin)
        (self.folder / "audit_app" / "__init__.py").write_text("")
        (self.folder / "audit_app" / "cli.py").write_text(CLI)
        shutil.copyfile(RUN, self.folder / "run.py")

    def start(
        self, *arguments: str, python: tuple[str, ...] = (), **environment: str
    ) -> subprocess.CompletedProcess:
        """Run `python run.py …` without the settings that this test process was started with."""
        inherited = {k: v for k, v in os.environ.items() if not k.upper().startswith(NETWORK_SETTINGS)}
        inherited |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.shelf)}
        inherited |= {"PYTHONUTF8": "1", **environment}
        command = python or (sys.executable, "run.py")
        return subprocess.run(
            [*command, *arguments],
            cwd=self.folder,
            env=inherited,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )


@pytest.fixture
def clone(tmp_path):
    return Clone(tmp_path)


def pretend(words: str) -> tuple[str, ...]:
    """A Python for which `words` hold before run.py begins."""
    start = "sys.argv[0] = 'run.py'; runpy.run_path('run.py', run_name='__main__')"
    return sys.executable, "-c", f"import runpy, sys; {words}; {start}"


def test_an_old_python_can_read_run_py():
    ast.parse(RUN.read_text(encoding="utf-8"), feature_version=(3, 8))


def test_an_old_python_is_told_what_is_needed(clone):
    done = clone.start("demo", python=pretend("sys.version_info = (3, 9, 2)"), PATH="")
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; this is Python 3.9" in done.stderr
    assert "Python 3.11 或更高版本" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_old_python_hands_over_to_a_newer_one_on_the_path(clone, tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "python3.13").symlink_to(sys.executable)
    done = clone.start("--help", python=pretend("sys.version_info = (3, 9, 2)"), PATH=str(folder))
    assert done.returncode == 0
    assert "demo" in done.stdout


def test_a_python_without_ensurepip_is_told_what_to_install(clone):
    done = clone.start("setup", python=pretend("sys.modules['ensurepip'] = None"))
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr
    assert not (clone.folder / ".venv").exists()


def test_a_taken_port_is_named_together_with_one_that_is_free(clone):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = clone.start("demo", "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} is in use. Choose another: python3 run.py demo --port " in done.stderr
    assert f"端口 {port} 已被占用" in done.stderr
    assert not (clone.folder / ".venv").exists()


def test_without_a_command_the_commands_are_listed(clone):
    done = clone.start()
    assert done.returncode == 0
    for command in ("demo", "serve", "test", "setup", "lock"):
        assert f"\n  {command} " in done.stdout


@pytest.mark.slow
def test_an_unreachable_index_is_said_in_words(clone):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        index = f"http://127.0.0.1:{closed.getsockname()[1]}/simple"
        done = clone.start("setup", PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL=index, PIP_RETRIES="0")
    assert done.returncode == 1
    assert "The package index cannot be reached" in done.stderr
    assert "无法连接软件包源" in done.stderr


def interrupted(clone: Clone) -> tuple[int, str]:
    """Status and complaints of a command that is ended by Ctrl-C while it works."""
    working = clone.folder / "audit_app" / "slow.py"
    working.write_text("import time\nprint('working', flush=True)\ntime.sleep(60)\n")
    quoted = (clone.folder / "audit_app" / "cli.py").read_text()
    (clone.folder / "audit_app" / "cli.py").write_text("import audit_app.slow\n")
    command = subprocess.Popen(
        [sys.executable, "run.py", "serve", "--port", "0"],
        cwd=clone.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background has Ctrl-C switched off for all children: switch it on again.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with command:
        assert command.stdout is not None
        assert command.stdout.readline() == "working\n"
        command.send_signal(signal.SIGINT)
        complaints = command.communicate(timeout=30)[1]
    (clone.folder / "audit_app" / "cli.py").write_text(quoted)
    return command.returncode, complaints


@pytest.mark.slow
def test_the_life_of_a_clone(clone):
    """First start, Ctrl-C, second start, a broken Python, an interrupted installation, a changed lock."""
    first = clone.start("people", "list", "--name", "王 芳")
    assert first.returncode == 0, first.stderr
    assert "Installing the packages" in first.stdout
    assert "started ['people', 'list', '--name', '王 芳'] with pebble 1.0" in first.stdout

    assert interrupted(clone) == (130, "")

    shelf = clone.shelf.rename(clone.shelf.with_name("elsewhere"))
    began = time.monotonic()
    second = clone.start("demo", "--no-serve")
    assert time.monotonic() - began < 5
    assert second.stdout == "started ['demo', '--no-serve'] with pebble 1.0\n"

    shelf.rename(clone.shelf)
    python = next(path for path in (clone.folder / ".venv").glob("*/python*") if path.stem == "python")
    python.unlink()
    repaired = clone.start("setup")
    assert repaired.returncode == 0, repaired.stderr
    assert "Making the virtual environment" in repaired.stdout
    assert "安装完成" in repaired.stdout

    (clone.folder / ".venv" / ".unfinished").write_text("999999999")
    again = clone.start("setup")
    assert again.returncode == 0, again.stderr
    assert "Making the virtual environment" in again.stdout
    assert not (clone.folder / ".venv" / ".unfinished").exists()

    lock = clone.folder / "requirements.lock"
    lock.write_text("# changed\n" + lock.read_text())
    changed = clone.start("setup")
    assert "Installing the packages" in changed.stdout
    assert "Making the virtual environment" not in changed.stdout

"""The product as it is started by hand: its own commands, in processes of their own, over one data folder."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30


@dataclass
class Product:
    """Runs commands of the product over a data folder and, when given, a PostgreSQL database."""

    data: Path
    database_url: str
    server: subprocess.Popen[bytes] | None = None
    port: int = 0
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self.log = self.data / "server.log"

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings, as an operator gives them."""
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DATA_DIR"}}
        return {**kept, "DATABASE_URL": self.database_url, "TIME_ZONE": "Asia/Shanghai", "PYTHONUTF8": "1"}

    def run(self, *arguments: str) -> str:
        """A command; its output, or an AssertionError with everything it said."""
        done = subprocess.run(
            [sys.executable, "-m", "audit_app.cli", *arguments, "--data", str(self.data)],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def create_admin(self, email: str) -> str:
        """The first administrator; the password that is shown once."""
        said = self.run("create-admin", email, "--name", "Ada Admin")
        found = re.search(r"Password: (\S+)", said)
        assert found, said
        return found.group(1)

    def serve(self, days_later: int = 0) -> None:
        """Start serving, if wanted some days later, and wait until it answers."""
        clock = ["tests.journeys.later", str(days_later)] if days_later else ["audit_app.cli"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        with self.log.open("wb") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", *clock, "serve", "--data", str(self.data), "--port", str(self.port)],
                cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        for _attempt in range(PATIENCE * 10):
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=1) as reply:  # noqa: S310  # our own address
                    assert reply.status == 200
                    return
            except (URLError, ConnectionError, TimeoutError):
                assert self.server.poll() is None, self.log.read_text(encoding="utf-8")
                time.sleep(0.1)
        raise AssertionError(f"The server did not answer: {self.log.read_text(encoding='utf-8')}")

    def stop(self) -> str:
        """Stop serving; everything the server said."""
        if self.server is not None:
            self.server.terminate()
            self.server.wait(PATIENCE)
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

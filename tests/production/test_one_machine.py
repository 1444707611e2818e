"""The set-up on one machine as it is shipped: nginx with our file, gunicorn as the unit starts it, over TLS."""

import configparser
import http.client
import json
import os
import re
import shlex
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from audit_app.cli import main

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
NAME = "audit.example.org"
NGINX = shutil.which("nginx", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"]))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def certificate(folder: Path) -> None:
    """A key and a certificate of its own for the name, as a public authority would give."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


@dataclass
class Site:
    """Where it answers, and what was started."""

    folder: Path
    port: int
    plain: int
    inner: int
    running: list[subprocess.Popen[bytes]]

    def trusting(self, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        if version is not None:
            context.minimum_version = context.maximum_version = version
        return context

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """One request over TLS by the public name."""
        connection = http.client.HTTPSConnection(NAME, self.port)
        raw = socket.create_connection(("127.0.0.1", self.port), 30)
        connection.sock = self.trusting().wrap_socket(raw, server_hostname=NAME)
        with closing(connection):
            named = {key.replace("_", "-"): value for key, value in headers.items()}
            with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before all was sent
                connection.request(method, path, body or None, {"Host": NAME, **named})
            reply = connection.getresponse()
            return reply, reply.read()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Both servers, started from the files in `deploy/` with other ports and paths."""
    folder = tmp_path_factory.mktemp("site")
    data = folder / "data"
    data.mkdir(mode=0o700)
    certificate(folder)
    made = Site(folder, free_port(), free_port(), free_port(), [])
    settings = {
        "DATA_DIR": str(data), "BASE_URL": f"https://{NAME}", "SECURE_COOKIES": "1", "TRUST_PROXY": "1",
        "MAX_UPLOAD_MB": "1", "PYTHONUTF8": "1", "PATH": os.environ["PATH"], **_given(),
    }  # fmt: skip
    subprocess.run(_command("ExecStartPre"), cwd=ROOT, env=settings, check=True, capture_output=True)
    (data / "secret.key").chmod(0o600)
    serve = [each.replace("127.0.0.1:8000", f"127.0.0.1:{made.inner}") for each in _command("ExecStart")]
    log = (folder / "gunicorn.log").open("wb")
    made.running.append(subprocess.Popen(serve, cwd=ROOT, env=settings, stdout=log, stderr=log))
    (folder / "nginx.conf").write_text(_nginx(made))
    assert NGINX, "apt-get install nginx-light (.ci/run does it)"
    started = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    made.running.append(subprocess.Popen(started, stdout=log, stderr=log))
    for _attempt in range(600):
        try:
            if made.ask("GET", "/readyz")[0].status == 200:
                break
        except OSError:
            pass
        assert all(each.poll() is None for each in made.running), (folder / "gunicorn.log").read_text()
        time.sleep(0.1)
    yield made
    for each in made.running:
        each.terminate()
        each.wait(30)
    log.close()


def _given() -> dict[str, str]:
    """The settings that the unit itself gives."""
    text = (DEPLOY / "audit.service").read_text(encoding="utf-8")
    return dict(re.findall(r"^Environment=(\w+)=(.*)$", text, re.MULTILINE))


def _command(which: str) -> list[str]:
    """What the unit starts, with the Python of these tests."""
    text = (DEPLOY / "audit.service").read_text(encoding="utf-8")
    line = next(each for each in text.splitlines() if each.startswith(f"{which}=")).partition("=")[2]
    words = shlex.split(line.replace("%%", "%"))
    if words[0].endswith("gunicorn"):
        return [sys.executable, "-m", "gunicorn", *words[1:]]
    return [sys.executable, *words[1:]]


def _nginx(site: Site) -> str:
    """Our file inside a whole configuration of nginx, with the ports and paths of this test."""
    text = (DEPLOY / "nginx-audit.conf").read_text(encoding="utf-8")
    text = text.replace("listen 443 ", f"listen 127.0.0.1:{site.port} ").replace(
        "listen 80", f"listen 127.0.0.1:{site.plain}"
    )
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{site.inner}").replace(
        "/etc/ssl/audit", str(site.folder)
    )
    text = text.replace("/var/log/nginx", str(site.folder)).replace(
        "client_max_body_size 60m", "client_max_body_size 1m"
    )
    kept = "".join(
        f"{kind}_temp_path {site.folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"pid {site.folder}/nginx.pid; error_log {site.folder}/error.log; worker_processes 1; events {{}} http {{ {kept}\n{text} }}"


def test_pages_come_over_tls_with_a_session_bound_to_this_host(site: Site) -> None:
    reply, body = site.ask("GET", "/login")
    assert reply.status == 200
    assert b"<form" in body
    assert reply.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert reply.headers.get("Server", "nginx") == "nginx"
    assert [each for each in reply.headers.get_all("Set-Cookie") or [] if each.startswith("__Host-session=")]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_present_versions_of_tls_are_spoken(site: Site, version: ssl.TLSVersion) -> None:
    raw = socket.create_connection(("127.0.0.1", site.port), 30)
    with site.trusting(version).wrap_socket(raw, server_hostname=NAME) as line:
        assert line.version() in ("TLSv1.2", "TLSv1.3")
        assert "GCM" in line.cipher()[0] or "CHACHA20" in line.cipher()[0]


def test_an_old_version_or_another_name_gets_nothing(site: Site) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python says that the version is old, which is why it is tried
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")  # or this side would refuse to try
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    for context, name in ((old, NAME), (site.trusting(), "other.example.org")):
        with socket.create_connection(("127.0.0.1", site.port), 30) as raw, pytest.raises(ssl.SSLError):
            context.wrap_socket(raw, server_hostname=name)


def test_plain_http_is_sent_on_to_https_by_our_name_only(site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.plain, timeout=30)
    connection.request("GET", "/findings?q=1", headers={"Host": NAME})
    reply = connection.getresponse()
    reply.read()
    assert (reply.status, reply.headers["Location"]) == (301, f"https://{NAME}/findings?q=1")
    connection.close()
    for door in ("/sync", "/sync/hello", "/calendar/feed/x.ics", "/metrics"):
        connection.request("GET", door, headers={"Host": NAME})
        reply = connection.getresponse()
        reply.read()
        assert (reply.status, reply.headers["Location"]) == (403, None), door
        connection.close()
    connection.request("GET", "/", headers={"Host": "evil.example"})
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()


def test_trace_is_not_answered(site: Site) -> None:
    reply, content = site.ask("TRACE", "/", Cookie="secret=1")
    assert reply.status == 405
    assert b"secret" not in content


def test_what_lies_beside_the_program_is_not_served(site: Site) -> None:
    for path in (
        "/.git/config",
        "/pyproject.toml",
        "/static/../config.py",
        "/static/%2e%2e/config.py",
        "/data/audit.db",
    ):
        assert site.ask("GET", path)[0].status in (400, 404), path


def test_a_body_that_is_too_large_is_refused_and_the_next_request_answered(site: Site) -> None:
    assert site.ask("POST", "/login", b"x" * (3 << 20))[0].status == 413
    assert site.ask("GET", "/healthz")[0].status == 200


def test_the_address_that_a_browser_claims_is_not_believed(site: Site) -> None:
    """Nine wrong passwords, each with another claimed address: the counter of one address has all of them."""
    page, body = site.ask("GET", "/login")
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', body)
    assert token
    cookie = "; ".join(each.partition(";")[0] for each in page.headers.get_all("Set-Cookie") or [])
    for number in range(9):
        form = f"csrf_token={token[1].decode()}&email=nobody{number}%40example.org&password=wrong"
        site.ask(
            "POST", "/login", form.encode(), Cookie=cookie, Referer=f"https://{NAME}/login",
            X_Forwarded_For=f"192.0.2.{number}", Forwarded=f"for=192.0.2.{number}",
            Content_Type="application/x-www-form-urlencoded",
        )  # fmt: skip
    with closing(sqlite3.connect(site.folder / "data" / "audit.db")) as connection:
        tries = connection.execute("SELECT tries FROM sign_in_tries WHERE counted = 'address'").fetchall()
    assert tries == [(9,)]


def test_the_logs_hold_neither_addresses_of_people_nor_what_they_asked(site: Site) -> None:
    reply, _body = site.ask("GET", "/login?q=SECRETWORD", X_Request_ID="chosen-by-the-browser")
    site.ask("GET", "/calendar/SECRETWORD.ics")
    time.sleep(0.5)
    logs = [(site.folder / name).read_text() for name in ("audit.log", "gunicorn.log")]
    assert not [each for each in logs if "SECRETWORD" in each or "127.0.0.1 -" in each]
    number = reply.headers["X-Request-ID"]
    assert number != "chosen-by-the-browser"
    outer, inner = (
        [json.loads(line) for line in each.splitlines() if line.startswith("{") and number in line]
        for each in logs
    )
    assert [each["path"] for each in outer] == ["/login"]
    assert [(each["route"], each["status"]) for each in inner] == [("security.login", 200)]


def test_every_unit_starts_a_command_that_there_is() -> None:
    for path in DEPLOY.glob("*.service"):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]  # names of systemd have capitals
        unit.read(path, encoding="utf-8")
        for key in ("ExecStartPre", "ExecStart"):
            words = unit["Service"].get(key, "").split()
            if "audit_app.cli" in words:
                assert words[words.index("audit_app.cli") + 1] in main.commands, path.name
        assert unit["Service"]["User"] == "audit"
        assert unit["Service"]["UMask"] == "0077"
    assert len(list(DEPLOY.glob("*.timer"))) == 2

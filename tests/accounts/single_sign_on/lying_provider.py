"""A provider that speaks the protocol as it should, checks PKCE, and lies in exactly the way a test asks for."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "audit", "s3cret-of-the-tests"


@cache
def key(whose: str) -> RSAKey:
    """The provider's own key, or another one under the same name."""
    return RSAKey.generate_key(2048, {"kid": "one"})


def by_hmac(claims: dict[str, Any], secret: bytes) -> str:
    """A token signed with a secret: what a library that believes the token's own word would accept."""
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=")
             for each in ({"alg": "HS256", "kid": "one"}, claims)]  # fmt: skip
    proof = hmac.new(secret, b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(proof).rstrip(b"=")]).decode()


@dataclass
class Lies:
    """What is wrong with the next answers. ``claims`` stand over the true ones; None leaves one out."""

    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    signed_by: str = "own"
    raw: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Path → status and body in place of the true answer."""
    wait: float = 0
    no_id_token: bool = False


class Lying:
    """The provider of a test."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.lies = Lies()
        self.person: dict[str, Any] = {"sub": "u-1", "email": "owner@example.org", "email_verified": True}
        self.asked: list[str] = []
        self.tokens: list[dict[str, str]] = []
        own = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_given: Any) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                self._answer({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                self._answer({name: values[0] for name, values in parse_qs(body).items()})

            def _answer(self, form: dict[str, str]) -> None:
                path = urlsplit(self.path).path
                own.asked.append(path)
                time.sleep(own.lies.wait)
                if path in own.lies.raw:
                    status, text = own.lies.raw[path]
                else:
                    status, reply = own.reply(path, form, dict(self.headers))
                    text = json.dumps(reply)
                data = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                if status in (302, 307):
                    self.send_header("Location", own.url + "/elsewhere")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def agree(self, address: str, **changed: str) -> str:
        """Do what the person does at the provider; where the browser is sent. ``changed`` is put into that address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"], **changed})

    def reply(self, path: str, form: dict[str, str], headers: dict[str, str]) -> tuple[int, Any]:
        """The true answer, with the lies over it."""
        if path == "/.well-known/openid-configuration":
            told = {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "end_session_endpoint": f"{self.url}/leave",
                "jwks_uri": f"{self.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            }
            return 200, _over(told, self.lies.metadata)
        if path == "/keys":
            return 200, {"keys": [key("own").as_dict(private=False) | {"use": "sig"}]}
        if path == "/userinfo":
            return 200, _over(self.person, self.lies.userinfo)
        if path == "/token":
            return self.token(form, headers)
        return 404, {}

    def token(self, form: dict[str, str], headers: dict[str, str]) -> tuple[int, Any]:
        """A code is exchanged once, by our client alone, with the verifier of its challenge."""
        asked = self.codes.pop(form.get("code", ""), None)
        told = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if headers.get("Authorization") != f"Basic {told}":
            return 401, {"error": "invalid_client"}
        proof = base64.urlsafe_b64encode(
            hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        ).rstrip(b"=")
        if (
            asked is None
            or asked.get("code_challenge_method") != "S256"
            or asked["code_challenge"] != proof.decode()
        ):
            return 400, {"error": "invalid_grant"}
        if form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked.get("nonce"), **self.person
        }  # fmt: skip
        token = {"access_token": "at", "token_type": "Bearer", "expires_in": 300}
        if not self.lies.no_id_token:
            token["id_token"] = self.signed(_over(claims, self.lies.claims))
        return 200, token

    def signed(self, claims: dict[str, Any]) -> str:
        """An identity token, signed as the test wants it."""
        match self.lies.signed_by:
            case "nobody":
                head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
                body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
                return f"{head}.{body}."
            case "the secret":
                return by_hmac(claims, SECRET.encode())
            case "the public key":  # as if it were a shared secret
                return by_hmac(claims, key("own").as_pem(private=False))
            case "another key":
                return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key("another"))
            case "a key of its own":
                head = {"alg": "RS256", "jwk": key("another").as_dict(private=False), "kid": "two"}
                return jwt.encode(head, claims, key("another"))
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key("own"))


def _over(true: dict[str, Any], lies: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (true | lies).items() if value is not None}


@contextmanager
def lying() -> Iterator[Lying]:
    """Serve it on 127.0.0.1 for the block."""
    provider = Lying()
    thread = threading.Thread(
        target=provider.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield provider
    finally:
        provider.server.shutdown()
        provider.server.server_close()
        thread.join(5)

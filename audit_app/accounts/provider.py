"""The OpenID provider that people sign in with: what is asked of it, and what of its answers is believed.

Authorization code flow with PKCE (S256), state and nonce (OpenID Connect Core 1.0, 3.1; RFC 9700). Authlib
speaks the protocol; what it leaves to the client is decided here: one issuer, a fixed list of signatures,
ourselves as the audience, no redirects followed, few seconds of patience.
"""

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from flask import session
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError

from audit_app.config import Settings
from audit_app.core import clock

PATIENCE = 5
"""Seconds that a connection to the provider may take, and each answer of it."""
LEEWAY = 60
"""Seconds by which its clock and ours may differ."""
KEPT = 3600
"""Seconds for which what the provider says of itself is believed without asking again."""
SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
"""Signatures by a key that only the provider has. Never "none", and never HMAC with the shared secret."""
OPEN = 600
"""Seconds that a person may spend at the provider before the sign-in is begun anew."""
BEGUN = 3
"""Sign-ins that one browser may have begun at the same time."""
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST = 255
"""Characters of a subject, at most (OpenID Connect Core 1.0, 2)."""


class Trouble(StrEnum):
    """Why nobody was signed in."""

    AWAY = "away"
    WRONG = "wrong"
    CLOCK = "clock"
    STOPPED = "stopped"
    LOST = "lost"


class Failed(Exception):
    """The provider did not vouch for anybody; ``detail`` is for the log and names nobody."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail}")
        self.trouble, self.detail = trouble, detail


@dataclass(frozen=True)
class Told:
    """What the provider says of a person, checked."""

    issuer: str
    subject: str
    address: str
    confirmed: bool
    name: str
    language: str
    groups: frozenset[str]
    second_factor: bool


class Line(OAuth2Session):
    """A connection to the provider: the few seconds, the certificates, and no way elsewhere."""

    trusted: Any = True

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """One request; its answer is at this address or nowhere."""
        kwargs.setdefault("timeout", PATIENCE)
        kwargs.update(allow_redirects=False, verify=self.trusted)
        return super().request(method, url, *args, **kwargs)


class State(FlaskIntegration):
    """Where Authlib keeps what the answer must fit: our signed session, for some minutes."""

    expires_in = OPEN


class Client(FlaskOAuth2App):
    """Authlib's client with the checks that it leaves to us."""

    client_cls = Line
    issuer: str
    server_metadata: dict[str, Any]

    def load_server_metadata(self) -> dict[str, Any]:
        """What the provider says of itself. Raises ValueError when it is not the one of the settings."""
        known = self.server_metadata
        if time.monotonic() - known.get("_asked", -KEPT) < KEPT:
            return known
        with self._get_session() as line:
            reply = line.request("GET", self._server_metadata_url, withhold_token=True)
            reply.raise_for_status()
            told = reply.json()
        if told.get("issuer") != self.issuer:
            raise ValueError("the discovery document is of another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not safe(told.get(name)):
                raise ValueError(f"{name} is missing or not https")
        offered = told.get("id_token_signing_alg_values_supported") or ["RS256"]
        told["id_token_signing_alg_values_supported"] = sorted(SIGNATURES.intersection(offered))
        self.server_metadata = told | {"_asked": time.monotonic()}
        return self.server_metadata

    def _get_oauth_client(self, **metadata: Any) -> Any:
        ways = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic" in ways or "client_secret_post" not in ways
        way = "client_secret_basic" if basic else "client_secret_post"
        return super()._get_oauth_client(
            **metadata, **({"token_endpoint_auth_method": way} if self.client_secret else {})
        )

    def save_authorize_data(self, **kwargs: Any) -> None:
        """Keep what the answer must fit, in the session; of many sign-ins begun only the newest."""
        kwargs.pop("url", None)  # long, and known to the browser anyway
        begun = [key for key in session if key.startswith(f"_state_{self.name}_")]
        for key in sorted(begun, key=lambda key: session[key]["exp"])[: max(0, len(begun) - BEGUN + 1)]:
            session.pop(key)
        super().save_authorize_data(**kwargs)

    def parse_id_token(self, token: Any, nonce: str, **_given: Any) -> Any:
        """The claims of an identity token: signature, issuer, audience, times and nonce are right."""
        if not self.load_server_metadata()["id_token_signing_alg_values_supported"]:
            raise ValueError("no signature is offered that we believe")
        wanted = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "sub": {"essential": True},
        }
        return super().parse_id_token(token, nonce, claims_options=wanted, leeway=LEEWAY)


class Provider:
    """The one provider of this installation."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.issuer = settings.oidc_issuer
        if not safe(self.issuer):
            raise ValueError("OIDC_ISSUER must begin with https://.")
        if not settings.oidc_client_id:
            raise ValueError("OIDC_CLIENT_ID is missing.")
        self.back = settings.base_url.rstrip("/") + "/login/provider/back"
        line = type("OwnLine", (Line,), {"trusted": settings.oidc_ca_file or True})
        self.client = type("OwnClient", (Client,), {"client_cls": line, "issuer": self.issuer})(
            State("provider"),
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_secret or None,
            server_metadata_url=self.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={"scope": settings.oidc_scopes, "code_challenge_method": "S256"},
        )

    def begin(self, target: str) -> Any:
        """The redirect to the provider; ``target`` is where the person wants to be afterwards."""
        with believed(self.client):
            made = self.client.create_authorization_url(self.back)
        self.client.save_authorize_data(redirect_uri=self.back, target=target, **made)
        return made["url"]

    def begun(self, state: str, issuer: str | None = None) -> str:
        """Where to go afterwards, if this browser has begun this sign-in (else :class:`Failed`).

        ``issuer`` is what the answer says of its sender (RFC 9207), where it says so.
        """
        data = self._kept(state)
        if issuer not in (None, self.issuer):
            raise Failed(Trouble.WRONG, "the answer is of another issuer")
        return str(data.get("target") or "/")

    def _kept(self, state: str) -> dict[str, Any]:
        """What was kept when this sign-in was begun, in this browser and not long ago."""
        data = self.client.framework.get_state_data(session, state) if state else None
        if not data or session[f"_state_{self.client.name}_{state}"]["exp"] < time.time():
            raise Failed(Trouble.LOST, "no such sign-in was begun here")
        return data

    def forget(self, state: str) -> None:
        """This sign-in has ended."""
        self.client.framework.clear_state_data(session, state)

    def finish(self, code: str, state: str) -> Told:
        """Exchange the code; what the provider says of the person. Raises :class:`Failed`."""
        data = self._kept(state)
        self.forget(state)
        with believed(self.client):
            token = self.client.fetch_access_token(
                code=code, redirect_uri=data["redirect_uri"], code_verifier=data["code_verifier"]
            )
            if not token.get("id_token"):
                raise ValueError("no identity token")
            claims = dict(self.client.parse_id_token(token, data["nonce"]))
            claims = self._with_userinfo(token, claims)
            return told(claims, self.settings)

    def _with_userinfo(self, token: Any, claims: dict[str, Any]) -> dict[str, Any]:
        """Many providers tell address and groups only when they are asked once more."""
        wanted = [
            "email",
            *([self.settings.oidc_roles_claim.split(".")[0]] if self.settings.oidc_roles_claim else []),
        ]
        place = self.client.load_server_metadata().get("userinfo_endpoint")
        if not place or all(name in claims for name in wanted):
            return claims
        if not safe(place):
            raise ValueError("userinfo_endpoint is not https")
        more = dict(self.client.userinfo(token=token))
        if more.get("sub") != claims["sub"]:
            raise ValueError("userinfo is of another person")
        return more | claims

    def leave(self) -> str | None:
        """Address of the provider's own sign-out; None where it has none or none is wanted."""
        if not self.settings.oidc_logout:
            return None
        with believed(self.client):
            if not safe(self.client.load_server_metadata().get("end_session_endpoint")):
                return None
            made = self.client.create_logout_url(
                self.settings.base_url.rstrip("/") + "/login", client_id=self.settings.oidc_client_id
            )
        return str(made["url"])


class believed:  # reads as a word: with believed(self.client): …
    """Whatever goes wrong with the provider inside becomes :class:`Failed`; it is asked anew who it is."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if error is None:
            return
        self.client.server_metadata = {}  # keys or addresses may have changed
        detail = f"{type(error).__name__}: {error}"[:300]
        if isinstance(error, requests.HTTPError):
            status = error.response.status_code if error.response is not None else 0
            raise Failed(Trouble.AWAY if status >= 500 else Trouble.WRONG, f"status {status}") from error
        if isinstance(error, requests.exceptions.JSONDecodeError):
            raise Failed(Trouble.WRONG, "no JSON") from error
        if isinstance(error, requests.RequestException):
            raise Failed(Trouble.AWAY, type(error).__name__) from error
        if isinstance(error, OAuthError):
            lost = error.error == "invalid_grant"
            raise Failed(Trouble.LOST if lost else Trouble.WRONG, str(error.error)[:60]) from error
        if isinstance(error, ExpiredTokenError) or (
            isinstance(error, ClaimError) and error.claim in ("iat", "nbf")
        ):
            raise Failed(Trouble.CLOCK, f"{error.claim} at {clock.now():%H:%M:%S} UTC") from error
        if isinstance(error, JoseError | ValueError | KeyError | TypeError | AttributeError | RuntimeError):
            raise Failed(Trouble.WRONG, detail) from error


def safe(address: Any) -> bool:
    """Whether secrets may be sent there: https, or plain http on this machine alone."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)


def told(claims: dict[str, Any], settings: Settings) -> Told:
    """The claims in our words. Raises ValueError when nobody is named in them."""
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST:
        raise ValueError("a subject that is none")
    vouched = claims.get("email_verified", settings.oidc_trust_addresses)
    names = (claims.get(name) for name in ("name", "preferred_username", "email"))
    amr = claims.get("amr")
    how = [*(amr if isinstance(amr, list) else []), claims.get("acr")]
    strong = set(settings.oidc_second_factor.split())
    return Told(
        issuer=settings.oidc_issuer,
        subject=subject,
        address=claims["email"].strip() if isinstance(claims.get("email"), str) else "",
        confirmed=vouched is True or vouched == "true",
        name=next(
            (each.strip()[:100] for each in names if isinstance(each, str) and each.strip()), subject[:100]
        ),
        language="zh" if str(claims.get("locale", "")).lower().startswith("zh") else "",
        groups=groups(claims, settings.oidc_roles_claim),
        second_factor=settings.oidc_counts_as_second_factor
        or bool(strong.intersection(str(each) for each in how)),
    )


def groups(claims: dict[str, Any], place: str) -> frozenset[str]:
    """The groups that a claim holds; ``realm_access.roles`` looks one step further in."""
    found: Any = claims
    if place in claims:  # names with dots in them, as Auth0 wants them
        found = claims[place]
    else:
        for step in place.split(".") if place else [""]:
            found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, str):
        found = [found]
    return frozenset(str(each) for each in found) if isinstance(found, list) else frozenset()

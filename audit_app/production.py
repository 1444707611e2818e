"""Whether the settings are fit for an organisation's data: a table of rules, each with its sentence.

``check-config`` shows them all; a worker (`wsgi.py`) does not start while one is broken that must hold. On an
address of this machine alone (127.0.0.1, localhost) nothing is refused: that is for trying out.
"""

import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l

from audit_app import schema
from audit_app.config import Settings

LOCAL = frozenset({"127.0.0.1", "localhost", "::1", ""})
ROOM = 2 << 30
"""Bytes that ought to be free where the data lies."""
KEY = 32
"""Letters that a key given by SECRET_KEY has at least."""


@dataclass(frozen=True)
class Rule:
    """What must hold (or ought to), and the sentence that says what is wrong and what to do."""

    name: str
    must: bool
    holds: Callable[[Settings], bool]
    words: Any


def is_local(settings: Settings) -> bool:
    """Whether people can only come from this machine."""
    return (urlsplit(settings.base_url).hostname or "") in LOCAL


def _private(path: Path) -> bool:
    """Whether nobody else on the machine can read a file or folder; what is not there is private."""
    return os.name == "nt" or not path.exists() or not stat.S_IMODE(path.stat().st_mode) & 0o077


def _writable(settings: Settings) -> bool:
    return settings.data_dir.is_dir() and os.access(settings.data_dir, os.W_OK)


def _current(settings: Settings) -> bool:
    return settings.database_is_there and schema.is_current(settings.database)


def _room(settings: Settings) -> bool:
    return not settings.data_dir.is_dir() or shutil.disk_usage(settings.data_dir).free >= ROOM


RULES = (
    Rule("BASE_URL", True, lambda s: s.base_url.startswith("https://"),
         _l("BASE_URL must begin with https://. Without it passwords and records travel in the open.")),
    Rule("SECURE_COOKIES", True, lambda s: s.secure_cookies,
         _l("Set SECURE_COOKIES=1, so that sessions are sent over HTTPS only.")),
    Rule("TESTING", True, lambda s: not s.testing,
         _l("TESTING must not be set: it makes password hashes cheap to break.")),
    Rule("SECRET_KEY", True, lambda s: not s.secret_key or len(s.secret_key) >= KEY,
         _l("SECRET_KEY is too short. Give at least 32 random letters, or none: then one is made and kept.")),
    Rule("secret.key", True, lambda s: _private(s.data_dir / "secret.key"),
         _l("Others on this machine can read secret.key in the data folder. Run: chmod 600 secret.key")),
    Rule("signing key", True, lambda s: s.signing_file is None or _private(s.signing_file),
         _l("Others on this machine can read the key that signs PDFs. Run: chmod 600 on that file.")),
    Rule("DATA_DIR", True, _writable,
         _l("The data folder is missing or cannot be written to. Make it, owned by the service's user.")),
    Rule("schema", True, _current,
         _l("The database has another schema than this version. Run the upgrade first.")),
    Rule("OIDC_ISSUER", True, lambda s: not s.oidc_issuer or s.oidc_issuer.startswith("https://"),
         _l("OIDC_ISSUER must begin with https://. Without it anybody on the way could sign in as anybody.")),
    Rule("OIDC_CLIENT_SECRET", True, lambda s: not s.oidc_issuer or bool(s.oidc_secret),
         _l("OIDC_CLIENT_SECRET or OIDC_CLIENT_SECRET_FILE is missing: the provider gave you a secret.")),
    Rule("OIDC_CLIENT_SECRET_FILE", True,
         lambda s: not s.oidc_client_secret_file or _private(Path(s.oidc_client_secret_file)),
         _l("Others on this machine can read the secret of single sign-on. Run: chmod 600 on that file.")),
    Rule("data folder", False, lambda s: _private(s.data_dir),
         _l("Others on this machine can look into the data folder. Run: chmod 700 on it.")),
    Rule("disk", False, _room, _l("Less than 2 GB are free where the data lies.")),
    Rule("SMTP_URL", False, lambda s: bool(s.smtp_url),
         _l("SMTP_URL is not set: notices wait in the outbox and nobody gets a mail.")),
    Rule("BACKUP_RECIPIENT", False, lambda s: bool(s.backup_recipient),
         _l("BACKUP_RECIPIENT is not set: backups are readable by whoever finds them, and hold no keys.")),
    Rule("signing", False, lambda s: s.signing_file is not None,
         _l("There is no key that signs PDFs: approved packs stay unsigned.")),
    Rule("SESSION_HOURS", False, lambda s: 0 < s.session_hours <= 24,
         _l("SESSION_HOURS is longer than a day: a forgotten tablet stays signed in.")),
)  # fmt: skip
"""In the order of what hurts most. ``must``: a worker refuses to start."""


def broken(settings: Settings, *, must: bool | None = None) -> list[Rule]:
    """The rules that do not hold, all or only those that must (or only ought to) hold."""
    return [rule for rule in RULES if must in (None, rule.must) and not _holds(rule, settings)]


def _holds(rule: Rule, settings: Settings) -> bool:
    try:
        return rule.holds(settings)
    except Exception:  # a database that cannot be reached breaks the rule that asks for it, not the command
        return False

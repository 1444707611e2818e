"""Every setting, typed, with its default and one line of meaning. The only reader of the environment."""

import os
import secrets
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

PRODUCT = "Audit & Review Tracker"


def setting(env: str, default: Any, meaning: str) -> Any:
    """A dataclass field that knows its environment variable and its meaning (both shown in
    docs/operate.md)."""
    return field(default=default, metadata={"env": env, "meaning": meaning})


@dataclass
class Settings:
    """Settings of one running application."""

    data_dir: Path = setting("DATA_DIR", Path("data"), "Folder of the database file and the evidence files.")
    database_url: str = setting("DATABASE_URL", "", "Database; empty means SQLite in the data folder.")
    secret_key: str = setting("SECRET_KEY", "", "Signs sessions; empty means a key kept in the data folder.")
    factor_key: str = setting(
        "FACTOR_KEY", "", "Encrypts the keys of authenticator apps; empty means by the secret key."
    )
    time_zone: str = setting(
        "TIME_ZONE", "Asia/Shanghai", "Time zone of the organisation: decides what “today” is."
    )
    holidays: str = setting(
        "HOLIDAYS",
        "CN",
        "Country whose public holidays and swapped working days count (only CN is known), empty for none, "
        "until the calendar is chosen on the page of the deadlines.",
    )
    default_language: str = setting(
        "DEFAULT_LANGUAGE", "", "zh or en before sign-in; empty follows the browser."
    )
    smtp_url: str = setting(
        "SMTP_URL", "", "smtp://user:password@host:587 or smtps://…; empty keeps mail in the outbox."
    )
    mail_from: str = setting("MAIL_FROM", "audit@localhost", "Sender address of notices.")
    digest_hour: int = setting(
        "DIGEST_HOUR", 8, "Hour of the daily digest on worked days; people may choose another for themselves."
    )
    quiet_hours: str = setting(
        "QUIET_HOURS",
        "20:00-07:00",
        "No mail goes out in these hours, nor on days that are not worked; empty for none.",
    )
    base_url: str = setting("BASE_URL", "http://127.0.0.1:8000", "Address people use; written into notices.")
    secure_cookies: bool = setting(
        "SECURE_COOKIES", False, "Send cookies over HTTPS only: set to 1 in production."
    )
    trust_proxy: bool = setting(
        "TRUST_PROXY", False, "Believe X-Forwarded-* of one proxy in front: 1 behind nginx."
    )
    max_upload_mb: int = setting("MAX_UPLOAD_MB", 60, "Largest accepted request in megabytes.")
    clamd: str = setting(
        "CLAMD",
        "",
        "Virus scanner asked before a file is kept: unix:/run/clamav/clamd.ctl or host:port; empty asks "
        "nobody.",
    )
    clamd_needed: bool = setting(
        "CLAMD_NEEDED", True, "While the scanner does not answer, no file is taken; 0 takes files unscanned."
    )
    session_hours: int = setting(
        "SESSION_HOURS",
        12,
        "Hours without a request after which one signs in again; twice as long, it is asked of everybody.",
    )
    session_days: int = setting(
        "SESSION_DAYS", 30, "Days after which who chose to stay signed in signs in again, used or not."
    )
    signing_key: str = setting(
        "SIGNING_KEY",
        "",
        "PKCS#12 file (key and certificate) that signs approved PDFs; empty means signing.p12 in the data "
        "folder, and without that file PDFs stay unsigned.",
    )
    signing_passphrase: str = setting(
        "SIGNING_PASSPHRASE",
        "",
        "Passphrase of that file; empty means the secret key (self-made keys use it).",
    )
    signing_timestamp_url: str = setting(
        "SIGNING_TIMESTAMP_URL",
        "",
        "RFC 3161 time stamp authority asked at each signature; empty asks nobody.",
    )
    pickup_dir: str = setting(
        "PICKUP_DIR",
        "",
        "Folder that the command pick-up takes files of indicators from; empty switches it off.",
    )
    lock_days: int = setting(
        "LOCK_DAYS",
        45,
        "Days after its end from which a month's values change only by an approved correction; 0: only an "
        "approved review closes months.",
    )
    backup_recipient: str = setting(
        "BACKUP_RECIPIENT",
        "",
        "Public key (age1…) that backups are encrypted to; empty leaves them readable, without the keys.",
    )
    trail_head_file: str = setting(
        "TRAIL_HEAD_FILE",
        "",
        "File outside the data folder to which the command trail-head adds the day's head of the trail.",
    )
    trail_head_mail: str = setting(
        "TRAIL_HEAD_MAIL", "", "Address to which trail-head mails it; empty mails it to nobody."
    )
    password_sign_in: str = setting(
        "PASSWORD_SIGN_IN",
        "everybody",
        "Who may sign in by a password: everybody, or administrators only (where single sign-on is set).",
    )
    oidc_issuer: str = setting(
        "OIDC_ISSUER",
        "",
        "Address of the OpenID provider that people sign in with; empty switches single sign-on off.",
    )
    oidc_client_id: str = setting(
        "OIDC_CLIENT_ID", "", "The name under which the provider knows this program."
    )
    oidc_client_secret: str = setting("OIDC_CLIENT_SECRET", "", "The secret that the provider gave for it.")
    oidc_client_secret_file: str = setting(
        "OIDC_CLIENT_SECRET_FILE", "", "File that holds this secret, instead of the variable above."
    )
    oidc_name_en: str = setting(
        "OIDC_NAME_EN", "", "What the provider is called on the English sign-in page."
    )
    oidc_name_zh: str = setting("OIDC_NAME_ZH", "", "What it is called on the Chinese one.")
    oidc_scopes: str = setting("OIDC_SCOPES", "openid profile email", "What is asked of the provider.")
    oidc_roles_claim: str = setting(
        "OIDC_ROLES_CLAIM",
        "",
        "Claim that holds a person's groups (groups, or realm_access.roles); empty: roles are given here.",
    )
    oidc_roles: str = setting(
        "OIDC_ROLES", "", "Group and roles, as in: IT-Audit=auditor,lead_auditor; Board=top_management."
    )
    oidc_provision: bool = setting(
        "OIDC_PROVISION", False, "Whoever the provider sends gets an account here, if none is known yet."
    )
    oidc_default_role: str = setting(
        "OIDC_DEFAULT_ROLE", "", "Role of those whose groups stand in no line; empty keeps them out."
    )
    oidc_trust_addresses: bool = setting(
        "OIDC_TRUST_ADDRESSES",
        False,
        "Take addresses as confirmed of which the provider says nothing (Entra ID never does).",
    )
    oidc_second_factor: str = setting(
        "OIDC_SECOND_FACTOR",
        "mfa",
        "Values of amr or acr by which the provider says: a second factor was asked.",
    )
    oidc_counts_as_second_factor: bool = setting(
        "OIDC_COUNTS_AS_SECOND_FACTOR",
        False,
        "Every sign-in by the provider counts as one with a second factor.",
    )
    oidc_logout: bool = setting(
        "OIDC_LOGOUT", False, "Whoever signs out here is led to the provider's own sign-out, if it has one."
    )
    oidc_ca_file: str = setting(
        "OIDC_CA_FILE",
        "",
        "Certificates by which the provider is trusted; empty: those of public authorities.",
    )
    log_json: bool = setting(
        "LOG_JSON",
        False,
        "Log each request and event as a JSON line without personal data: 1 in production.",
    )
    testing: bool = setting("TESTING", False, "Cheap password hashing and loud errors; never in production.")

    @property
    def database(self) -> str:
        """The database address in SQLAlchemy's form."""
        if self.database_url:
            return self.database_url.replace("postgres://", "postgresql+psycopg://", 1)
        return f"sqlite:///{(self.data_dir / 'audit.db').resolve()}"

    @property
    def sqlite_file(self) -> Path | None:
        """The file of an SQLite database; None for another one."""
        place = self.database.removeprefix("sqlite:///")
        return Path(place) if place != self.database else None

    @property
    def database_is_there(self) -> bool:
        """Whether there is a database to open; of a server nobody knows before it is asked."""
        return self.sqlite_file is None or self.sqlite_file.exists()

    @property
    def evidence_dir(self) -> Path:
        """Folder of the evidence files, named by their hash."""
        return self.data_dir / "evidence"

    @property
    def pickup_folder(self) -> Path | None:
        """The folder to pick files up from; None where none is set."""
        return Path(self.pickup_dir) if self.pickup_dir else None

    @property
    def oidc_secret(self) -> str:
        """The secret of the OpenID client, from the variable or from its file."""
        if self.oidc_client_secret or not self.oidc_client_secret_file:
            return self.oidc_client_secret
        return Path(self.oidc_client_secret_file).read_text(encoding="utf-8").strip()

    @property
    def passwords_for_everybody(self) -> bool:
        """Whether everybody may sign in by a password; without a provider nobody could come otherwise."""
        return not self.oidc_issuer or self.password_sign_in != "administrators"  # noqa: S105  # who, not what

    @property
    def trail_head_place(self) -> Path | None:
        """The file of the trail's heads; None where none is set."""
        return Path(self.trail_head_file) if self.trail_head_file else None

    @property
    def signing_file(self) -> Path | None:
        """The PKCS#12 file that signs PDFs: as set, or the one in the data folder; None without either."""
        if self.signing_key:
            return Path(self.signing_key)
        own = self.data_dir / "signing.p12"
        return own if own.exists() else None

    def key(self) -> str:
        """The secret key: given, or made once and kept beside the data with mode 600."""
        if self.secret_key:
            return self.secret_key
        path = self.data_dir / "secret.key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text().strip()


def from_environment(**given: Any) -> Settings:
    """Settings from the environment; values given by name (command-line options) win."""
    values: dict[str, Any] = {}
    for each in fields(Settings):
        text = os.environ.get(each.metadata["env"])
        if text is not None:
            values[each.name] = _parse(text, each.type)
    values.update({name: value for name, value in given.items() if value is not None})
    return Settings(**values)


def language_of_shell() -> str:
    """``zh`` when the environment of the shell says so, else ``en``."""
    told = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if told.lower().startswith("zh") else "en"


def _parse(text: str, kind: Any) -> Any:
    if kind is bool:
        return text.strip().lower() in {"1", "true", "yes", "on"}
    if kind is int:
        return int(text)
    if kind is Path:
        return Path(text)
    return text


def flask_settings(settings: Settings) -> dict[str, Any]:
    """The settings in the words of Flask and its extensions."""
    key, sqlite = settings.key(), settings.database.startswith("sqlite")
    return {
        "SETTINGS": settings,
        "SECRET_KEY": key,
        "SECURITY_PASSWORD_SALT": key[::-1],
        "SQLALCHEMY_DATABASE_URI": settings.database,
        # What a row holds does not belong into the text of an error, and so into a log.
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True} | ({} if sqlite else {"pool_pre_ping": True}),
        "TESTING": settings.testing,
        "MAX_CONTENT_LENGTH": settings.max_upload_mb * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 8 * 1024 * 1024,
        "SESSION_COOKIE_NAME": "__Host-session" if settings.secure_cookies else "session",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=settings.session_days, hours=settings.session_hours),
        "WTF_CSRF_TIME_LIMIT": None,
        "COMPRESS_MIN_SIZE": 1024,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "SEND_FILE_MAX_AGE_DEFAULT": 0 if settings.testing else 3600,
    }

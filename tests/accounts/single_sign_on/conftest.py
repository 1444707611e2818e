"""An application that knows a provider of ours, and the provider."""

from collections.abc import Iterator

import pytest

from audit_app.config import Settings
from tests.accounts.single_sign_on.lying_provider import CLIENT, SECRET, Lies, Lying, lying


@pytest.fixture(scope="module")
def served() -> Iterator[Lying]:
    with lying() as made:
        yield made


@pytest.fixture
def at(served: Lying) -> Lying:
    """The provider, telling the truth about Olga Owner."""
    served.lies, served.asked, served.codes = Lies(), [], {}
    served.person = {"sub": "u-1", "email": "owner@example.org", "email_verified": True, "name": "Olga O."}
    return served


@pytest.fixture
def extra() -> dict[str, object]:
    """Settings of one test, see :func:`with_settings`."""
    return {}


@pytest.fixture
def settings(settings: Settings, at: Lying, extra: dict[str, object]) -> Settings:
    settings.base_url = "http://localhost"
    settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret = at.url, CLIENT, SECRET
    settings.oidc_name_en, settings.oidc_name_zh = "Harbour ID", "海港统一认证"
    for name, value in extra.items():
        setattr(settings, name, value)
    return settings

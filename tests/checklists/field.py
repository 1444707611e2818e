"""Notes, findings and signatures as a tablet makes them."""

import hashlib
import io
import uuid
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient
from PIL import Image

from audit_app.accounts.models import Person
from audit_app.checklists.models import ChecklistItem
from audit_app.programme.models import Audit
from tests.checklists import factory


def common(audit: Audit, by: Person, **facts: Any) -> dict[str, Any]:
    """What every record holds."""
    return {
        "id": str(uuid.uuid4()), "audit": audit.id, "base": [], "author": by.id, "device_seq": 1,
        "client_time": "2026-03-10T09:30:00.000+08:00", "tz_offset": 480, "clock_offset_ms": 0,
        "attachment_ids": [], "thread": str(uuid.uuid4()), **facts,
    }  # fmt: skip


def note(audit: Audit, by: Person, text: str = "Two servers without labels", **facts: Any) -> dict[str, Any]:
    """A note jotted down during an interview."""
    return common(audit, by, kind="note", text=text, **facts)


def finding(item: ChecklistItem, by: Person, **facts: Any) -> dict[str, Any]:
    """A finding written up in the field."""
    words = {
        "grade": "minor", "requirement": "Incidents are recorded", "objective_evidence": "3 of 12 tickets",
        "nonconformity": "Three incidents were not recorded", "location": "Service desk",
    }  # fmt: skip
    return common(item.checklist.audit, by, kind="finding", item=item.id, **{**words, **facts})


def signature(audit: Audit, by: Person, **facts: Any) -> dict[str, Any]:
    """A signature of two strokes."""
    drawn = {"strokes": [[[1, 2], [30.5, 40]], [[5, 5]]], "width": 600, "height": 200}
    who = {"meeting": "opening", "party": "auditee", "name": "Olga Owner"}
    return common(audit, by, kind="signature", **{**drawn, **who, **facts})


def put(
    client: FlaskClient, content: bytes, *, audit: Audit, offset: int = 0, whole: bytes | None = None,
    id: str | None = None, item: int | None = None, name: str = "rack.jpg", door: str = "/sync/attachments",
    headers: dict[str, str] | None = None, **more: Any,
) -> Any:  # fmt: skip
    """One piece of a file."""
    whole = content if whole is None else whole
    told = {
        "audit": audit.id, "offset": offset, "size": len(whole), "sha256": hashlib.sha256(whole).hexdigest(),
        "name": name, "device": factory.DEVICE, **({"item": item} if item else {}), **more,
    }  # fmt: skip
    address = f"{door}/{id or uuid.uuid4()}?{urlencode(told)}"
    return client.put(address, data=content, headers=headers or {})


def photo(size: tuple[int, int] = (400, 300), kind: str = "JPEG") -> bytes:
    """A picture that is one."""
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, kind)
    return out.getvalue()


def batch(*items: Any, device: str = factory.DEVICE, **facts: Any) -> dict[str, Any]:
    """The body of a request to the door."""
    return {"protocol": 2, "device_id": device, "items": list(items), **facts}


def take(client: FlaskClient, made: Any, device: str = factory.DEVICE) -> Any:
    """Take the audit of a checklist offline on a tablet."""
    told = {"audit": made.audit.id, "device_id": device, "device_name": "iPad 3"}
    return client.post("/sync/take", json=told)

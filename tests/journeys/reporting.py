"""From the fieldwork to the issued report: the lead writes, a second person approves, the lead issues."""

from tests.journeys.desk import Desk


def write(lead: Desk, audit: int, conclusion: str) -> None:
    """What no data can say; the audit's page leads there."""
    lead.open(f"/programme/audits/{audit}")
    lead.follow("Audit report")
    lead.follow("Write the report")
    lead.form({"Conclusion": conclusion, "Obstacles": "None.", "Areas not covered": "None."})
    lead.sees("DRAFT", "wait for a second approval", conclusion)


def approve_the_major_grades(manager: Desk, audit: int, code: str) -> None:
    """The second person, before the report goes out."""
    manager.open(f"/audits/{audit}/report/")
    manager.sees(code)
    manager.press("Approve the major grades")
    manager.confirm()
    manager.sees("The major grades are approved.")


def issue(lead: Desk, audit: int, conclusion: str) -> None:
    """Issued is frozen, and the audit is reported by it."""
    lead.open(f"/audits/{audit}/report/")
    lead.step("Issue the report")
    lead.sees("Frozen. SHA-256", conclusion)
    lead.open(f"/programme/audits/{audit}")
    lead.sees("Reported", conclusion)

"""Who may enter which route: every route says so, and what it says is what happens, for every role."""

ANYBODY = {"accounts.language", "healthz", "readyz"}
"""Routes that need no sign-in, by name: the switch of language on the sign-in page, and the two for those who watch."""
MAY_ALSO_BE_PUBLIC = {"checklists.manifest", "checklists.worker", "checklists.service_worker", "home.worker"}

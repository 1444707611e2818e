"""Append-only audit trail, each row chained to the one before by its hash."""

"""Outbox of notices: queued in the same transaction as what they tell, delivered by a command."""

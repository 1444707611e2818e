"""Competence of those who audit: records with expiry, rules, gaps (ISO 19011 clause 7)."""

"""The programme generator: from facts to proposals to planned audits, and what they cover."""

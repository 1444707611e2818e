"""Indicators: the register of KPIs, their monthly values, and the logs these are computed from (clauses 9.1, 9.4)."""

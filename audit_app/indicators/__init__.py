"""Indicators: the register of KPIs, their monthly values, and the logs they come from (clauses 9.1, 9.4)."""

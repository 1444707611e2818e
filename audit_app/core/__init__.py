"""Ground floor: database base, workflow engine, labels, errors and clock. Knows no request and no domain."""

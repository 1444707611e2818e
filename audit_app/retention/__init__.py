"""How long what is kept: periods by kind of record, what goes then, and what never goes by itself."""

"""The standards themselves: which clauses speak of the same thing, and clause texts under licence."""

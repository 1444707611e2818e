"""A whole copy of everything in one file, and the way back from it."""

"""People, organisation and sign-in."""

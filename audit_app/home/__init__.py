"""My work, dashboard, search, trail viewer: composes the other domains' queries, changes nothing itself."""

"""My work, dashboard, search and trail viewer: composes the other domains' queries, changes nothing itself."""

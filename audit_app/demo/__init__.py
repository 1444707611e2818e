"""The demo organisation: built through the services, event by event, under a moved clock."""

"""The demo organisation: built through the services, event by event, under a clock that is moved through its past."""

"""The tests. One folder per domain; `house` holds the tests of the repository itself."""

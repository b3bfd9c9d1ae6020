"""The JSON API: the services of the pages for programs, with tokens (docs/guides/api.md)."""

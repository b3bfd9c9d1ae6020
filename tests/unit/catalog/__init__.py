"""The catalog's schema and file."""

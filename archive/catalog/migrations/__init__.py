"""Migrations of the catalog's schema, run by `archive.catalog.migrate`."""

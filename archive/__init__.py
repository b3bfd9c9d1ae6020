"""Strongroom: a secure archival repository for source documents."""

__version__ = "0.1.0"

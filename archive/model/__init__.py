"""Nouns of the archive: frozen values without input or output."""

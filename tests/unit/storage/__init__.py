"""The folder store and the archive folder."""

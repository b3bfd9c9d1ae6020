"""Whether the archive and its machine are well: backups, restoring, checks, numbers."""

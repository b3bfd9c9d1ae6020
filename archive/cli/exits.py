"""Exit codes by error (docs/guides/command-line.md)."""

from __future__ import annotations

from archive import errors

OK = 0
ERROR = 1
USAGE = 2
PARTIAL = 3
INTERRUPTED = 130
PIPE_CLOSED = 141  # 128 + SIGPIPE, as a shell tells it

EXIT_CODES: dict[type[errors.ArchiveError], int] = {
    errors.AccessDenied: 5,
    errors.InvalidInput: ERROR,
    errors.IntegrityError: 4,
    errors.StorageError: ERROR,
    errors.NoArchive: 10,
    errors.NoBackup: 10,
    errors.ArchiveBusy: 11,
    errors.SearchError: ERROR,
    errors.QuerySyntax: USAGE,
    errors.QueryTooBroad: USAGE,
    errors.KeyUnavailable: 12,
    errors.SandboxError: ERROR,
}
"""By family, with the leaves that differ from their family."""


def exit_code(error: errors.ArchiveError) -> int:
    """Return the exit code of an error: its own entry, or that of its nearest family."""
    for kind in type(error).__mro__:
        if kind in EXIT_CODES:
            return EXIT_CODES[kind]
    return ERROR

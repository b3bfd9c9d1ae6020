"""The root of the error tree."""

from __future__ import annotations

from typing import ClassVar


class ArchiveError(Exception):
    """Root of every error that Strongroom raises on purpose.

    Attributes:
        code: stable machine-readable name of the leaf, for `--json` and HTTP bodies.
        message: what happened, in plain words, without any content of the archive.
        hint: what to do next.
        diagnostics: opaque ids, counts and offsets that help a maintainer.
    """

    code: ClassVar[str] = "error"
    message: ClassVar[str] = "Something went wrong."
    hint: ClassVar[str] = "Run `strongroom doctor` and report the code."

    def __init__(
        self, message: str | None = None, *, hint: str | None = None, **diagnostics: str | int
    ) -> None:
        self.public_message = message if message is not None else self.message
        self.next_step = hint if hint is not None else self.hint
        self.diagnostics: dict[str, str | int] = diagnostics
        super().__init__(self.public_message)

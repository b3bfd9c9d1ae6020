"""Patterns that anybody may type: searched in time that grows with the text and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import re2

from archive.errors import InvalidValue

_LONGEST = 500  # characters of a pattern
_MEMORY = 32 << 20  # bytes of a compiled pattern
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


class SafePattern:
    """A regular expression in the syntax of RE2, which has no backtracking and so no trap."""

    def __init__(self, expression: str) -> None:
        """Compile.

        Raises:
            InvalidValue: it is empty, too long or no such expression, or matches nothing at all.
        """
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MEMORY
        if not 0 < len(expression) <= _LONGEST:
            raise InvalidValue(f"A pattern has 1 to {_LONGEST} characters.")
        try:
            self._compiled = re2.compile(expression, options)
        except (re2.error, UnicodeError):
            raise InvalidValue(
                "The pattern cannot be used.",
                hint="It is an RE2 expression: no back-references, no looking around.",
            ) from None
        if self._compiled.search("") is not None:
            raise InvalidValue("The pattern matches nothing at all, so it would match everywhere.")

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places of the pattern, without white space at their ends; code points."""
        for found in self._compiled.finditer(text.translate(_SURROGATES)):
            start, end = found.span()
            words = text[start:end]
            start, end = end - len(words.lstrip()), start + len(words.rstrip())
            if start < end:
                yield start, end

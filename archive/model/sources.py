"""Sources: the people behind documents. Everything else knows only the pseudonym."""

from __future__ import annotations

from dataclasses import dataclass

from archive.model.ids import SourceRef


@dataclass(frozen=True, slots=True)
class SourceForms:
    """Everything in a text that may betray one source: names, aliases, handles, numbers.

    The order says nothing: which form is the legal name is known to the sealed dossier only.
    """

    source: SourceRef
    forms: tuple[str, ...]

"""The readers of generation 1."""

from __future__ import annotations

from tests.readers import GenerationReader

READERS = (GenerationReader(1),)

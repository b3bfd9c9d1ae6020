"""The readers of generation 2."""

from __future__ import annotations

from tests.readers import GenerationReader

READERS = (GenerationReader(2),)

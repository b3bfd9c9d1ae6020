"""The readers of generation 3."""

from __future__ import annotations

from tests.readers import GenerationReader

READERS = (GenerationReader(3),)

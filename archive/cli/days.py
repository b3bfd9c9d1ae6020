"""Days as options and arguments of commands."""

from __future__ import annotations

from datetime import date
from typing import Any

import click


class _Day(click.ParamType[date]):
    """A date as ISO 8601 writes it: `2026-03-01`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date of a text; a date is left as it is."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail("Write a date as 2026-03-01.", param, ctx)


DAY = _Day()

"""What tests with programs of others share."""

from collections.abc import Callable
from typing import NoReturn

import pytest


@pytest.fixture(scope="session")
def skip_aloud(request) -> Callable[[str], NoReturn]:
    """Skip, and say on the terminal what stays unproven, whatever the verbosity."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    said = set()

    def skip(reason: str) -> NoReturn:
        if reporter and reason not in said:
            said.add(reason)
            reporter.write_line(f"\nNOT PROVEN HERE: {reason}", red=True)
        pytest.skip(reason)

    return skip

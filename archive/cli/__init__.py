"""The command line: parse, one service call, print."""

import gc

gc.disable()  # what imports make is no garbage; looking for some takes a tenth of their time

from archive.cli.app import main  # noqa: E402

gc.enable()

__all__ = ["main"]

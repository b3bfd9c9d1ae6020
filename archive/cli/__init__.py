"""The command line: parse, one service call, print."""

from archive.cli.app import main

__all__ = ["main"]

"""`strongroom serve`: the pages, until stopped."""

from __future__ import annotations

import importlib

import click

from archive.bootstrap import open_archive
from archive.cli.context import Door, clamd, common, pass_door


@click.command()
@click.option("--listen", default="127.0.0.1:8443", show_default=True, metavar="ADDR")
@clamd
@common
@pass_door
def serve(door: Door, listen: str) -> None:
    """Serve the web interface of an archive on this machine."""
    run_pages(door, listen)


def run_pages(door: Door, listen: str) -> None:
    """Serve the pages of the door's archive until interrupted."""
    pages = importlib.import_module("webui.serve")
    archive = open_archive(door.folder, clamd=door.settings.get("clamd"))
    try:
        pages.serve(
            archive,
            listen,
            on_ready=lambda url: door.emit({"url": url}, f"Serving {url} (Ctrl-C stops it)"),
        )
    finally:
        archive.close()

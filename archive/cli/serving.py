"""`strongroom serve`: the pages, until stopped."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable

import click

from archive import policy
from archive.bootstrap import open_archive
from archive.cli.context import Door, clamd, common, pass_door
from archive.errors import InvalidValue
from archive.model.access import Role

_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


@click.command()
@click.option("--listen", default="127.0.0.1:8443", show_default=True, metavar="ADDR")
@click.option(
    "--second-factor",
    metavar="ROLES",
    help="Roles that need a second factor: names with commas, all (default) or none.",
)
@click.option(
    "--host",
    "hosts",
    metavar="NAME",
    multiple=True,
    help="A name of the TLS proxy or onion service in front (STRONGROOM_HOSTS, with commas).",
)
@click.option(
    "--cosign-every",
    type=click.IntRange(1),
    default=60,
    show_default=True,
    metavar="MINUTES",
    help="How often the witnesses of the archive's policy are asked.",
)
@click.option(
    "--metrics-port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Give numbers for Prometheus on this port of 127.0.0.1; none by default.",
)
@clamd
@common
@pass_door
def serve(
    door: Door,
    listen: str,
    second_factor: str | None,
    hosts: tuple[str, ...],
    cosign_every: int,
    metrics_port: int | None,
) -> None:
    """Serve the web interface of an archive on this machine.

    Others reach it through a TLS proxy or an onion service; `deploy/` has examples.
    """
    told = second_factor or door.settings.get("second_factor") or "all"
    names = hosts or (door.settings.get("hosts") or "").split(",")
    run_pages(
        door,
        listen,
        _roles(told),
        hosts=_hosts(names),
        cosign_every=cosign_every,
        metrics_port=metrics_port,
    )


def _roles(told: str) -> frozenset[Role]:
    """Return the roles of a list of names, `all` or `none`.

    Raises:
        InvalidValue: a name is no role.
    """
    if told in ("all", "none"):
        return policy.SECOND_FACTOR if told == "all" else frozenset()
    try:
        return frozenset(Role(name.strip()) for name in told.split(","))
    except ValueError:
        raise InvalidValue("A second factor is for roles, for all or for none.") from None


def _hosts(names: Iterable[str]) -> frozenset[str]:
    """Return host names in lower case, without the empty ones.

    Raises:
        InvalidValue: one is no host name (RFC 1123, 2.1), such as one with a port or a scheme.
    """
    found = frozenset(name.strip().lower() for name in names if name.strip())
    if not all(_HOST.fullmatch(name) for name in found):
        hint = "Give the name alone, without scheme and port: archive.example."
        raise InvalidValue("That is not the name of a host.", hint=hint)
    return found


def run_pages(
    door: Door,
    listen: str,
    second_factor: frozenset[Role],
    *,
    hosts: frozenset[str] = frozenset(),
    cosign_every: int = 60,
    metrics_port: int | None = None,
) -> None:
    """Serve the pages of the door's archive until interrupted."""
    pages = importlib.import_module("webui.serve")
    archive = open_archive(door.folder, clamd=door.settings.get("clamd"))
    try:
        pages.serve(
            archive,
            listen,
            hosts=hosts,
            second_factor=second_factor,
            cosign_every=cosign_every,
            metrics_port=metrics_port,
            on_ready=lambda url: door.emit({"url": url}, f"Serving {url} (Ctrl-C stops it)"),
        )
    finally:
        archive.close()

"""`strongroom serve`: the pages, until stopped."""

from __future__ import annotations

import importlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import click

from archive import policy
from archive.bootstrap import open_archive
from archive.cli.context import Door, clamd, common, pass_door
from archive.errors import ArchiveError, InvalidValue
from archive.model.access import Role
from archive.services.members import unlocking
from archive.services.supervising import RELIEVED, Charge, Supervisor, forked

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
@click.option(
    "--idle",
    type=click.FloatRange(0, min_open=True),
    default=15,
    show_default=True,
    metavar="MINUTES",
    help="How long a session lasts without use.",
)
@click.option(
    "--absolute",
    type=click.FloatRange(0, min_open=True),
    default=480,
    show_default=True,
    metavar="MINUTES",
    help="How long a session lasts in any case.",
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
    idle: float,
    absolute: float,
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
        lasting=(timedelta(minutes=idle), timedelta(minutes=absolute)),
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
    lasting: tuple[timedelta, timedelta] = (timedelta(minutes=15), timedelta(hours=8)),
) -> None:
    """Serve the pages of the door's archive until interrupted, whatever of it dies meanwhile.

    `lasting` is how long a session lasts without use, and in any case.

    The socket is this process's, so that who asks while the pages start again waits and is heard.
    """
    pages = importlib.import_module("webui.serve")
    relief = importlib.import_module("webui.relief")
    archive = open_archive(door.folder, clamd=door.settings.get("clamd"))
    archive.close()
    with pages.open_door(listen) as listening:
        told = _Told(door)
        baton = relief.make_baton()

        def work() -> None:
            with told.failing():
                again = open_archive(door.folder, clamd=door.settings.get("clamd"))
                relieved = pages.serve(
                    replace(again, attended=True),
                    listening,
                    pages.settle(hosts, second_factor, *lasting),
                    on_ready=told.ready,
                    baton=baton,
                    cosign_every=cosign_every,
                    metrics_port=metrics_port,
                )
            if relieved:
                os._exit(RELIEVED)

        limits = [one.total_seconds() for one in lasting]
        charges = (
            Charge("agent", partial(unlocking.attend, archive, *limits)),
            Charge("pages", partial(forked, work), partial(unlocking.end_web, archive)),
        )
        Supervisor(charges, told).run()


class _Told:
    """Says on standard error what ended and is started again; no word of a document or a key."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._starts: Counter[str] = Counter()

    def __call__(self, name: str, what: str, how: str) -> None:
        """Tell of a child that ended, or was started again."""
        self._starts[name] += what == "started"
        if what == "ended" or self._starts[name] > 1:
            click.echo(f"strongroom serve: {name} {what} ({how})", err=True)

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Tell why the pages cannot start, from the process that should serve them."""
        try:
            yield
        except ArchiveError as error:
            click.echo(f"strongroom serve: {error.public_message}", err=True)
            raise

    def ready(self, url: str) -> None:
        """Tell once that the pages are there, from the process that serves them."""
        if not self._starts["pages"]:
            self._door.emit({"url": url}, f"Serving {url} (Ctrl-C stops it)")

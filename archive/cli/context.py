"""What every command shares: options, the open archive, the signed-in member, and printing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from archive.bootstrap import open_archive
from archive.cli import passphrases, settings
from archive.cli.settings import Settings
from archive.errors import InvalidValue, NoArchive, PassphraseMissing
from archive.services.audit.copies import Auditable, copied_ledger
from archive.services.members import hardware
from archive.services.members.entering import sign_in
from archive.services.members.unlocking import unlocked
from archive.services.parts import Archive
from archive.services.session import Session

Command = TypeVar("Command", bound=Callable[..., Any])
_STRINGS = {
    "archive": ("--archive", "DIR", "The archive's folder (STRONGROOM_ARCHIVE)."),
    "member": ("--as", "MEMBER", "Who you are (STRONGROOM_MEMBER)."),
    "passphrase_file": ("--passphrase-file", "FILE", "Read your passphrase from a file."),
    "passphrase_command": ("--passphrase-command", "CMD", "Run a command that prints it."),
    "identity_file": ("--identity-file", "FILE", "Sign in with the hardware key of this file."),
}


class Door:
    """One run of the command line."""

    def __init__(self, values: Settings) -> None:
        self.settings = values

    @property
    def folder(self) -> Path:
        """The archive's folder.

        Raises:
            NoArchive: none was named.
        """
        folder = self.named_folder
        if folder is None:
            raise NoArchive("Which archive?", hint="Give --archive DIR or set STRONGROOM_ARCHIVE.")
        return folder

    @property
    def named_folder(self) -> Path | None:
        """The archive's folder, or `None` when none was named.

        Raises:
            NoArchive: it begins with `~` and nobody knows whose home that is.
        """
        path = self.settings.get("archive")
        try:
            return None if path is None else Path(path).expanduser()
        except RuntimeError:
            hint = "There is no home folder for that ~. Give the whole path."
            raise NoArchive(hint=hint) from None

    @property
    def member(self) -> str:
        """Who gives the command.

        Raises:
            InvalidValue: no member was named.
        """
        member = self.settings.get("member")
        if member is None:
            raise InvalidValue("Who are you?", hint="Give --as MEMBER or set STRONGROOM_MEMBER.")
        return member

    @contextmanager
    def archive(self, *, behind: bool = False) -> Iterator[Archive]:
        """Open the archive for one command; with `behind` also one that lacks what was signed."""
        opened = open_archive(
            self.folder,
            processes=len(os.sched_getaffinity(0)),
            clamd=self.settings.get("clamd"),
            behind=behind,
        )
        try:
            yield opened
        finally:
            opened.close()

    @contextmanager
    def audited(self) -> Iterator[Archive]:
        """Open the archive for an auditor, also when its ledger is not what was signed.

        Raises:
            NoArchive: there is none, or only a copy of its ledger.
        """
        if copied_ledger(self.folder) is not None:
            hint = "This needs the archive's whole folder."
            raise NoArchive("There is only a copy of a ledger.", hint=hint)
        with self.archive(behind=True) as opened:
            yield opened

    @contextmanager
    def ledger(self) -> Iterator[Auditable]:
        """Open what an auditor looks at: the archive, or a ledger that was copied out of one."""
        copied = copied_ledger(self.folder)
        if copied is None:
            with self.audited() as opened:
                yield opened
            return
        if lacking := copied.catalog.lacking():
            self.note(f"This copy lacks {lacking} newer entries; `audit publish` before copying.")
        yield copied

    @contextmanager
    def session(self, *, direct: bool = False) -> Iterator[tuple[Archive, Session]]:
        """Open the archive and sign the member in; keys are forgotten afterwards.

        Unlocked keys are used when there are some and no passphrase was given another way, unless
        the act needs them in this process: then it is `direct`.

        Raises:
            InvalidValue: no member was named.
            WrongPassphrase: the passphrase does not open the member's keys.
        """
        member = self.member
        with self.archive() as opened:
            session = None
            if not direct and not passphrases.given(self.settings):
                session = unlocked(opened, member)
            if session is None:
                session = self._signed_in(opened, member)
            try:
                yield opened, session
            finally:
                session.lock()

    def _signed_in(self, archive: Archive, member: str) -> Session:
        path = self.settings.get("identity_file")
        if path is None:
            given = passphrases.current(self.settings)
            return sign_in(archive, member, given, "command-line")
        return hardware.sign_in(archive, member, identity_in(path), Talk(self), "command-line")

    def emit(self, data: dict[str, Any], text: str | None = None) -> None:
        """Print one result: JSON with --json, else `text` when there is any."""
        if self.settings.json:
            click.echo(json.dumps(data, ensure_ascii=False, default=_plain))
        elif text is not None:
            click.echo(text)

    def note(self, text: str) -> None:
        """Print a message for a person, on stderr."""
        if not self.settings.quiet and not self.settings.json:
            click.echo(text, err=True)


def _plain(value: object) -> str:
    """Return what JSON has no form for as text: a time as RFC 3339 has it."""
    return value.isoformat() if isinstance(value, date) else str(value)


class Talk:
    """The person at the terminal, as age plugins see them."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def tell(self, text: str) -> None:
        """Show a message."""
        self._door.note(text)

    def ask(self, text: str, *, secret: bool) -> str | None:  # noqa: ARG002
        """Return what was typed, unseen; `None` without a terminal."""
        try:
            return passphrases.ask(text).decode()
        except PassphraseMissing:
            return None


def identity_in(path: str) -> str:
    """Return the first line of an age identity file that is not a comment.

    Raises:
        InvalidValue: the file cannot be read, or has none.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InvalidValue("The identity file could not be read.") from None
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not found:
        raise InvalidValue("The identity file holds no identity.")
    return found[0]


pass_door = click.make_pass_decorator(Door)


def _door(ctx: click.Context) -> Door:
    root = ctx.find_root()
    if root.obj is None:
        root.obj = Door(settings.load())
    door: Door = root.obj
    ctx.obj = door
    return door


def _remember(key: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    def callback(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
        _door(ctx).settings.set_flag(key, value)

    return callback


def _remember_switch(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        setattr(_door(ctx).settings, str(param.name).removesuffix("_"), True)


def clamd(function: Command) -> Command:
    """Add the option that names the virus scanner."""
    decorated: Command = click.option(
        "--clamd",
        metavar="ADDRESS",
        expose_value=False,
        callback=_remember("clamd"),
        help="Scan what arrives: the socket of clamd, or HOST:PORT (STRONGROOM_CLAMD).",
    )(function)
    return decorated


def common(function: Command) -> Command:
    """Add the global options; they may stand before or after the command's name."""
    decorated: Any = function
    switches = (("--json", "json_", "Print JSON."), ("--quiet", "quiet_", "Print results only."))
    for flag, name, text in switches:
        decorated = click.option(
            flag, name, is_flag=True, expose_value=False, callback=_remember_switch, help=text
        )(decorated)
    for key, (flag, metavar, text) in reversed(_STRINGS.items()):
        decorated = click.option(
            flag,
            key + "_",
            metavar=metavar,
            expose_value=False,
            callback=_remember(key),
            help=text,
        )(decorated)
    result: Command = decorated
    return result

"""Where a passphrase may come from: never an argument."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click

from archive.cli.settings import Settings
from archive.errors import InvalidValue, PassphraseMissing

_CREDENTIAL = "strongroom-passphrase"


def read_file(path: str, what: str = "passphrase") -> bytearray:
    """Return the first line of a file without its line end; `what` names it in messages.

    Raises:
        InvalidValue: the file cannot be read or is empty.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InvalidValue(f"The {what} file could not be read: {error.strerror}.") from None
    line = content.split(b"\n", 1)[0].removesuffix(b"\r")
    if not line:
        raise InvalidValue(f"The {what} file is empty.")
    return bytearray(line)


def current(settings: Settings, prompt: str = "Passphrase") -> bytearray:
    """Return the member's passphrase: file, command, systemd credential, or a prompt.

    Raises:
        PassphraseMissing: none was given and there is no terminal.
        InvalidValue: the file or command gives none.
    """
    path, command = settings.get("passphrase_file"), settings.get("passphrase_command")
    if path is not None:
        return read_file(path)
    if command is not None:
        return _from_command(command)
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and (Path(credentials) / _CREDENTIAL).exists():
        return read_file(str(Path(credentials) / _CREDENTIAL))
    return _ask(prompt, confirm=False)


def given(settings: Settings) -> bool:
    """Return whether a file, a command or a credential gives passphrase or hardware key."""
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    return (
        settings.get("identity_file") is not None
        or settings.get("passphrase_file") is not None
        or settings.get("passphrase_command") is not None
        or bool(credentials and (Path(credentials) / _CREDENTIAL).exists())
    )


def new(path: str | None, prompt: str = "New passphrase") -> bytearray:
    """Return a passphrase to be set, from a file or typed twice.

    Raises:
        PassphraseMissing: no file was given and there is no terminal.
    """
    if path is not None:
        return read_file(path, "new passphrase")
    return _ask(prompt, confirm=True, option="--new-passphrase-file")


def code(path: str | None) -> bytearray:
    """Return a one-time code, from a file or typed once.

    Raises:
        PassphraseMissing: no file was given and there is no terminal.
        InvalidValue: the file gives none.
    """
    if path is not None:
        return read_file(path, "code")
    return _ask("One-time code", confirm=False, option="--code-file")


def _ask(prompt: str, *, confirm: bool, option: str | None = None) -> bytearray:
    if not sys.stdin.isatty():
        if option is None:
            raise PassphraseMissing
        hint = f"Run it in a terminal, or use {option} FILE."
        raise PassphraseMissing(f"{prompt}: there is no terminal to ask on.", hint=hint)
    typed = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    return bytearray(typed.encode())


def ask(prompt: str) -> bytearray:
    """Return a secret typed once.

    Raises:
        PassphraseMissing: there is no terminal.
    """
    return _ask(prompt, confirm=False)


def _from_command(command: str) -> bytearray:
    try:
        done = subprocess.run(shlex.split(command), capture_output=True, check=True)  # noqa: S603
    except (OSError, ValueError, subprocess.CalledProcessError):
        raise InvalidValue("The passphrase command failed.") from None
    line = done.stdout.split(b"\n", 1)[0]
    if not line:
        raise InvalidValue("The passphrase command printed nothing.")
    return bytearray(line)

"""age plugins (C2SP age-plugin): programs `age-plugin-NAME` that talk to hardware over two pipes.

A plugin is another program of the same user: it sees the file keys that it is asked about, and
nothing else. What it asks for is passed on to a person.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Timer
from typing import IO, Protocol

from keys import bech32
from keys.errors import MalformedHeader, MalformedKey, PluginFailed
from keys.identity import FILE_KEY_SIZE
from keys.primitives import RandomBytes
from keys.stanza import Stanza, decode_body

_NAME = re.compile(r"[a-z0-9+._-]+")
_PATIENCE = 120.0  # seconds: somebody may have to find a token and touch it
_LONGEST = 1 << 16  # bytes of a line
_MOST = 1000  # lines of a stanza, and stanzas of a conversation
_OK = Stanza((b"ok",), b"")
_FAIL = Stanza((b"fail",), b"")
_UNSUPPORTED = Stanza((b"unsupported",), b"")


class Person(Protocol):
    """Whoever sits before the hardware."""

    def tell(self, text: str) -> None:
        """Show a message."""

    def ask(self, text: str, *, secret: bool) -> str | None:
        """Return what was typed, or `None` when nobody can be asked."""


class PluginRecipient:
    """A public key `age1NAME1...` that a plugin seals to; see `keys.identity.Recipient`."""

    def __init__(self, text: str, person: Person) -> None:
        """Raises: MalformedKey: it is no such key."""
        self._text, self._person = text.strip(), person
        prefix, _ = bech32.decode(self._text)
        self.plugin = prefix.removeprefix("age1")
        if not prefix.startswith("age1") or not _NAME.fullmatch(self.plugin):
            raise MalformedKey("that is not the recipient of a plugin")
        if self._text != self._text.lower():
            raise MalformedKey("that is not the recipient of a plugin")

    def wrap(self, file_key: bytes, *, random: RandomBytes) -> Stanza:  # noqa: ARG002
        """Return the stanza that the plugin made; the plugin draws its own randomness.

        Raises:
            PluginFailed: there is no such program, it refused, or it made no single stanza.
        """
        made: list[Stanza] = []

        def took(stanza: Stanza) -> Stanza:
            if stanza.args[1:2] != (b"0",) or len(stanza.args) < 3:
                raise PluginFailed("the plugin answered about another file")
            made.append(Stanza(stanza.args[2:], stanza.body))
            return _OK

        asked = [_stanza("add-recipient", self._text), Stanza((b"wrap-file-key",), file_key)]
        _converse(self.plugin, "recipient-v1", asked, {b"recipient-stanza": took}, self._person)
        if len(made) != 1:
            raise PluginFailed("the plugin did not make one stanza")
        return made[0]

    def encode(self) -> str:
        """Return `age1NAME1...`."""
        return self._text


class PluginIdentity:
    """A handle `AGE-PLUGIN-NAME-1...` to a key in hardware; see `keys.identity.Identity`."""

    def __init__(self, text: str, person: Person) -> None:
        """Raises: MalformedKey: it is no such handle."""
        self._text, self._person = text.strip(), person
        prefix, _ = bech32.decode(self._text)
        self.plugin = prefix.removeprefix("age-plugin-").removesuffix("-")
        shaped = prefix.startswith("age-plugin-") and prefix.endswith("-")
        if not shaped or not _NAME.fullmatch(self.plugin) or self._text != self._text.upper():
            raise MalformedKey("that is not the identity of a plugin")

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, or `None` when the plugin opens none of the stanzas.

        Raises:
            PluginFailed: there is no such program, or it refused.
        """
        found: list[bytes] = []

        def took(stanza: Stanza) -> Stanza:
            if stanza.args[1:] != (b"0",) or len(stanza.body) != FILE_KEY_SIZE:
                raise PluginFailed("the plugin gave no file key of this file")
            found.append(stanza.body)
            return _OK

        asked = [_stanza("add-identity", self._text)]
        asked += [Stanza((b"recipient-stanza", b"0", *one.args), one.body) for one in stanzas]
        _converse(self.plugin, "identity-v1", asked, {b"file-key": took}, self._person)
        return found[0] if found else None

    def encode(self) -> str:
        """Return `AGE-PLUGIN-NAME-1...`."""
        return self._text


Act = Callable[[Stanza], Stanza]


def _stanza(command: str, *words: str) -> Stanza:
    return Stanza((command.encode(), *(word.encode() for word in words)), b"")


def _converse(
    plugin: str, machine: str, asked: Sequence[Stanza], acts: dict[bytes, Act], person: Person
) -> None:
    """Run both phases of a state machine; `acts` answer what this machine is about.

    Raises:
        PluginFailed: there is no such program, it refused, or it does not keep to the protocol.
    """
    refused: list[Stanza] = []

    def note(stanza: Stanza) -> Stanza:
        refused.append(stanza)
        return _OK

    answers = {**_common(person), b"error": note, **acts}
    with _running(plugin, machine) as (given, told):
        try:
            given.write(b"".join(one.encode() for one in (*asked, _stanza("done"))))
            given.flush()
            for stanza in _stanzas(told):
                given.write(answers.get(stanza.type, _unsupported)(stanza).encode())
                given.flush()
        except (OSError, MalformedHeader):
            raise PluginFailed("the plugin ended early or broke the protocol") from None
    if refused:
        raise PluginFailed("the plugin refused")


def _unsupported(_stanza: Stanza) -> Stanza:
    return _UNSUPPORTED


def _common(person: Person) -> dict[bytes, Act]:
    def tell(stanza: Stanza) -> Stanza:
        person.tell(_printable(stanza.body))
        return _OK

    def ask(stanza: Stanza) -> Stanza:
        typed = person.ask(_printable(stanza.body), secret=stanza.type == b"request-secret")
        return _FAIL if typed is None else Stanza((b"ok",), typed.encode())

    return {b"msg": tell, b"request-secret": ask, b"request-public": ask}


def _printable(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    return "".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in text)


@contextmanager
def _running(plugin: str, machine: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Give the pipes to a plugin, which is ended with the block or when patience is over."""
    program = shutil.which(f"age-plugin-{plugin}")
    if program is None:
        raise PluginFailed(f"there is no program age-plugin-{plugin} on this machine")
    try:
        process = subprocess.Popen(  # noqa: S603 - found by its checked name
            [program, f"--age-plugin={machine}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        raise PluginFailed("the plugin could not be started") from None
    watch = Timer(_PATIENCE, process.kill)
    watch.daemon = True
    watch.start()
    try:
        if process.stdin is None or process.stdout is None:
            raise PluginFailed("the plugin has no pipes")
        yield process.stdin, process.stdout
    finally:
        watch.cancel()
        process.kill()
        process.communicate()


def _stanzas(told: IO[bytes]) -> Iterator[Stanza]:
    """Yield what the plugin says, up to its `done`.

    Raises:
        MalformedHeader: it says something that is not a stanza, or too much.
    """
    for _ in range(_MOST):
        first = _line(told)
        if not first.startswith(b"-> "):
            raise MalformedHeader("a plugin says what is no stanza")
        body = [_line(told)]
        while len(body[-1]) >= 64 and len(body) < _MOST:
            body.append(_line(told))
        stanza = Stanza(tuple(first[3:].split(b" ")), decode_body(body))
        if stanza.type == b"done":
            return
        yield stanza
    raise MalformedHeader("a plugin says too much")


def _line(told: IO[bytes]) -> bytes:
    line = told.readline(_LONGEST)
    if not line.endswith(b"\n"):
        raise MalformedHeader("a plugin was cut short")
    return line[:-1]

"""age plugins as processes: both state machines, a person, and plugins that misbehave."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from keys import bech32
from keys.age import open_small, seal_small
from keys.errors import MalformedKey, NoMatchingIdentity, PluginFailed
from keys.plugins import PluginIdentity, PluginRecipient
from tests.age_plugin_tin import IDENTITY, RECIPIENT, Tin

TEXT = b"a secret about copper kettles"


@dataclass
class Somebody:
    pin: str | None = "2718"
    heard: list[str] = field(default_factory=list)

    def tell(self, text: str) -> None:
        self.heard.append(text)

    def ask(self, text: str, *, secret: bool) -> str | None:
        self.heard.append(f"{text} {secret}")
        return self.pin


@pytest.fixture
def tin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tin:
    made = Tin(tmp_path / "tin")
    monkeypatch.setenv("PATH", made.path)
    return made


def seal(person: Somebody) -> bytes:
    return seal_small(TEXT, [PluginRecipient(RECIPIENT, person)], random=os.urandom)


def opened(sealed: bytes, person: Somebody) -> bytes:
    return open_small(sealed, [PluginIdentity(IDENTITY, person)])


def test_what_a_plugin_sealed_it_opens_and_asks_a_person(tin: Tin) -> None:
    person = Somebody()
    sealed = seal(person)
    assert TEXT not in sealed
    assert person.heard == []
    tin.behave("touch", "PIN", "odd")
    assert opened(sealed, person) == TEXT
    assert person.heard == ["Touch\ufffd[31m it.", "PIN for it True"]


@pytest.mark.parametrize("pin", ["1", None])
def test_a_wrong_pin_or_nobody_to_ask_opens_nothing(tin: Tin, pin: str | None) -> None:
    sealed = seal(Somebody())
    tin.behave("PIN")
    with pytest.raises(PluginFailed):
        opened(sealed, Somebody(pin))


def test_another_key_opens_nothing(tin: Tin) -> None:
    sealed = seal(Somebody())
    tin.another_key()
    with pytest.raises(NoMatchingIdentity):
        opened(sealed, Somebody())


@pytest.mark.parametrize("manner", ["refuses", "dies", "babbles", "twice", "other", "nothing"])
def test_a_plugin_that_misbehaves_seals_nothing(tin: Tin, manner: str) -> None:
    tin.behave(manner)
    with pytest.raises(PluginFailed):
        seal(Somebody())


@pytest.mark.parametrize("manner", ["refuses", "dies", "babbles", "short"])
def test_a_plugin_that_misbehaves_opens_nothing(tin: Tin, manner: str) -> None:
    sealed = seal(Somebody())
    tin.behave(manner)
    with pytest.raises(PluginFailed) as caught:
        opened(sealed, Somebody())
    assert "not today" not in str(caught.value)


def test_a_plugin_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PluginFailed, match="age-plugin-tin"):
        seal(Somebody())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        RECIPIENT.upper(),
        RECIPIENT[:-1],
        bech32.encode("age", bytes(32)),
        bech32.encode("age1../tin", b"x"),
        bech32.encode("tin", b"x"),
    ],
)
def test_what_names_no_plugin_is_no_recipient(text: str) -> None:
    with pytest.raises(MalformedKey):
        PluginRecipient(text, Somebody())


@pytest.mark.parametrize(
    "text",
    [
        "",
        IDENTITY.lower(),
        IDENTITY[:-1],
        bech32.encode("age-plugin-../x-", b"x").upper(),
        "AGE-SECRET-KEY-1",
    ],
)
def test_what_names_no_plugin_is_no_identity(text: str) -> None:
    with pytest.raises(MalformedKey):
        PluginIdentity(text, Somebody())

"""Acts that hand keys on take the passphrase again (ASVS 5.0, 7.5.3), for one act each."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from archive.errors import WrongPassphrase
from archive.services.members.entering import sign_in
from archive.services.session import Session
from webui.desk import archive, desk, field, session
from webui.settings import DOOR
from webui.waiting import address, wait_for
from webui.wording import say

_AT_ONCE = threading.BoundedSemaphore(2)  # Argon2id runs, as at the sign-in page


@contextmanager
def confirmed(name: str = "passphrase") -> Iterator[Session]:
    """Give a session that the passphrase in the form field `name` opens, for one act.

    Raises:
        WrongPassphrase: see `trying`.
    """
    with trying():
        given = bytearray(field(name).encode())
        opened = sign_in(archive(), session().name, given, f"{DOOR}-confirmation")
    try:
        yield opened
    finally:
        opened.lock()


@contextmanager
def trying() -> Iterator[None]:
    """Let the block try the passphrase of whoever is signed in, not more often than is allowed.

    Raises:
        WrongPassphrase: it is not the member's, or was guessed at too often; then it is not tried.
    """
    me = session().name
    wait = wait_for(me)
    if wait:
        raise WrongPassphrase(hint=say("Wait %(seconds)s seconds, then try again.", seconds=wait))
    try:
        with _AT_ONCE:
            yield
    except WrongPassphrase:
        desk().throttle.failed(me, address())
        raise WrongPassphrase(hint=say("Type your own passphrase to confirm.")) from None
    desk().throttle.succeeded(me, address())

"""Headers made ahead of their use, while there is nothing else to do."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from archive.model.ids import RandomBytes
from archive.sealing.header import FileKey, new_header
from keys.identity import Recipient

_MOST = 4096  # headers kept; 7 MB, half a second's work


class HeaderSupply:
    """Fresh headers for the same recipients. Belongs to one process: no header is given out twice.

    What is left in the end is forgotten, file keys and all.
    """

    def __init__(self, recipients: Sequence[Recipient], random: RandomBytes) -> None:
        self._recipients = recipients
        self._random = random
        self._made: deque[tuple[bytes, FileKey]] = deque()

    def make(self) -> bool:
        """Make one header ahead; return false when there are enough."""
        if len(self._made) >= _MOST:
            return False
        self._made.append(new_header(self._recipients, random=self._random))
        return True

    def fill(self, count: int) -> None:
        """Have at least `count` headers ready."""
        for _ in range(count - len(self._made)):
            self._made.append(new_header(self._recipients, random=self._random))

    def take(self) -> tuple[bytes, FileKey]:
        """Return a header that nothing was sealed under yet, and its file key."""
        if self._made:
            return self._made.popleft()
        return new_header(self._recipients, random=self._random)

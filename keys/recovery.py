"""The recovery sheet: one identity on paper that opens every compartment with stock programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import segno

from keys.identity import HybridIdentity

RECOVERY_LINE = "cat HEADER PAYLOAD | age -d -i KEYFILE | zstd -d > DOCUMENT"
"""Recovers one document; a test runs it with stock programs only."""

COMPARTMENT_LINE = "age -d -i SHEETFILE COMPARTMENT.age > KEYFILE"
"""Recovers the identity of one compartment, which `RECOVERY_LINE` takes."""

_QUIET_ZONE = 4  # modules; ISO/IEC 18004
_HALF_BLOCKS = {(0, 0): " ", (1, 0): "\u2580", (0, 1): "\u2584", (1, 1): "\u2588"}

_SHEET = """\
STRONGROOM RECOVERY SHEET

Archive   {archive}
Created   {created}

Whoever holds this sheet can open every document of this archive.
Print it, keep it apart from the archive, show it to nobody. No copy on any computer.

Identity (age, post-quantum; age-keygen -y shows its public half)

{identity}

{code}

To open documents without Strongroom, on a computer without network, in a folder in memory:

1. Write the identity above as one line into SHEETFILE.
2. Take COMPARTMENT.age, the compartment's key sealed to this sheet: column recovery_sealed of
   table compartments in catalog.sqlite. Open it:

   {compartment_line}

3. Take HEADER, the base64 text in field header of the record's line in headers/*.jsonl, decoded,
   and PAYLOAD, the file in objects/ that the same line names by its SHA-256. Then:

   {recovery_line}

These programs read it: age 1.3 or newer (older ones know no post-quantum identities), or the npm
package age-encryption 0.3 or newer; and any zstd.
The formats are public: C2SP age (c2sp.org/age), RFC 8878 (zstd), RFC 9180 (HPKE).
"""


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """What is printed when an archive is founded. `render` shows the secret; `repr` does not."""

    archive_id: str
    identity: HybridIdentity = field(repr=False)
    created: date

    def render(self) -> str:
        """Return the sheet as plain text of at most 100 columns, QR code included."""
        encoded = self.identity.encode()
        return _SHEET.format(
            archive=self.archive_id,
            created=self.created.isoformat(),
            identity=encoded,
            code=qr_text(encoded),
            compartment_line=COMPARTMENT_LINE,
            recovery_line=RECOVERY_LINE,
        )


def qr_text(content: str) -> str:
    """Return a QR code (ISO/IEC 18004, level M) in Unicode half blocks, dark on a light ground."""
    rows = [list(row) for row in segno.make_qr(content, error="m").matrix_iter(border=_QUIET_ZONE)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    return "\n".join(
        "".join(_HALF_BLOCKS[bool(top), bool(bottom)] for top, bottom in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    )

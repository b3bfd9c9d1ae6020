"""Runs in another script than the rest of a text: a name in its own letters, most often."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from archive.model.redaction import Reason, Redaction
from archive.redaction.detecting.pattern import proposal

_CONFIDENCE = 70  # percent
_SCRIPTS = {
    "latin": (
        "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a"
        "\uff41-\uff5a"
    ),
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "cyrillic": "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f",
    "armenian": "\u0531-\u058f",
    "hebrew": "\u0590-\u05ff\ufb1d-\ufb4f",
    "arabic": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "indic": "\u0900-\u0dff",
    "thai": "\u0e00-\u0eff",
    "tibetan": "\u0f00-\u0fff",
    "georgian": "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f",
    "burmese": "\u1000-\u109f",
    "ethiopic": "\u1200-\u139f",
    "khmer": "\u1780-\u17ff",
    "kana": "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f",
    "han": "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
    "hangul": "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff",
}
_JOINT = r"[ \u00a0\u00b7\u2027\u30fb'’\-‐‑.]{1,2}"
_ONE = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS.items()}
_RUNS = {
    name: re.compile(
        f"[{letters}][{letters}\u0300-\u036f]*(?:{_JOINT}[{letters}][{letters}\u0300-\u036f]*)*"
    )
    for name, letters in _SCRIPTS.items()
}
_SAMPLE = 1 << 16  # code points by which the main script of a text is told
_FEW = 60  # letters that are no second language of a text
_RARE = 4  # times rarer than the main script
_ALLIED = {"han": {"kana", "hangul"}, "kana": {"han"}, "hangul": {"han"}}
_SHORTEST = {"han": 2, "hangul": 2, "kana": 2}
_SENTENCE = 4  # spaces
_MARK = re.compile(r"[A-Z]{2,5}|[A-Za-z]")


class ScriptDetector:
    """Finds words in scripts that are rare in a text."""

    name = "script"

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each run of letters of a rare script."""
        if text.isascii():
            return
        counts = Counter(
            {name: len(letters.findall(text[:_SAMPLE])) for name, letters in _ONE.items()}
        )
        main, most = counts.most_common(1)[0]
        for name, pattern in _RUNS.items():
            common = counts[name] > _FEW and counts[name] * _RARE > most
            if name == main or (common and name != "latin"):
                continue
            for run in pattern.finditer(text):
                if self._says_something(name, run.group()):
                    yield proposal(*run.span(), Reason.QUASI_IDENTIFIER, self.name, _CONFIDENCE)

    def _says_something(self, script: str, run: str) -> bool:
        """Return whether a run may be a name: not a letter alone nor, in Latin, an abbreviation."""
        if script == "latin":
            return run[0].isupper() and _MARK.fullmatch(run) is None
        if script == "hangul" and run.count(" ") >= _SENTENCE:
            return False  # no name but a sentence, which has detectors of its own
        if script == "greek":
            return len(run) > 2
        return len(run) >= _SHORTEST.get(script, 2)

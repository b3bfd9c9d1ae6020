"""Which language a text is in, told without a network: by its script, then by statistics."""

from __future__ import annotations

import lzma
import re
from array import array
from collections import Counter
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from py3langid.langid import LanguageIdentifier

_SAMPLE = 1 << 14  # code points; more makes no guess better
_LETTERS = 12  # fewer Latin or Cyrillic letters are no evidence
_SHARE = 0.3  # of all letters that a script must have to decide
_SURE = 0.7  # probability, of 1
_SCRIPTS = (  # the letters of Unicode 17.0 blocks
    ("kana", re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d]")),
    ("ko", re.compile("[\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb]")),
    ("han", re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")),
    ("arabic", re.compile("[\u0620-\u06ff\u0750-\u077f\u08a0-\u08c9\ufb50-\ufdff\ufe70-\ufefc]")),
    ("hebrew", re.compile("[\u05d0-\u05f2]")),
    ("th", re.compile("[\u0e01-\u0e4e]")),
    ("lo", re.compile("[\u0e81-\u0edf]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("km", re.compile("[\u1780-\u17dd]")),
    ("bo", re.compile("[\u0f00-\u0fbc]")),
    ("mn", re.compile("[\u1820-\u18aa]")),
    ("ka", re.compile("[\u10a0-\u10ff\u1c90-\u1cbf]")),
    ("hy", re.compile("[\u0531-\u0587]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("am", re.compile("[\u1200-\u137f]")),
    ("ta", re.compile("[\u0b82-\u0bd7]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
    ("kn", re.compile("[\u0c80-\u0cff]")),
    ("ml", re.compile("[\u0d00-\u0d7f]")),
    ("gu", re.compile("[\u0a80-\u0aff]")),
    ("pa", re.compile("[\u0a00-\u0a7f]")),
    ("si", re.compile("[\u0d80-\u0df4]")),
    ("bengali", re.compile("[\u0980-\u09fe]")),
    ("devanagari", re.compile("[\u0900-\u097f]")),
    ("cyrillic", re.compile("[\u0400-\u052f]")),
    ("latin", re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")),
)
# Scripts that several languages are written in, and which of them the statistics may answer.
_SHARED = {
    "arabic": frozenset({"ar", "fa", "ur", "ps", "ug", "ku"}),
    "hebrew": frozenset({"he", "yi"}),
    "bengali": frozenset({"bn", "as"}),
    "devanagari": frozenset({"hi", "mr", "ne", "sa"}),
    "cyrillic": frozenset({"ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg", "tt"}),
}
_DIALECTS = {"ary": "ar", "arz": "ar"}  # told apart in speech rather than in writing
_FOREIGN = frozenset({"zxx", "ko", "ja", "zh", "th", "lo", "km", "el", "ka", "hy", "am"}).union(
    *_SHARED.values()
)
_HAN_PER_KANA = 20  # Japanese has a kana for every few characters, Chinese quotes one by chance
_HAN_PER_HANGUL = 10  # a Korean text with Hanja is Korean


def detect(text: str) -> str | None:
    """Return the language of `text` as a BCP 47 primary tag, or `None` when it is not sure.

    Only the first letters decide. The statistics are loaded when a text first needs them; nothing
    is ever written or fetched.
    """
    sample = text[:_SAMPLE]
    counts = Counter({name: len(script.findall(sample)) for name, script in _SCRIPTS})
    total = counts.total()
    if not total:
        return None
    eastern = _eastern(counts, total)
    if eastern is not None:
        return eastern
    script, letters = counts.most_common(1)[0]
    if script in ("han", "kana", "ko") or letters < total * _SHARE:
        return None
    if script != "latin" and script not in _SHARED:
        return script
    return _statistical(sample, script) if letters >= _LETTERS else None


def _eastern(counts: Counter[str], total: int) -> str | None:
    """Tell Korean, Japanese and Chinese, which share Han characters, by what stands beside them."""
    han, kana, hangul = counts["han"], counts["kana"], counts["ko"]
    if han + kana + hangul < total * _SHARE:
        return None
    if hangul and hangul >= kana and hangul * _HAN_PER_HANGUL >= han:
        return "ko"
    if kana and kana * _HAN_PER_KANA >= han:
        return "ja"
    return "zh" if han > kana else None


def _statistical(sample: str, script: str) -> str | None:
    tag, probability = _identifier().classify(sample)
    language = _DIALECTS.get(str(tag), str(tag))
    allowed = _SHARED.get(script)
    fits = language in allowed if allowed else language not in _FOREIGN
    return language if fits and probability >= _SURE else None


@cache
def _identifier() -> LanguageIdentifier:
    """Return py3langid with its model, unpacked in memory; its loader uses a temporary file."""
    import numpy as np  # noqa: PLC0415 - 0.1 s
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - 0.5 s

    packed = (Path(MODEL_DIR) / MODEL_FILE).read_bytes()
    with np.load(BytesIO(lzma.decompress(packed)), allow_pickle=False) as model:
        return LanguageIdentifier(
            model["ptc"],
            model["pc"],
            model["classes"].tolist(),
            _table(model["nextmove"]),
            _table(model["out_feat"]),
            norm_probs=True,
            tk_row=_table(model["nextmove_row"]),
        )


def _table(numbers: NDArray[np.integer]) -> array[int]:
    """Return numbers in 4 bytes each: a list of ten million takes 300 MB more, and 2 s to make."""
    return array("i", numbers.astype("i4").tobytes())

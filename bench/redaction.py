"""The source matcher, measured against single patterns of `re` over the same text in the same run.

    python -m bench.redaction [--forms N] [--size CHARACTERS] [--rounds N]

For three registers and many texts: how many places are found, nanoseconds per character (processor
time) when the text is new and the best of all rounds, the same for one pattern and for one literal,
and the ratios. `LIMIT` is for the pattern. It ignores case and takes any white space, as a person
would write it. A line that is above the limit says why, or shouts where there is no reason.

A pattern that begins with one Hangul syllable, like any literal, is a scan of memory: the C library
skips what has no such byte. No search that looks at each character comes near twenty times that.

Then how fast proposals are made, and how many places a register of invented Korean names has in the
manuals that come with Python.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from pydoc_data.topics import topics

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from archive.model.ids import SourceRef
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher, propose, proposing_detectors
from bench.redaction_texts import (
    ROMAN,
    SURNAMES,
    Text,
    english,
    hangul,
    korean,
    latin,
    mixed,
    texts,
)

LIMIT = 20  # times the cost of one pattern
SPEED = 5_000  # characters a second
LATIN_NAME = ("Ri Myong-chol", r"\bRi\s+Myong[\s-]*chol\b")
HANGUL_NAME = ("리명철", r"리\s*명\s*철")
ENGLISH = """
The ferry had left before the guards came down to the harbour, and nobody in the market would say
who had paid for the crossing. In the morning a woman from the cannery brought three letters, two of
them opened, and asked that they be kept where the district office would never look. She said that
prices had doubled since the winter, that rice was sold by the cup, and that her neighbours were
afraid of the new inspector because he wrote everything down. We promised nothing. The second letter
speaks about a school near the river where children are counted twice, once for the register and
once for the visitors; the third is only a list of dates, numbers and initials without any heading.
Another witness, whom the editors met in a different city, described the same building, the same
yellow gate and the same man with a limp, although the two had never heard of each other.
"""


def _register(names: Iterable[str]) -> list[SourceForms]:
    return [SourceForms(SourceRef(f"S-{n:05d}"), (name,)) for n, name in enumerate(names)]


def _names(count: int, form: Callable[[random.Random], str], chance: random.Random) -> list[str]:
    found: set[str] = set()
    while len(found) < count:
        found.add(form(chance))
    return sorted(found)


def _cost(act: Callable[[], object], size: int, rounds: int) -> float:
    """Return nanoseconds per character, the best of all rounds."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        act()
        best = min(best, time.process_time() - began)
    return best / size * 1e9


def _compiled(names: list[str]) -> SourceMatcher:
    """Return a matcher; print what it costs."""
    tracemalloc.start()
    SourceMatcher(_register(names[: len(names) // 10]))
    held = tracemalloc.get_traced_memory()[1] * 10
    tracemalloc.stop()
    began = time.process_time()
    matcher = SourceMatcher(_register(names))
    spent = time.process_time() - began
    print(f"  compiled in {spent:.1f} s, at most about {held / 1e6:.0f} MB meanwhile")
    return matcher


def _measured(title: str, text: Text, matcher: SourceMatcher, rounds: int) -> None:
    """Print a line for one text: what it costs, how many patterns that is, and the verdict."""
    words, size = text.words, len(text.words)
    began = time.process_time()
    places = len(matcher.find(words))
    first = (time.process_time() - began) / size * 1e9
    whole = _cost(lambda: matcher.find(words), size, rounds)
    literal, pattern = HANGUL_NAME if text.hangul else LATIN_NAME
    one, bare = re.compile(pattern, re.IGNORECASE), re.compile(literal)
    single = _cost(lambda: list(one.finditer(words)), size, rounds)
    plain = _cost(lambda: list(bare.finditer(words)), size, rounds)
    if whole <= LIMIT * single:
        verdict = f"within {LIMIT}"
    else:
        verdict = (text.excused and f"not within {LIMIT}: {text.excused}") or f"NOT WITHIN {LIMIT}"
    print(
        f"  {title:26}{places:7,} {first:8.1f} {whole:8.1f} {single:7.2f} {whole / single:7.1f} "
        f"{plain:7.2f} {whole / plain:7.1f}  {verdict}",
        flush=True,
    )


def _proposed(title: str, text: str, matcher: SourceMatcher) -> None:
    """Print how fast proposals are made of a text that was not seen before."""
    proposing_detectors()
    propose(text[:2_000], matcher, proposing_detectors(), hints=True)
    began = time.process_time()
    propose(text[2_000:], matcher, proposing_detectors(), hints=True)
    speed = (len(text) - 2_000) / (time.process_time() - began)
    verdict = "reached" if speed >= SPEED else "NOT REACHED"
    print(f"proposals, {title}: {speed:,.0f} characters/s (at least {SPEED:,}: {verdict})")


def _false_hits(count: int, chance: random.Random) -> None:
    """Print what a register of Korean names finds in English prose in which none of them stands."""
    forms = _register(_names(count, lambda _: _korean_name(chance), chance))
    prose = "\n".join(topics.values())
    found = SourceMatcher(forms).find(prose)
    print(f"false hits of {len(forms):,} Korean names in {len(prose):,} characters: {len(found)}")


def _korean_name(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return hangul(chance)
    return f"{chance.choice(SURNAMES)} {chance.choice(ROMAN)}-{chance.choice(ROMAN).lower()}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forms", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=300_000, help="characters of each text")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    for kind, form in (("mixed", mixed), ("Latin", latin), ("Hangul", hangul)):
        chance = random.Random(kind)
        names = _names(given.forms, form, chance)
        print(f"{kind} register of {len(names):,} forms")
        matcher = _compiled(names)
        print(f"  {'text':26}places    first   whole pattern   ratio literal   ratio  limit")
        for title, text in texts(given.size, names, chance).items():
            _measured(title, text, matcher, given.rounds)
    chance = random.Random("proposals")
    _proposed("English", english(40_000, chance, names), matcher)
    _proposed("Korean", korean(40_000, chance, names), matcher)
    _false_hits(given.forms, chance)


if __name__ == "__main__":
    main()

"""The source matcher, measured against single patterns of `re` over the same text in the same run.

    python -m bench.redaction [--forms N] [--size CHARACTERS] [--rounds N]

Prints nanoseconds per character (best of all rounds, processor time) for the whole register and for
one name, and their ratio; then the cost of a proposal with detectors and of compiling the register;
then how many places a register of invented Korean names has in the manuals that come with Python.
The pattern of one name ignores case and takes any white space, as a person would write it; a plain
literal, which the C library finds without looking at every character, is shown beside it. A pattern
that begins with one Hangul syllable is such a scan of memory too. `LIMIT` holds for the first two.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from pydoc_data.topics import topics

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from archive.model.ids import SourceRef
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher, default_detectors, propose

LIMIT = 20  # times the cost of one pattern
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
KOREAN = """
배는 경비대가 부두로 내려오기 전에 떠났고, 시장에서는 누가 뱃삯을 냈는지 아무도 말하지 않았다.
아침에 통조림 공장에서 일하는 여자가 편지 세 통을 가져왔는데 두 통은 이미 뜯겨 있었다.
그는 구역 사무소에서 절대로 찾지 못할 곳에 보관해 달라고 부탁했다.
겨울부터 값이 두 배로 올랐고 쌀은 컵으로 팔리며, 이웃들은 새 검열원을 두려워한다고 했다.
우리는 아무것도 약속하지 않았다. 둘째 편지에는 강가의 학교 이야기가 나온다.
"""
NEWSPAPER = """
평양 3월 14일 (현지통신) — 농업위원회는 “올해 밀·보리 파종 면적을 12.5% 늘린다”고 밝혔다.
김영호 부위원장은 기자회견에서 “비료 4만 3천 톤이 5월 말까지 들어온다”며 “도·군 관리소가 직접
나눠 줄 것”이라고 말했다. 그러나 시장 상인 박모 씨(47)는 “쌀 1㎏ 값이 6,200원에서 7,050원으로
올랐다”고 했다. 이 관계자는 ①수송, ②저장, ③배분의 세 단계 모두에서 손실이 있다고 지적했다.
한편 최정희 연구원은 보고서 「겨울 장마당」(2024)에서 값의 오르내림을 주 단위로 정리했다.
조선·중국 국경의 다리는 오전 9시~오후 5시에만 열린다. 이상민·한지원 기자 desk@paper.example
"""
MIXED = """
회의록 Minutes of the second meeting 둘째 회의. The interpreter 통역은 said that 숙소
guesthouse 3층에서 만나기로 했다고 전했다. Mr. Paek 백 선생 and Dr. Sin Hye-won 신혜원 박사
asked for 자료 copies, scans 와 photographs 사진 열두 장. 보고서 report PDF file 은 나중에 USB
memory 로 보낸다. Next time 다음에는 Shenyang 선양 station 앞 coffee shop 에서 본다. 김 부장
says the warehouse 창고 is empty, 그러나 list 목록 shows forty boxes 상자 마흔 개.
"""
EVERYDAY = frozenset(re.findall("[a-z]+", ENGLISH.lower()))
ONSETS = (*"bdfghjklmnprstvwy", "ch", "sh", "th", "br", "dr", "gr", "kr", "st", "tr")
VOWELS = (*"aeiou", "ae", "ai", "ea", "eo", "ou", "y")
CODAS = ("", "", "", *"lmnrst", "ng", "nd", "rt")
ROMAN = re.findall(
    "[A-Z][a-z]*", "CholGyongHuiHyokIlJongJunKwangKyongMiMyongNamOkSikSongSuSukUnWonYong"
)
SURNAMES = re.findall(
    "[A-Z][a-z]*", "AnChaChoeHanHongImJangJoJongKangKimKoMinOPaekPakRiRoRyuSinSoYun"
)
HANGUL_SURNAMES = "강고곽김노류리림마문민박방백변서손송신안양오유윤이임장전정조주진차최한허현홍황"
HANGUL_GIVEN = (
    "경광국금길남달덕동련명미민복봉상선성수숙순승실심영옥용원은일정종준진철춘태하학혁현호화희"
)


def _word(chance: random.Random) -> str:
    """Return an invented name that is no everyday word, as names seldom are."""
    while True:
        parts = (
            chance.choice(ONSETS) + chance.choice(VOWELS) + chance.choice(CODAS)
            for _ in range(chance.choice((1, 2, 2, 3)))
        )
        word = "".join(parts)
        if word not in EVERYDAY:
            return word.capitalize()


def _form(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.5:
        return f"{_word(chance)} {_word(chance)}"
    if kind < 0.75:
        given = f"{chance.choice(ROMAN)}-{chance.choice(ROMAN).lower()}"
        return f"{chance.choice(SURNAMES)} {given}"
    if kind < 0.95:
        return chance.choice(HANGUL_SURNAMES) + "".join(chance.choices(HANGUL_GIVEN, k=2))
    return f"010-{chance.randrange(10**4):04d}-{chance.randrange(10**4):04d}"


def _register(count: int, chance: random.Random) -> list[SourceForms]:
    forms: set[str] = set()
    while len(forms) < count:
        forms.add(_form(chance))
    return [
        SourceForms(SourceRef(f"S-{number:05d}"), (form,))
        for number, form in enumerate(sorted(forms))
    ]


def _prose(sample: str, size: int, names: list[str], chance: random.Random) -> str:
    """Return text of about `size` characters: words of a sample and a few names."""
    words = sample.split()
    out: list[str] = []
    length = 0
    while length < size:
        word = chance.choice(names) if chance.random() < 0.001 else chance.choice(words)
        out += [word, "\n" if chance.random() < 0.08 else " "]
        length += len(word) + 1
    return "".join(out)


def _cost(act: Callable[[], object], size: int, rounds: int) -> float:
    """Return nanoseconds per character, the best of all rounds."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        act()
        best = min(best, time.process_time() - began)
    return best / size * 1e9


def _false_hits(count: int, chance: random.Random) -> None:
    """Print what a register of Korean names finds in English prose in which none of them stands."""
    names: set[str] = set()
    while len(names) < count:
        given = chance.choices(ROMAN, k=2)
        names.add(f"{chance.choice(SURNAMES)} {given[0]}-{given[1].lower()}")
        names.add(chance.choice(HANGUL_SURNAMES) + "".join(chance.choices(HANGUL_GIVEN, k=2)))
    forms = [SourceForms(SourceRef(f"S-{n:05d}"), (one,)) for n, one in enumerate(sorted(names))]
    prose = "\n".join(topics.values())
    found = SourceMatcher(forms).find(prose)
    print(f"false hits of {len(forms):,} Korean names in {len(prose):,} characters: {len(found)}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forms", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=1_000_000, help="characters of each text")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    chance = random.Random(1)
    register = _register(given.forms, chance)
    began = time.process_time()
    matcher = SourceMatcher(register)
    print(f"compile {given.forms:,} forms: {time.process_time() - began:.2f} s")
    names = [source.forms[0] for source in register]
    for title, sample, literal, pattern in (
        ("English", ENGLISH, "Ri Myong-chol", r"\bRi\s+Myong[\s-]*chol\b"),
        ("Korean", KOREAN, "리명철", r"리\s*명\s*철"),
        ("Newspaper, Korean", NEWSPAPER, "리명철", r"리\s*명\s*철"),
        ("Korean and English", MIXED, "Ri Myong-chol", r"\bRi\s+Myong[\s-]*chol\b"),
    ):
        text = _prose(sample, given.size, names, chance)
        whole = _cost(lambda t=text: matcher.find(t), len(text), given.rounds)
        one = re.compile(pattern, re.IGNORECASE)
        single = _cost(lambda t=text, p=one: list(p.finditer(t)), len(text), given.rounds)
        plain = re.compile(literal)
        bare = _cost(lambda t=text, p=plain: list(p.finditer(t)), len(text), given.rounds)
        proposal = _cost(lambda t=text: propose(t, matcher, default_detectors()), len(text), 1)
        print(
            f"{title}, {len(text):,} characters, {len(matcher.find(text)):,} places\n"
            f"  whole register {whole:7.1f} ns/character\n"
            f"  one pattern    {single:7.1f} ns/character, ratio {whole / single:5.1f} "
            f"(at most {LIMIT})\n"
            f"  one literal    {bare:7.2f} ns/character, ratio {whole / bare:5.1f}\n"
            f"  with detectors {1e9 / proposal:12,.0f} characters/s"
        )
    _false_hits(given.forms, chance)


if __name__ == "__main__":
    main()

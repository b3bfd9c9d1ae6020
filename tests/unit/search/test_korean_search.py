"""Korean: a noun is found with every particle and in compounds, and not inside another word."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archive import naming
from archive.search.languages.runs import KOREAN
from tests.unit.search.shelf import Shelf, ask, document, record

NOUNS = (
    "김정은 이승만 리설주 김여정 장성택 박근혜 문재인 최룡해 황장엽 태영호 평양 함경북도 "
    "혜산 신의주 개성 청진 라선 위연동 보천군 회령 핵실험 미사일 비밀문서 정치범수용소 "
    "국가보위성 보위부 로동신문 장마당 대사관 대사 정보 인민군 탈북자 배급 달러 휴대전화 "
    "위안 제재 무역 회담 사회 국경 경비대 밀수 정찰총국 외화 수령 간첩 보고서 지령"
)
PARTICLES = (
    "은/는 이/가 을/를 의/의 에/에 에서/에서 에게/에게 으로/로 과/와 도/도 만/만 까지/까지 "
    "부터/부터 에는/에는 에서는/에서는 조차/조차 보다/보다 처럼/처럼 이나/나 이라는/라는 "
    "이다/다 들이/들이 하고/하고 이며/며 이었다/였다 밖에/밖에 마다/마다 으로부터/로부터"
)
INSIDE_OTHERS = {
    "대사": "대사관에서 대사전을 총대사업은",
    "정보": "결정보다 인정보다는",
    "보위": "보위부가",
    "사회": "회사회의에서 조사회의를",
    "제재": "규제재산을 통제재원이",
    "무역": "업무역량을 의무역할이",
    "위안": "지위안정을 위안부가",
    "국경": "한국경제가 중국경찰이 외국경험을",
    "회담": "사회담당자가 교회담임목사",
    "개성": "공개성명을",
    "평양": "태평양에서 태평양을",
    "청진": "초청진행을 요청진술을",
    "혜산": "수혜산업을",
    "외화": "해외화물을",
    "이승": "이승만이 이승만은",
    "김정": "김정은이 김정은은 김정일의",
    "수용": "수용소로",
    "대리": "대리석을",
    "기자": "기자재를",
    "인도": "인도네시아에서",
    "장마": "장마당에서 장마당이",
    "사고": "회사고객을",
    "핵": "핵심은 핵심적인",
    "안보": "불안보다",
    "박근": "박근혜가 박근혜는",
    "여정": "김여정이",
    "성택": "장성택이",
    "신문": "심신문제를",
}
COMPOUNDS = {
    "핵실험": "핵실험장에서 북한핵실험을 지하핵실험은",
    "보위부": "국가안전보위부에 보위부장이",
    "대사관": "주중대사관에서 대사관직원을",
    "미사일": "탄도미사일을 미사일기지에",
    "회담": "정상회담에서 남북회담은",
    "김정은": "김정은위원장은",
    "수용소": "정치범수용소로",
    "정보": "정보기관에서 비밀정보를",
    "국경": "국경경비대가",
    "평양": "평양시내에서",
}
PARTS = {
    "경비대": "국경",
    "보위": "국가보위성",
    "신문": "로동신문",
    "정치범수용소": "수용소",
    "핵": "핵실험",
}
"""Nouns that are a part of compounds in the table, by their own meaning."""


def with_particles(noun: str) -> list[str]:
    """Return the noun with each particle in the form that its last sound asks for."""
    coda = (ord(noun[-1]) - 0xAC00) % 28
    found = []
    for forms in PARTICLES.split():
        closed, open_ = forms.split("/")
        liquid = coda == 8 and closed.startswith("으로")
        found.append(noun + (open_ if coda == 0 or liquid else closed))
    return found


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return Table(Shelf(tmp_path_factory.mktemp("korean")))


class Table:
    """Every noun with every particle, words that hold a noun by chance, and compounds."""

    def __init__(self, shelf: Shelf) -> None:
        self.owner: dict[str, str] = {}
        for runs in INSIDE_OTHERS.values():
            self.owner |= dict.fromkeys(runs.split(), "")
        for noun, runs in COMPOUNDS.items():
            self.owner |= dict.fromkeys(runs.split(), noun)
        for noun in NOUNS.split():
            self.owner |= dict.fromkeys(with_particles(noun), noun)
        self.runs = list(self.owner)
        texts = (f"어제 {run} 대하여 들었다고 한다." for run in self.runs)
        self.index = shelf.create(*(document(n, text) for n, text in enumerate(texts)))

    def found(self, noun: str) -> set[str]:
        """Return the runs of the documents that are found for a noun."""
        numbers = {record(n): run for n, run in enumerate(self.runs)}
        hits = [hit for page in range(1, 9) for hit in self._page(noun, page)]
        return {numbers[hit] for hit in hits}

    def _page(self, noun: str, page: int) -> list[object]:
        return [hit.record for hit in ask(self.index, noun, limit=100, page=page).hits]


def test_a_noun_is_found_with_every_particle(shelf: Table) -> None:
    nouns = NOUNS.split()
    asked = hits = 0
    for noun in nouns:
        wanted = set(with_particles(noun))
        asked += len(wanted)
        hits += len(wanted & shelf.found(noun))
    assert len(nouns) >= 40
    assert asked >= 20 * len(nouns)
    assert hits / asked >= 0.99


def test_what_is_found_for_a_noun_is_that_noun_or_a_compound_of_it(shelf: Table) -> None:
    right = wrong = 0
    for noun in {*NOUNS.split(), *INSIDE_OTHERS}:
        good = {noun, *PARTS.get(noun, "").split()}
        for run in shelf.found(noun):
            right += shelf.owner[run] in good
            wrong += shelf.owner[run] not in good
    assert right / (right + wrong) >= 0.98


@pytest.mark.parametrize("noun", COMPOUNDS)
def test_a_noun_is_found_in_compounds(shelf: Table, noun: str) -> None:
    assert set(COMPOUNDS[noun].split()) <= shelf.found(noun)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("로동신문은 보도하였다", "노동신문"),
        ("노동신문은 보도하였다", "로동신문"),
        ("력사적인 회담", "역사"),
        ("역사의 흐름", "력사"),
        ("녀성들이 모였다", "여성"),
        ("리설주가 왔다", "이설주"),
        ("大使館에서 會談을", "대사관 회담"),
        ("北核 문제를", "북핵"),
        ("그 대사관에서", "大使館"),
        ("北京에서 만났다", "北京"),
        ("북한 핵실험을", '"북한핵실험"'),
        ("북한핵실험을", '"북한 핵실험"'),
        ("먹었다", "먹다"),
        ("그는 어제 갔다", "갔다"),
        ("그는 어제 갔다", "그는"),
        ("큰 폭으로", "큰"),
        ("체포되였다", "체포"),
        ("그가 체포를", "체포하였다"),
        ("평양을 떠났다", "평양에서"),
        ("2013년에 KBS방송이", "2013년 kbs"),
        ("\u1112\u1167\u11af\u1109\u1161\u11ab에", "혈산*"),
        ("혜산에서 쌀값이 올랐다", "쌀값*"),
        ("대사관이 있다", "대사*"),
        ("김정은이 왔다", "김?은"),
        ("김정은이 왔다", "김종은~1"),
        ("대사관에서 어제 회담이", '"회담 대사관"~3'),
    ],
)
def test_korean_is_found_as_it_is_asked(tmp_path: object, text: str, query: str) -> None:
    index = Shelf(tmp_path).create(document(1, text))  # type: ignore[arg-type]
    assert ask(index, query).total == 1


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("로비에서 만났다", "노비"),
        ("라면을 먹었다", "나면"),
        ("대사관이 있다", "대사"),
        ("북한에서. 핵무기를", '"북한 핵실험"'),
        ("大使가 왔다", "대사관"),
        ("떠나갔다", "갔다"),
    ],
)
def test_what_only_looks_alike_is_not_found(tmp_path: object, text: str, query: str) -> None:
    index = Shelf(tmp_path).create(document(1, text))  # type: ignore[arg-type]
    assert ask(index, query).total == 0


def test_readings_keep_the_length_and_follow_the_initial_law() -> None:
    assert naming.reading("歷史的") == "역사적"
    assert naming.reading("卢武铉 大統領") == "노무현 대통령"
    assert naming.southern_word("라디오") == "라디오"
    assert naming.southern_word("리") == "리"


def test_a_long_run_without_spaces_is_read_in_pieces() -> None:
    run = KOREAN["대사관에서" * 2000]
    assert len(run.offsets) == len(run.terms)
    assert list(run.offsets) == sorted(run.offsets)


def test_a_query_of_words_loads_neither_names_nor_korean_nor_a_parser(tmp_path: Path) -> None:
    script = f"""
import os, sys
from pathlib import Path
from archive.model.search import SearchRequest
from archive.search import WhooshIndex
index = WhooshIndex.create(Path({str(tmp_path)!r}), bytes(32), random=os.urandom)
def loaded(query):
    index.search(SearchRequest(query))
    costly = ("whoosh.qparser", "archive.naming", "kiwipiepy", "cryptography.x509")
    return [name for name in costly if name in sys.modules]
assert loaded("stone") == loaded("stone wall") == []
assert loaded("Kim Jong Un stone OR wall") == ["whoosh.qparser", "archive.naming"]
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_analyser_is_loaded_for_hangul_in_a_document_only() -> None:
    script = (
        "import sys; from archive.search.analysis import analyse_document; "
        "from archive.search.grammar import parse; "
        "analyse_document('a title', 'plain text, 大使館', None); parse('김정은 대사관'); "
        "analyse_document('대사', '대사관', None, korean_words=False); "
        "assert 'kiwipiepy' not in sys.modules; "
        "analyse_document('', '대사관', None); assert 'kiwipiepy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)

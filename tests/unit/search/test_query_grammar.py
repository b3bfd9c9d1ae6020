"""The query language: what is understood, what is refused, and that no query is costly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from archive.errors import QuerySyntax, QueryTooBroad, SearchError
from archive.search.codec.integers import Numbers, Row
from archive.search.expansion import MAX_EXPANSION
from archive.search.grammar import MAX_LENGTH, parse
from archive.search.meaning import MAX_EXPANSIONS, MAX_LEAVES, MAX_TERMS
from archive.search.query import (
    All,
    Any,
    Best,
    Boost,
    Dates,
    Fuzzy,
    Node,
    Not,
    Prefix,
    Value,
    Wildcard,
    Words,
    as_written,
    is_plain,
    positive_leaves,
)
from tests.unit.search.shelf import Shelf, ask, document


def shape(node: Node) -> str:
    """Return a query in a fully bracketed form, of alternatives the first."""
    match as_written(node):
        case Not(child):
            return f"!{shape(child)}"
        case All(children):
            return f"({'&'.join(map(shape, children))})"
        case Any(children):
            return f"({'|'.join(map(shape, children))})"
        case Words(_, _, field, slop):
            terms = "_".join(term.removeprefix("\x01ko\x01") for term in as_words(node).terms)
            near = f"~{slop}" if slop else ""
            return f"{'' if field == 'text' else field + ':'}{terms}{near}"
        case leaf:
            return simple(leaf)


def simple(leaf: Node) -> str:
    """Return a leaf that has no field as it could be written."""
    match leaf:
        case Prefix(start):
            return f"{start}*"
        case Wildcard(pattern):
            return pattern
        case Fuzzy(word, edits):
            return f"{word}~{edits}"
        case Dates(first, last):
            return f"{first}..{last}"
        case Value(facet, value):
            return f"{facet}={value}"
    raise AssertionError


def as_words(node: Node) -> Words:
    """Return the words that a node is as it was written."""
    words = as_written(node)
    assert isinstance(words, Words)
    return words


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("stone", "stone"),
        ("  Stones  ", "stone"),
        ("stone wall", "(stone&wall)"),
        ("stone AND wall", "(stone&wall)"),
        ("stone OR wall river", "(stone|(wall&river))"),
        ("stone | wall || river", "(stone|wall|river)"),
        ("돌 또는 벽 그리고 강", "(돌|(벽&강))"),
        ("(stone OR wall) river", "((stone|wall)&river)"),
        ("stone NOT wall", "(stone&!wall)"),
        ("stone -wall", "(stone&!wall)"),
        ('-"stone wall" -(river sea)', "(!stone_wall&!(river&sea))"),
        ("stone-wall", "stone_wall"),
        ("stone - wall", "(stone&wall)"),
        ("--stone", "stone"),
        ("NOT NOT stone", "stone"),
        ("NOT (stone OR wall)", "!(stone|wall)"),
        (" ".join(["(a)"] * 8), "(a&a&a&a&a&a&a&a)"),
        ("and or not", "(and&or&not)"),
        ('"stone  wall" river', "(stone_wall&river)"),
        ("“stone wall” „river‟ «sea» 「돌 벽」", "(stone_wall&river&sea&돌벽)"),
        ('"AND"', "and"),
        ('"stone wall"~3', "stone_wall~3"),
        ('"stone wall"~', "stone_wall~5"),
        ('"stone"~3', "stone"),
        ("sto* WALL*", "(sto*&wall*)"),
        ("'sto*", "sto*"),
        ("wom?n", "wom?n"),
        ("st*ne st*e*", "(st*ne&st*e*)"),
        ("김?은", "김?은"),
        ("is this a stone?", "(is&this&a&stone)"),
        ("stone~ stone~1 ston~2", "(stone~1&stone~1&ston~2)"),
        ("a.b@example.org", "a_b_exampl_org"),
        ("2024-03-05", "2024_03_05"),
        ("2013..2014-06", "2013-01-01..2014-06-30"),
        ("2013..", "2013-01-01..9999-12-31"),
        ("..2013", "0001-01-01..2013-12-31"),
        ("date:2013 year:2014", "(2013-01-01..2013-12-31&2014-01-01..2014-12-31)"),
        ("wait... stone", "(wait&stone)"),
        ("date:2013-01..2014-06", "2013-01-01..2014-06-30"),
        ('date:"last month"', "2026-10-01..2026-10-31"),
        ("date:last-month", "2026-10-01..2026-10-31"),
        ("date:지난달", "2026-10-01..2026-10-31"),
        ('date:"last 7 days"', "2026-11-19..2026-11-25"),
        ('date:"past 3 months"', "2026-08-26..2026-11-25"),
        ("date:today -date:yesterday", "(2026-11-25..2026-11-25&!2026-11-24..2026-11-24)"),
        ('date:"this week" date:"last year"', "(2026-11-23..2026-11-29&2025-01-01..2025-12-31)"),
        ("title:stone", "title:stone"),
        ('title:"stone wall"', "title:stone_wall"),
        ("TITLE：stone", "title:stone"),
        ("type:letter language:EN", "(type=letter&language=en)"),
        ('tag:"two words" source:S-1', "(tag=two words&source=S-1)"),
        ("name:stone", "stone"),
        ("stone & wall", "(stone&wall)"),
        ("https://example.org/a", "https_exampl_org_a"),
        ("at 10:30", "(at&10_30)"),
        ('"orig:stone"', "orig_stone"),
        ("(a+)+$", "a"),
        ("stone\u202e wall\u200b", "(stone&wall)"),
        ("stone AND\u200e wall", "(stone&wall)"),
        ("혜산", "혜산"),
        ("김정은이", "김정은이"),
        ("혜산*", "혜산"),
        ("쌀", "쌀"),
        ('"혜산 쌀값이"', "혜산_산쌀_쌀값_값이"),
        ("KBS방송", "kbs_방송"),
        ("5일", "5_일"),
        ("Ｓｔｏｎｅ（wall）", "(stone&wall)"),
    ],
)
def test_a_query_means(query: str, meaning: str) -> None:
    assert shape(parse(query, today=date(2026, 11, 25))) == meaning


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("", "no word"),
        ("\t\n", "no word"),
        ("()", "no word"),
        ("\x00\ud800\u202e", "no word"),
        ('"', "Close it"),
        ('stone "wall', "Close it"),
        ("(stone", "not closed"),
        ("stone)", "not opened"),
        ("stone OR", "on each side"),
        ("OR stone", "on each side"),
        ("stone AND OR wall", "on each side"),
        ("NOT", "no word"),
        ("[a TO z]", "two dots"),
        ("date:{2013 TO 2014}", "two dots"),
        ("stone~9", "1 or 2"),
        ("a.b~1", "single word"),
        ("stone^2 wall", "no weights"),
        ("/sto.*e/", "Use * and ?"),
        ("orig:stone", "quotation marks"),
        ("cls:3", "quotation marks"),
        ("record:0000", "quotation marks"),
        ("date:yesteryear", "2013-01-31"),
        ("date:2013-13", "2013-01-31"),
        ("2014..2013", "2013-01-31"),
        ("title:sto*", "whole words"),
        ('type:" "', "missing"),
        ("a.b*", "single word"),
        ("sto*n-e", "letters and digits"),
        ("stone AND &", "on each side"),
    ],
)
def test_what_does_not_follow_the_grammar_is_refused_with_what_to_write(
    query: str, advice: str
) -> None:
    with pytest.raises(QuerySyntax) as refusal:
        parse(query, today=date(2026, 11, 25))
    assert advice in refusal.value.public_message


def test_without_a_clock_a_relative_date_is_refused() -> None:
    with pytest.raises(QuerySyntax):
        parse('date:"last month"')


@pytest.mark.parametrize(
    "query",
    [
        "x" * (MAX_LENGTH + 1),
        "x" * 100_000,
        "(" * 5000,
        " ".join("x" for _ in range(MAX_LEAVES + 1)),
        " ".join("word" for _ in range(20_000)),
        "(" * 7 + "stone" + ")" * 7,
        "(" * 250 + "stone",
        "*",
        "?*",
        "*stone",
        "*e*",
        "?tone",
        "s*e",
        "a*",
        "st*",
        "혜*",
        "..*",
        "st~1",
        '"stone wall"~51',
        '"stone wall"~99999999999999999999',
        " ".join("sto*" for _ in range(MAX_EXPANSIONS + 1)),
        ".".join("x" for _ in range(MAX_TERMS + 1)),
        '"' + "가나다라" * 50 + '"',
    ],
)
def test_what_exceeds_a_limit_is_refused_as_such(query: str) -> None:
    with pytest.raises(QueryTooBroad):
        parse(query)


@pytest.mark.parametrize(
    "query", ["x" * 2000, "s*t secret", '"secret', "(secret", "secret:x", "secret^2", "secret~7"]
)
def test_a_refusal_does_not_repeat_the_query(query: str) -> None:
    with pytest.raises(SearchError) as refusal:
        parse(query)
    assert "secret" not in str(refusal.value) + refusal.value.next_step
    assert "xx" not in str(refusal.value)


def test_words_that_say_little_do_not_count_for_the_order_but_must_match() -> None:
    assert parse("the stone") == All((Boost(parse("the"), 0.0), parse("stone")))
    words = ["to", "be", "or", "not", "to", "be"]
    assert parse(" ".join(words)) == All(tuple(map(parse, words)))


def test_a_word_is_looked_for_by_its_stem_in_each_language_of_the_index() -> None:
    node = parse("Häuser", languages=("de", "fr"))
    assert isinstance(node, Best)
    assert [leaf.terms for leaf in positive_leaves(node) if isinstance(leaf, Words)] == [
        ("hauser",),
        ("\x01de\x01haus",),
        ("\x01fr\x01haus",),
    ]
    assert parse("2013", languages=("de",)) == parse("2013")
    assert is_plain(parse("Häuser Straßen", languages=("de",)))


ATTACKS = [
    "*",
    "*e*",
    "?*",
    "[a TO z]",
    'r".*"',
    "word0001~9",
    " OR ".join(f"word{n:04}" for n in range(1000)),
    "(" * 5000,
    "a*",
    "record:0000",
    "word0001^1e308",
    '"' * 1000,
    "NOT zzz",
    "\u202e* ? ~ [ ]",
    " OR ".join(f"w{n}" for n in range(16)),
    " OR ".join(["wor*"] * 16),
    '"' + "word0001 " * 20 + '"',
    "NOT (NOT (NOT a))",
    "(" * 6 + "word0001" + ")" * 6,
    "NOT " * 60 + "word0001",
    "\x00\ud800word0001",
    "misspeled " * 16,
]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path_factory.mktemp("large"))
    words = [f"word{n:04}" for n in range(300)]
    docs = (document(n, " ".join(words[n % 7 :: 3])) for n in range(40))
    shelf.index = shelf.create(*docs)  # type: ignore[attr-defined]
    yield shelf
    shelf.index.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("query", ATTACKS, ids=range(len(ATTACKS)))
def test_an_attack_is_refused_or_reads_a_bounded_number_of_posting_lists(
    large: Shelf, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = 0
    real = Row.stretch

    def counted(row: Row, start: int, stop: int) -> Numbers:
        nonlocal lists
        lists += 1
        return real(row, start, stop)

    monkeypatch.setattr(Row, "stretch", counted)
    try:
        ask(large.index, query)  # type: ignore[attr-defined]
    except (QuerySyntax, QueryTooBroad):
        assert lists == 0
    assert lists <= 2 * MAX_TERMS + MAX_LEAVES * MAX_EXPANSION

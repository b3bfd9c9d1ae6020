"""The query language: what is understood, what is refused, and that no query is costly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.errors import QuerySyntax, QueryTooBroad, SearchError
from archive.search.codec.integers import Numbers, Row
from archive.search.expansion import MAX_EXPANSION
from archive.search.grammar import MAX_LEAVES, MAX_TERMS, parse
from archive.search.query import All, Any, Node, Not, Prefix, Words
from tests.unit.search.shelf import Shelf, ask, document


def shape(node: Node) -> str:
    """Return a query in a fully bracketed form."""
    match node:
        case Words():
            return "_".join(node.terms)
        case Prefix(start):
            return f"{start}*"
        case Not(child):
            return f"!{shape(child)}"
        case All(children):
            return f"({'&'.join(map(shape, children))})"
        case Any(children):
            return f"({'|'.join(map(shape, children))})"


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("stone", "stone"),
        ("  Stones  ", "stone"),
        ("stone wall", "(stone&wall)"),
        ("stone AND wall", "(stone&wall)"),
        ("stone OR wall river", "(stone|(wall&river))"),
        ("(stone OR wall) river", "((stone|wall)&river)"),
        ("stone NOT wall", "(stone&!wall)"),
        ("NOT NOT stone", "stone"),
        ("NOT (stone OR wall)", "!(stone|wall)"),
        (" ".join(["(a)"] * 8), "(a&a&a&a&a&a&a&a)"),
        ("and or not", "(and&or&not)"),
        ('"stone  wall" river', "(stone_wall&river)"),
        ("“stone wall” „river‟", "(stone_wall&river)"),
        ('"AND"', "and"),
        ("sto* WALL*", "(sto*&wall*)"),
        ("'sto*", "sto*"),
        ("a.b@example.org", "a_b_exampl_org"),
        ("2024-03-05", "2024_03_05"),
        ("stone & wall", "(stone&wall)"),
        ("title:stone", "titl_stone"),
        ("[a TO z]", "(a&to&z)"),
        ("stone~2 wall^9", "(stone_2&wall_9)"),
        ("-stone", "stone"),
        ("혜산", "혜산"),
        ("김정은이", "김정_정은_은이"),
        ("혜산*", "혜산"),
        ("쌀", "쌀"),
        ('"혜산 쌀값이"', "혜산_산_쌀값_값이"),
        ("KBS방송", "kbs_방송"),
        ("5일", "5_일"),
        ("Ｓｔｏｎｅ（wall）", "(stone&wall)"),
    ],
)
def test_a_query_means(query: str, meaning: str) -> None:
    assert shape(parse(query)) == meaning


@pytest.mark.parametrize(
    "query",
    [
        "",
        "\t\n",
        "()",
        '"',
        'stone "wall',
        "(stone",
        "stone)",
        "stone OR",
        "OR stone",
        "stone AND OR wall",
        "NOT",
        "*",
        "*stone",
        "st*ne",
        "st*e*",
        "*e*",
        "?*",
        "a.b*",
        "stone**",
        "..*",
        "stone AND &",
    ],
)
def test_what_does_not_follow_the_grammar_is_refused_as_such(query: str) -> None:
    with pytest.raises(QuerySyntax):
        parse(query)


@pytest.mark.parametrize(
    "query",
    [
        "x" * 257,
        " ".join("x" for _ in range(MAX_LEAVES + 1)),
        "(" * 7 + "stone" + ")" * 7,
        "(" * 250 + "stone",
        "a*",
        "st*",
        "혜*",
        ".".join("x" for _ in range(MAX_TERMS + 1)),
        '"' + "가나다라" * 20 + '"',
    ],
)
def test_what_exceeds_a_limit_is_refused_as_such(query: str) -> None:
    with pytest.raises(QueryTooBroad):
        parse(query)


@pytest.mark.parametrize("query", ["x" * 257, "st*ne secret", '"secret', "(secret"])
def test_a_refusal_does_not_repeat_the_query(query: str) -> None:
    with pytest.raises(SearchError) as refusal:
        parse(query)
    assert "secret" not in str(refusal.value) + refusal.value.next_step
    assert "xx" not in str(refusal.value)


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

"""What becomes of a plan's redactions when a document is read better."""

from __future__ import annotations

import pytest

from archive.model.redaction import Method, Reason, Redaction, Review
from archive.redaction import carry_over

ROUND = "".join(f"Line {number} of what the ferryman told us that night.\n" for number in range(9))


def hide(text: str, *words: str) -> list[Redaction]:
    return [
        Redaction(
            text.index(word), text.index(word) + len(word), Reason.CONTACT, Method.MANUAL, "manual"
        )
        for word in words
    ]


def reviewed(old: str, new: str, *words: str) -> list[tuple[str, Review]]:
    carried, _ = carry_over(old, new, hide(old, *words))
    return [(new[one.start : one.end], one.review) for one in carried]


def test_an_unchanged_place_is_carried_and_a_changed_one_is_widened() -> None:
    old = f"{ROUND}Call Han Seo-yeon or P4k.\n{ROUND[:200]}and Han Seo-yeon again, maybe."
    new = old.replace("P4k", "Pak Mi-hyang")
    found = reviewed(old, new, "Han Seo-yeon", "P4k")
    assert found[0] == ("Han Seo-yeon", Review.CARRIED)
    assert found[1][1] is Review.WIDENED
    assert "ak Mi-hyang" in found[1][0]


@pytest.mark.parametrize(
    "written", ["Han Seo-yeon", "HAN SEO-YEON", "Han Seo-\nyeon", "Han\nSeo-yeon", "HanSeo-yeon"]
)
def test_a_hidden_string_is_found_however_changed_text_writes_it(written: str) -> None:
    old = f"{ROUND}Call Han Seo-yeon."
    new = f"Beside it stood: {written}, the same.\n{old}"
    assert (written, Review.FOUND) in reviewed(old, new, "Han Seo-yeon")


@pytest.mark.parametrize("written", ["Han Seo-yeen", "Hart Seo-yeon", "han seo-ye0n"])
def test_what_is_nearly_a_hidden_string_is_hidden_in_changed_text(written: str) -> None:
    old = f"{ROUND}Call Han Seo-yeon."
    new = f"Beside it stood: {written}, the same.\n{old}"
    found = [words for words, review in reviewed(old, new, "Han Seo-yeon") if review != "carried"]
    assert len(found) == 1
    assert found[0].strip() in f"{written}, the"
    assert "eo-y" in found[0]


def test_a_word_that_only_shares_a_part_is_left() -> None:
    old = f"{ROUND}He met the blue lantern man."
    new = f"Nobody here carried any lantern at all.\n{old}"
    assert reviewed(old, new, "blue lantern man") == [("blue lantern man", Review.CARRIED)]


def test_where_the_plan_left_a_word_visible_it_stays_so() -> None:
    text = "Ann read the annual. Ann left."
    plan = hide(text, "Ann")
    carried, lost = carry_over(text, f"{ROUND}{text}", plan)
    start = len(ROUND)
    assert [(one.start, one.end) for one in carried] == [(start, start + 3)]
    assert lost == ()


def test_what_is_gone_is_lost_and_keeps_its_place_in_the_older_text() -> None:
    old = f"{ROUND}Call Han Seo-yeon.\n{ROUND[:300]}"
    new = old.replace("Call Han Seo-yeon.\n", "")
    carried, lost = carry_over(old, new, hide(old, "Call Han Seo-yeon.\n"))
    assert carried == ()
    [one] = lost
    assert (old[one.start : one.end], one.review) == ("Call Han Seo-yeon.\n", Review.LOST)


def test_what_moved_far_is_found_and_not_lost() -> None:
    moved = "Call Han Seo-yeon.\n"
    old, new = f"{moved}{ROUND}", f"{ROUND}{moved}"
    carried, lost = carry_over(old, new, hide(old, "Call Han Seo-yeon."))
    assert lost == ()
    assert new[carried[-1].start : carried[-1].end].startswith("Call Han Seo-yeon.")


def test_finds_count_where_text_changed_only() -> None:
    old = f"{ROUND}Call 010-1234-5678."
    new = f"A line that is new: 010-8765-4321.\n{old}"
    finds = hide(new, "010-8765-4321", "010-1234-5678")
    carried, _ = carry_over(old, new, (), finds)
    assert [new[one.start : one.end] for one in carried] == ["010-8765-4321"]


@pytest.mark.parametrize("name", ["Pak", "김명철", "리솔"])
def test_a_short_name_that_new_text_repeats_is_hidden_there(name: str) -> None:
    old = f"{ROUND}Call {name} by night."
    new = f"{old}\nBelow the fold stood: nobody but {name} knew."
    assert (name, Review.FOUND) in reviewed(old, new, name)

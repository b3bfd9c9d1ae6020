"""The redaction editor: stale forms, accepting and taking back, versions, review, everywhere."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image

from archive.model.access import Role
from archive.model.ids import RecordId
from archive.services.holdings.reextraction import Change, extract_again
from archive.services.redaction import redact
from tests.generations import with_readers
from tests.unit.extraction.pdf_maker import Page, lines, make
from tests.unit.webui.webhouse import NAMES, SOURCE_NAME, Household, Visitor, hand_in, words

LETTER = f"A letter of the lock keeper.\n{SOURCE_NAME} wrote to mina@lock.example on 4 May 1931.\n"
SMALL = (0, 0, 260, 120)
_serial = iter(range(1000))


@pytest.fixture
def plan(archivist: Visitor) -> str:
    """The address of the plan of a new letter, open at the archivist's."""
    body = f"{LETTER}Sheet {next(_serial)}.\n".encode()
    record = re.findall(r'href="/records/([0-9a-f-]{36})"', hand_in(archivist, letter_txt=body))[0]
    archivist.get(f"/redact/{record}")
    return f"/redact/{record}"


def hidden(page: str) -> list[str]:
    """The words of the table of marks."""
    table = page.partition('<table class="marks">')[2].partition("</table>")[0]
    return re.findall(r"<td[^>]*><bdi>(.*?)</bdi></td>", table)


def test_a_form_that_somebody_overtook_changes_nothing_and_says_who_did_what(
    archivist: Visitor, custodian: Visitor, plan: str
) -> None:
    archivist.get(plan)
    custodian.get(plan)
    custodian.follow(f"{plan}/mark", words="lock keeper", reason="S3")
    late = archivist.post(f"{plan}/mark", words="4 May", reason="S5")
    assert late.status_code == 409
    told = words(late.text)
    assert f"{NAMES[Role.CUSTODIAN]} changed marks" in told
    assert "nothing of it is lost" in told
    assert "lock keeper" in told
    assert hidden(custodian.get(plan).text) == ["lock keeper"]
    kept = dict(re.findall(r'name="(\w+)" value="([^"]*)"', late.text))
    assert (kept["words"], kept["reason"], kept["seen"]) == ("4 May", "S5", "1.1")
    archivist.follow(f"{plan}/mark", words=kept["words"], reason=kept["reason"], seen=kept["seen"])
    assert hidden(archivist.get(plan).text) == ["lock keeper", "4 May"]


@pytest.mark.parametrize("act", ["undo", "redo", "submit", "propose", "accept", "take-back"])
def test_no_act_of_a_form_that_was_overtaken_is_done(
    archivist: Visitor, custodian: Visitor, plan: str, act: str
) -> None:
    archivist.follow(f"{plan}/mark", words="letter", reason="S5")
    before = archivist.seen
    custodian.get(plan)
    custodian.follow(f"{plan}/mark", words="keeper", reason="S5")
    late = archivist.post(f"{plan}/{act}", seen=before, one="2:8")
    assert late.status_code == 409
    assert "The plan was changed meanwhile" in late.text
    assert hidden(archivist.get(plan).text) == ["letter", "keeper"]


def test_a_form_that_does_not_say_what_it_saw_is_refused(archivist: Visitor, plan: str) -> None:
    answer = archivist.post(f"{plan}/mark", words="letter", reason="S5", seen="")
    assert answer.status_code == 422
    assert hidden(archivist.get(plan).text) == []


def test_every_form_of_the_editor_says_what_it_saw(archivist: Visitor, plan: str) -> None:
    page = archivist.follow(f"{plan}/mark", words="letter", reason="S5").text
    page += archivist.get(f"{plan}?line=0").text
    forms = re.findall(rf'<form[^>]*action="{plan}/(\w+)".*?</form>', page, re.DOTALL)
    bodies = re.findall(rf'<form[^>]*action="{plan}/\w+".*?</form>', page, re.DOTALL)
    assert len(forms) >= 5
    assert all('name="seen"' in body for body in bodies)


def test_marks_are_accepted_and_taken_back_one_by_one_and_by_finder(
    own: Household, archivist: Visitor, plan: str
) -> None:
    page = archivist.follow(f"{plan}/propose").text
    assert hidden(page) == ["lock keeper", SOURCE_NAME, "mina@lock.example", "4 May 1931"]
    places = re.findall(r'name="mark" value="(\d+:\d+)"', page)
    page = archivist.follow(f"{plan}/accept", one=places[0]).text
    assert page.count(">accepted</span>") == 1
    assert ">accepted</span>" in archivist.follow(f"{plan}/propose").text
    page = archivist.follow(f"{plan}/accept", scope="all", found_by="mail").text
    assert page.count(">accepted</span>") == 2
    page = archivist.follow(f"{plan}/reason", mark=places[1:], reason="S6").text
    assert words(page).count("S6, a legal duty") >= 2
    none = archivist.post(f"{plan}/take-back", scope="all", found_by="detector", most="1")
    assert none.status_code == 422
    page = archivist.follow(f"{plan}/take-back", scope="all", found_by="date", most="99").text
    assert hidden(page) == ["lock keeper", SOURCE_NAME, "mina@lock.example"]
    page = archivist.follow(f"{plan}/undo").text
    assert hidden(page)[3] == "4 May 1931"
    archivist.follow(f"{plan}/take-back", mark=places[3])
    archivist.follow(f"{plan}/submit")
    queue = words(archivist.get("/redact").text)
    assert "finds to look at" not in queue.partition("A letter of")[2].partition("See the plan")[0]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"mark": "1:2"},
        {"one": "x"},
        {"scope": "all", "least": "101"},
        {"scope": "all", "found_by": "nobody"},
    ],
)
def test_a_choice_of_marks_that_is_none_is_refused(
    archivist: Visitor, plan: str, fields: dict[str, str]
) -> None:
    archivist.follow(f"{plan}/mark", words="letter", reason="S5")
    assert archivist.post(f"{plan}/take-back", **fields).status_code == 422
    assert hidden(archivist.get(plan).text) == ["letter"]


def test_versions_tell_what_two_of_them_hide_differently(archivist: Visitor, plan: str) -> None:
    archivist.follow(f"{plan}/mark", words="letter", reason="S5")
    archivist.follow(f"{plan}/mark", words="keeper", reason="S5")
    archivist.follow(f"{plan}/unmark", span="2:8")
    page = archivist.get(f"{plan}/versions")
    shown = words(page.text)
    assert "From version 1 to 3" in shown
    assert "Hidden in the later one" in shown
    assert "21–27 keeper" in shown
    assert "2–8 letter" in shown
    assert "You changed marks: 1 fewer" in shown
    other = words(archivist.get(f"{plan}/versions?from=1&to=2").text)
    assert "21–27 keeper" in other
    assert "2–8 letter" not in other
    assert archivist.get(f"{plan}/versions?from=1&to=9").status_code == 404


def test_the_approver_sees_what_changed_since_the_last_approval_and_checks_for_leaks(
    archivist: Visitor, custodian: Visitor, plan: str
) -> None:
    archivist.follow(f"{plan}/mark", words=SOURCE_NAME, reason="S1")
    archivist.follow(f"{plan}/submit")
    custodian.get(f"{plan}/review")
    custodian.follow(f"{plan}/approve", copy=digest(custodian.get(f"{plan}/review").text))
    archivist.get(plan)
    archivist.follow(f"{plan}/mark", words="mina@lock.example", reason="S2")
    archivist.follow(f"{plan}/submit")
    page = custodian.get(f"{plan}/review").text
    shown = words(page)
    assert "since the last approval" in shown
    assert "Hidden now and not before" in shown
    assert "S2, a way to reach somebody" in shown
    assert SOURCE_NAME not in page
    assert "mina@" not in page
    assert "Approve" in page
    checked = custodian.post(f"{plan}/review")
    assert "found no registered source" in words(checked.text)


def digest(page: str) -> str:
    return re.findall(r'name="copy" value="([0-9a-f]{64})"', page)[0]


def test_something_is_hidden_in_all_records_after_its_places_were_counted(
    own: Household, archivist: Visitor
) -> None:
    for n in range(3):
        hand_in(archivist, each_txt=f"The bargeman Torvold, leaf {n}.".encode())
    page = archivist.post("/redact/everywhere", words="Torvold", reason="S4", act="preview")
    assert "3 places in 3 records" in words(page.text)
    assert "Nothing is changed yet" in page.text
    records = re.findall(r'href="/redact/([0-9a-f-]{36})"', page.text)
    me = own.session(Role.ARCHIVIST)
    done = archivist.post(
        "/redact/everywhere", kind="words", words="Torvold", reason="S4", act="mark"
    )
    assert "Marked in 3 plans" in words(done.text)
    for record in records:
        (one,) = redact.plan(own.archive, me, RecordId(record)).redactions
        assert one.reason.value == "S4"
    act = re.findall(r'name="reference" value="([0-9a-f-]{36})"', done.text)[0]
    back = archivist.post("/redact/everywhere/undo", reference=act)
    assert "Taken back in 3 plans" in words(back.text)
    for record in records:
        assert redact.plan(own.archive, me, RecordId(record)).redactions == ()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "pattern", "pattern": r"T\w+vold, leaf \d"}, 200),
        ({"kind": "source", "source": "S-0001"}, 200),
        ({"kind": "pattern", "pattern": "("}, 422),
        ({"kind": "words", "words": "  "}, 422),
        ({"kind": "source", "source": "nobody"}, 422),
        ({"kind": "source", "source": "S-4040"}, 404),
        ({"kind": "words", "words": "x", "reason": "S9"}, 422),
    ],
)
def test_what_to_hide_everywhere_is_words_a_pattern_or_a_source(
    archivist: Visitor, fields: dict[str, str], status: int
) -> None:
    archivist.get("/redact/everywhere")
    answer = archivist.post("/redact/everywhere", **{"reason": "S1", "act": "preview", **fields})
    assert answer.status_code == status


def test_two_corners_clicked_on_a_picture_are_a_box(own: Household, archivist: Visitor) -> None:
    page = Page(lines(f"Kept by {SOURCE_NAME}.\nThe weather was fine.", 20, 90), SMALL)
    own.take_in({"corners.pdf": make([page])})
    plan = f"/redact/{own.records['corners.pdf']}"
    archivist.get(plan)
    form = {"page": "1", "wide": "260.0", "high": "120.0", "shown": "520", "reason": "S6"}
    first = archivist.post(f"{plan}/corner", **form, **{"at.x": "360", "at.y": "160"})
    assert first.status_code == 200
    assert "First corner: 180.0, 40.0" in words(first.text)
    corner = {"x0": "180.0", "y0": "40.0"}
    archivist.follow(f"{plan}/corner", **form, **corner, **{"at.x": "480", "at.y": "220"})
    found = redact.plan(own.archive, own.session(Role.ARCHIVIST), own.records["corners.pdf"])
    box = found.regions[0].box
    assert (box.left, box.bottom, box.right, box.top) == (180.0, 10.0, 240.0, 40.0)
    same = archivist.post(f"{plan}/corner", **form, **corner, **{"at.x": "360", "at.y": "160"})
    assert same.status_code == 422
    black = Image.open(BytesIO(archivist.get(f"{plan}/preview/1.png").data)).convert("L")
    scale = black.width / 260
    assert black.getpixel((round(200 * scale), round(100 * scale))) == 0
    assert black.getpixel((5, 5)) == 255
    assert "Picture of page 1 as a researcher" in archivist.get(f"{plan}/preview").text
    assert archivist.get(f"{plan}?page=9").status_code == 200


def test_a_line_of_twenty_thousand_words_is_opened_in_pieces(
    own: Household, archivist: Visitor
) -> None:
    own.take_in({"words.txt": b"word " * 20_000})
    plan = f"/redact/{own.records['words.txt']}"
    page = archivist.get(f"{plan}?line=0").text
    assert page.count('aria-label="Hide word"') == 200
    more = re.findall(r"line=(\d+)#at-0", page.partition("More words")[0])[-1]
    assert more == "1000"
    archivist.follow(f"{plan}/mark", span="1000:1004", reason="S5")
    assert hidden(archivist.get(plan).text) == ["word"]
    assert archivist.get(f"{plan}?line=99999999").status_code == 200


def test_a_form_made_for_an_older_text_changes_nothing_though_there_is_no_plan(
    own: Household, archivist: Visitor, plan: str
) -> None:
    _read_again(own, plan)
    late = archivist.post(f"{plan}/mark", words="letter", reason="S5")
    assert late.status_code == 409
    assert "The record has another text now" in words(late.text)
    assert hidden(archivist.get(plan).text) == []
    archivist.follow(f"{plan}/mark", words="keeper", reason="S5")
    assert hidden(archivist.get(plan).text) == ["keeper"]


def test_a_form_made_for_an_older_text_is_not_offered_again_on_somebody_elses_plan(
    own: Household, archivist: Visitor, custodian: Visitor, plan: str
) -> None:
    before = archivist.seen
    _read_again(own, plan)
    custodian.get(plan)
    custodian.follow(f"{plan}/mark", words="keeper", reason="S5")
    late = archivist.post(f"{plan}/mark", start="0", end="8", reason="S5", seen=before)
    assert late.status_code == 409
    assert "The record has another text now" in words(late.text)
    assert "Do it on the plan" not in late.text
    assert hidden(archivist.get(plan).text) == ["keeper"]


def _read_again(own: Household, plan: str) -> None:
    record = RecordId(plan.rpartition("/")[2])
    archive = with_readers(own.archive, "second")
    found = extract_again(archive, own.session(Role.CUSTODIAN), record)
    assert found.change is Change.NEW_TEXT

"""A name is found with markup between its letters, and where its parts are values apart."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model.ids import RecordId, SourceRef
from archive.model.redaction import ReadingCopy
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher, leaks, propose
from archive.redaction.copytext import redact_text
from archive.redaction.letters import letters_of
from archive.redaction.markup import peeled

NAME, CZECH, KOREAN = "Ottoline Vaskary", "Zdeněk Šimůnek", "\uc120\uc6b0\ud604\uc9c4"
REGISTER = SourceMatcher([SourceForms(SourceRef("S-0007"), (NAME, CZECH, KOREAN))])
FLAGS = "".join(chr(ord(c) - ord("a") + 0x1F1E6) for c in "vaskary")
CUE = "00:00:02,500 --> 00:00:04,000"
PARTS = ("ttoline", "askary", "line", "kary", "immnek", "immek", "Zden", "\ud604", "\uc9c4")
_CODED = base64.b64encode(f"{NAME} signed the list of kettles.".encode()).decode()

MARKED = {
    "tags": 'to <hi rend="b">O</hi>ttoline <hi>V</hi>askary again',
    "runs": "<t>Ot</t><t>to</t><t>line </t><t>Vas</t><t>kary</t>",
    "comment": "to Otto<!-- here -->line Vas<![CDATA[kary]]> again",
    "entity": '<!DOCTYPE d [<!ENTITY a "Otto"><!ENTITY b "Vas">]><p>to &a;line &b;kary</p>',
    "enriched": "to <bold>Otto</bold>line <italic>Vas</italic>kary again",
    "hyphen": "to <w>Otto-</w><lb/><w>line</w> <w>Vaskary</w> again",
    "korean-tags": "to <s>\uc120</s><s>\uc6b0</s><s>\ud604</s><s>\uc9c4</s> again",
    "tex-hyphens": r"to Otto\-line Vas\-kary again",
    "tex-accents": r"to Zden{\v e}k {\v S}im{\r u}nek again",
    "tex-braces": r"to Zden\v{e}k \v{S}im\r{u}nek again",
    "tex-sizes": r"to O{\small ttoline} V{\small askary} again",
    "troff": r"to \fBO\fRttoline Vas\%kary again",
    "terminal": "to \ufffd[1mO\ufffd[0mttoline \ufffd[1mV\ufffd[0maskary again",
    "forum": "to [b]O[/b]ttoline [i]V[/i]askary again",
    "markdown": "to **O**ttoline **V**askary again",
    "signs": "to Ott/oline Vas/kary again",
    "korean-signs": "to \uc120/\uc6b0/\ud604/\uc9c4 again",
    "joined-strings": 'x = "Otto" + "line " + "Vas" \\\n    "kary"',
    "messages": 'msgid "Otto"\n"line Vas"\n"kary"\n',
    "query": "SELECT 'Otto'||'line '||'Vas'||'kary';",
    "continued": "name=Otto\\\n    line Vas\\\n    kary\n",
    "doubled-quotes": 'nr,name\n1,"Otto""line"" Vaskary"\n',
    "folded": "BEGIN:VCARD\nN:Vas\n kary;Otto\n line;;;\nEND:VCARD\n",
    "folded-base64": f"dn: ou=x\ncn:: {_CODED[:9]}\n {_CODED[9:]}\n",
    "subtitles": f"1\n{CUE}\nto Ottoline\n\n2\n{CUE}\nVaskary",
    "subtitles-web": "00:01.000 --> 00:02.500\nto Ottoline\n\n00:02.500 --> 00:04.000\nVaskary",
    "subtitles-frames": "{0}{25}to Ottoline\n{25}{50}Vaskary",
    "encoded-words": "by =?utf-8?B?T3R0b2xpbmUgVmFz?= =?utf-8?B?a2FyeQ==?= again",
    "encoded-words-latin-2": "by =?iso-8859-2?Q?Zden=ECk_=A9im=F9nek?= again",
    "soft-break-in-letter": "to Zden=C4=9B=\nk =C5=A0im=C5=\n=AFnek again",
    "strings-in-strings": json.dumps({"x": json.dumps({"y": json.dumps(CZECH)})}),
    "link-in-link": "http://post.example/?u=%254fttoline%2520Vaskary",
    "octal": r"to \117ttoline V\141skary again",
    "bytes": "4f 74 74 6f 6c 69 6e 65 20 56 61 73 6b 61 72 79",
    "bytes-in-c": ",".join(f"0x{byte:02x}" for byte in NAME.encode()),
    "numbers": "79 116 116 111 108 105 110 101 32 86 97 115 107 97 114 121",
    "packed": base64.b64encode(gzip.compress(NAME.encode(), mtime=0)).decode(),
    "short-lines": "\n".join(_CODED[at : at + 20] for at in range(0, len(_CODED), 20)),
    "flags": f"to Ottoline {FLAGS} again",
    "small-capitals": "to Ottoline \u1d20\u1d00s\u1d0b\u1d00\u0280\u028f again",
}
APART = {
    "row": "nr,given,born,surname\n1,Ottoline,1961,Vaskary\n",
    "row-of-tabs": "surname\tborn\tgiven\nVaskary\t1961\tOttoline\n",
    "korean-row": "\uc120\uc6b0,1961,\ud604\uc9c4\n",
    "attributes": '<person given="Ottoline" born="1961" family="Vaskary"/>',
    "properties": '{"surname":"Vaskary",\n "born":1961,\n "given":"Ottoline"}',
    "escapes": json.dumps({"given": "Zdeněk", "born": 1961, "surname": "Šimůnek"}),
    "directory": "sn: Vaskary\nobjectClass: person\ngivenName: Ottoline\n",
    "query": "http://post.example/?sn=Vaskary&born=1961&gn=Ottoline",
    "links": "[Ottoline](http://post.example/a) [Vaskary](http://post.example/b)",
    "card": "item1.N:Vaskary;Ottoline;;;\n",
    "card-in-bytes": "N;CHARSET=UTF-8:=C5=A0=69=6D=C5=AF=6E=65=6B;=5A=64=65=6E=C4=9B=6B",
}


@pytest.mark.parametrize("text", [*MARKED.values(), *APART.values()], ids=[*MARKED, *APART])
def test_nothing_of_the_name_stays_and_the_gate_asks_for_it(text: str) -> None:
    copy = ReadingCopy(RecordId("6a2f4f0e-2c1d-4e5b-9a77-0c3d1b2a9f10"), "", text, (), None)
    assert leaks(copy, REGISTER)
    shown, _ = redact_text(text, propose(text, REGISTER, (), hints=True))
    assert not any(part in shown for part in PARTS), shown
    assert not REGISTER.find(shown, hints=True)


@pytest.mark.parametrize(
    "text",
    [
        "He otto</b>mans vas</i>t kary",
        "the Ottoline ferry\n\nand the Vaskary mill",
        "a row, Ottoline said, of the Vaskary mill",
        "given: Ottoline\n\nsurname: Lind\n\ngiven: Ann\n\nsurname: Vaskary",
        "79 116 116 111 kettles, 108 105 110 101 more",
    ],
)
def test_words_that_do_not_make_up_the_name_block_nothing(text: str) -> None:
    assert not REGISTER.find(text)


def test_a_short_name_that_markup_makes_by_chance_is_only_proposed() -> None:
    short = SourceMatcher([SourceForms(SourceRef("S-0008"), ("Ina",))])
    assert not short.find("the list is i<b>n</b> a box, i<br>na")
    assert short.find("the list is I<b>n</b>a", hints=True)


@given(st.text(alphabet="ab <>/\\{}[]\"'\n+|0:-.,", max_size=200))
def test_every_stretch_without_markup_has_a_place_in_the_text(text: str) -> None:
    for one in peeled(letters_of(text)):
        for start in range(len(one.text)):
            place = one.span(start, start + 1)
            assert place is None or 0 <= place[0] < place[1] <= len(text)
            if place and not one.marked(start, start + 1):
                assert text[slice(*place)] == one.text[start]


def test_any_sign_of_any_script_may_stand_within_a_name() -> None:
    signs = [one for one in map(chr, range(0x3400)) if not (one.isalnum() or one.isspace())]
    signs = [one for one in signs if one not in "_:;=@,<>{}\\"]
    lines = [f"the Otto{one}line Vaskary ferry" for one in signs]
    found = {match.start // len(lines[0]) for match in REGISTER.find("".join(lines))}
    assert [hex(ord(signs[n])) for n in range(len(signs)) if n not in found] == []

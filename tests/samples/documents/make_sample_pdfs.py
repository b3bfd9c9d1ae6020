"""Makes the PDF files of the sample accession; see `archive/sample_accession/README.md`.

Needs fpdf2 2.8 and the font NanumMyeongjo (Debian package fonts-nanum, SIL Open Font License 1.1):

    python tests/samples/documents/make_sample_pdfs.py archive/sample_accession/box/print
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF  # type: ignore[import-not-found]

FONT = "/usr/share/fonts/truetype/nanum/NanumMyeongjo.ttf"
WIDTH, LINE = 120, 6  # millimetres
KEPT = "↵"  # a line end of the text below that is also one on the page

BULLETIN = (
    """Market bulletin 12, May 2024

Rice rose by half a thousand won in Hyesan and by a little less in Hoeryong. The reason given
everywhere is the dollar; the reason found on the road is a bridge of planks at the third bend,
which carries one lorry at a time and no lorry after rain.

Flour is dearer than rice for the first time since we began to write prices down. Bakers of
street buns have answered by making them smaller and giving them a second hole.

Soap is sold by the half bar, matches by the five, needles by the needle. A jar of plum jam was
exchanged for a bicycle bell. Both sides told us that they had the better of it.""",
    """시장 소식 12호, 2024년 5월

쌀값은 혜산에서 7,200원, 회령에서 7,050원이었다. 환율 때문이라고들 하지만 길을 다니는 사람들은
셋째 굽이의 널다리 때문이라고 한다. 널다리는 차를 한 대씩만 받고 비가 오면 한 대도 받지 않는다.

밀가루가 처음으로 쌀보다 비싸졌다. 거리의 빵 장사는 빵을 작게 만들고 구멍을 하나 더 뚫었다.

비누는 반 토막으로, 성냥은 다섯 개비로, 바늘은 하나씩 판다.""",
)
WAREHOUSE = (
    """Warehouses at Namsin: what the signs say

There are seven warehouses along the Namsin road and the signs on five of them are new. Number
three holds roofing sheet, number four flour; number five was empty when our driver looked and
had a cat in it, which he takes as a good sign for the flour.

The weighbridge between three and four weighs light when it is frozen. Everybody knows it and
nobody has it mended, since the loss falls on a company and the gain on whoever sweeps.

The person who keeps us informed about the yard is Ri Chol-↵
ryong, and this page must therefore not leave the desk. The same is true of his cousin's name,
which is not written here, and of the hour at which he drinks his tea.

Flood damage: water stood to the second shelf in three and four. The shelf marks are visible and
have been painted over once. Losses of flour, by his estimate, two hundred tonnes.""",
)
HARVEST_KO = (
    """흉작 보고, 2024년 가을

강냉이 수확은 지난해의 열에 일곱이다. 칠월의 물이 아래 들을 지나갔고 팔월에는 햇빛이 모자랐다.
이삭은 달렸으나 알이 차지 않았다.

농장의 작업반장은 숫자를 세 번 적는다고 한다. 한 번은 위에, 한 번은 군에, 한 번은 자기에게. 우리에게
전해진 것은 셋째 숫자이다.

감자는 산 쪽에서 잘되었다. 구월에 사흘 동안 회령까지 내려와 값이 반으로 떨어졌다. 박미향의 말로는
그 사흘 동안 진료소가 조용했다.

겨울 양식으로 한 사람에게 강냉이 백이십 킬로가 돌아간다. 모자라는 것은 봄의 산나물이 채운다.
산나물은
통계에 없다.""",
)
CLINIC = (
    """Supplies for a clinic of eight beds

Needed before the frost, in this order: disinfectant, clean cloth, infusion bottles with whole
necks, pencils. The pencils are not a joke. A dose that is not written down is given twice or
never.

What arrived last winter: forty bottles of disinfectant, of which thirty-one reached the ward;
two bales of cloth, white; a box of spectacles from a church, sorted by nobody, tried on by all.
An old man found a pair that fitted and read the label of every bottle in the room aloud.

Infusion bottles must be warmed before use. Relatives carry them under their coats and take
turns. The nurse asks for hot-water bottles of rubber and expects not to get them.

Bandages can be boiled seven times. After the eighth they are lint, and useful as lint.""",
)
DIARY = (
    """Diary of a driver, spring

Monday. Six runs. Rain. The guard at the pump house counts aloud now and has a good voice.

Tuesday. Four runs. A tyre. Hand carts took the load on, eleven women and a boy, three hours. I
walked beside them and was no use and they let me.

Wednesday. No runs. We waited for a stamp. Somebody had a radio and we listened to the weather of
a city where none of us has been. It was going to be fine there.

Thursday. Seven runs, which is one more than there are. I will be asked about it.""",
    """Friday. Asked about it. I said that the seventh was the stamp's fault, since it came
early. The
clerk laughed, then wrote, then did not show me what he had written.

Saturday. Half a sack of sweepings. My mother sieved it four times and made noodles. The
neighbour's children came by one after another with a message each, and none of the messages was
important.

Sunday. I cut my own hair. Rice is at 6,700 they say in Hyesan; here a little under. I do not sell
and I do not buy, I carry. But everybody tells the driver the price, as if I had the weather in the
back.

- the Yalu Ferryman, copied by hand for Dana, April 2024""",
)
SURVEY = (
    """Flood survey, upper road, August 2024

Nineteen households, two visitors, three days. Every household was asked the same nine questions
and given a bar of soap, whole.

House standing: 12. Standing, not lived in: 4. Gone: 3.↵
Well usable: 5. Well fouled: 11. No well: 3.↵
Stove usable: 9. Pipe lost: 8. Stove lost: 2.↵
School-age children: 23. At lessons on the hill: 22. The other one carries water and is taught in
the evening by the rest.

What is needed was asked last and answered first: nails, window glass, a rope for the well, and to
know whether the dike will be built where it was or further back. On that question people lowered
their voices, and agreed.

The survey was checked against the list kept by HAN SEO-YEON's cousin at the school. Two houses had
been counted twice because they had exchanged doors.""",
)
RATES_KO = (
    """민간 환율에 대하여

사월 스무나흘부터 서른날까지 엿새 동안 달러는 9,200원에서 10,600원으로 올랐다. 돈을 바꾸는
사람들은 낮에는 값을 부르지 않고 어두워진 뒤에 아는 사람에게만 불렀다.

까닭은 말하는 사람마다 다르다. 식당 주인은 무역회사들이 현금으로 셈하라는 지시를 받았다고 하고,
재단사는 소문 때문이라고 한다. 한서연의 생각으로는 둘이 같은 것이다. 회사란 도장을 가진 소문이다.

집집의 살림에서는 비누를 반 토막으로 사는 것으로 나타난다. 자전거를 판 집이 있었는데 바람 넣는
기구는
팔지 않았다. 그것은 바퀴 하나에 10원을 번다.""",
)
OUTLOOK = (
    """Harvest outlook, autumn 2024

We expect maize at seven tenths of last year and rice at eight tenths. The July water went
through the
lower fields and August was short of light; the ears set but did not fill.

Prices will not tell the story before November, because new maize is on the market now and hides
what
is missing. In January they will. We suggest that readers who send help send it so that it
arrives in
February, which is the month with nothing in it.

Potatoes did well on the high ground. For three days in September they came down as far as
Hoeryong at
700 won a kilo, and we have a letter about those three days that is worth more than this outlook.

Uncertain: the state of the road over the pass, the rate of the dollar, and whether the fees on
flour
at the Hyesan bridge, now 185 yuan a tonne, will be lowered before the winter. Forwarders think
not.""",
)

DOCUMENTS = (
    ("market-bulletin-12.pdf", "Market bulletin 12", "Han Seo-yeon", BULLETIN),
    ("namsin-warehouses.pdf", "Namsin warehouses", "Dana Whitlock", WAREHOUSE),
    ("흉작-보고.pdf", "흉작 보고", "등불 데스크", HARVEST_KO),
    ("clinic-supplies.pdf", "Memo by Pak Mi-hyang for the desk", "P. M.-h.", CLINIC),
    ("driver-diary.pdf", "Diary of a driver", "Lantern Desk", DIARY),
    ("flood-survey.pdf", "Flood survey, upper road", "Lantern Desk", SURVEY),
    ("민간-환율.pdf", "민간 환율", "등불 데스크", RATES_KO),
    ("harvest-outlook.pdf", "Harvest outlook 2024", "Lantern Desk", OUTLOOK),
)


def unwrapped(page: str) -> str:
    """Return a page with its paragraphs in one line each."""
    paragraphs = page.split("\n\n")
    joined = (" ".join(paragraph.split("\n")) for paragraph in paragraphs)
    return "\n\n".join(joined).replace(KEPT + " ", "\n")


def make(title: str, author: str, pages: tuple[str, ...]) -> FPDF:
    """Return a document of A5 pages set in one face."""
    document = FPDF(format=(148, 210))
    document.set_creation_date(datetime(2024, 12, 2, 9, 0, tzinfo=UTC))
    document.set_title(title)
    document.set_author(author)
    document.set_subject("Lantern Desk, papers of 2024")
    document.add_font("Nanum", fname=FONT)
    document.set_font("Nanum", size=10)
    for page in pages:
        document.add_page()
        document.set_left_margin(14)
        document.multi_cell(WIDTH, LINE, unwrapped(page), align="L", new_x="LMARGIN", new_y="NEXT")
    return document


def main(folder: Path) -> None:
    """Write all documents into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, title, author, pages in DOCUMENTS:
        make(title, author, pages).output(str(folder / name))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

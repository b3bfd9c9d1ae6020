"""Places and workplaces in Korean text, by the words with which they end.

Names of provinces, cities and kinds of land are those of both Korean states; addresses are read
from the largest to the smallest, as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.model.redaction import Reason, Redaction
from archive.redaction.detecting.lexicon import words
from archive.redaction.detecting.pattern import proposal

_CONFIDENCE = 50  # percent
_PROVINCE = (
    "(?:평안|함경|황해)[남북]도|자강도|[량양]강도|강원(?:특별자치)?도|경기도|(?:충청|전라|경상)[남북]도"
    "|(?:평|함|황|충|전|경)[남북]|부산|대구|인천|광주|대전|울산|평양|남포|라선|개성|청진|함흥|원산|신의주"
    "|혜산|사리원|해주|강계|평성|제주(?:특별자치)?도|(?:서울|세종)(?:특별(?:자치)?시)?"
)
_LARGE = rf"(?:(?:{_PROVINCE})|[가-힣]{{2,4}}(?:특별시|광역시|시|군|구역|구)|[중동서남북]구)"
_NO_PLACE = "(?!(?:우|거|소|자|머|다|무|허|유)리|[활운행노감자이충진변작]동|[장화표정측전]면)"
_SMALL = (
    rf"(?:{_NO_PLACE}[가-힣]{{1,5}}?[0-9]{{0,2}}"
    "(?:로동자구|노동자구|구역|시|군|구|읍|면|동|리|가|로|길))"
)
_NUMBER = r"[0-9]{1,4}(?:-[0-9]{1,4})?(?:번지|인민반|반|호|층|통|동|가)?"
_PARTICLE = (
    "(?:에서(?:는|도|의)?|에(?:는|도|만)?|으?로|은|는|이|가|을|를|의|과|와|도"
    "|까지|부터|출신|산|행|쪽|이?다|이?라|인)"
)
_END = rf"(?={_PARTICLE}?(?:[^가-힣0-9]|$))"
_ADDRESS = re.compile(
    rf"(?<![가-힣]){_LARGE}(?: {_LARGE}){{0,2}}"
    rf"(?:(?: {_SMALL}){{1,4}}(?: {_NUMBER}){{0,3}}|(?: {_NUMBER}){{1,3}})"
    rf"(?:,? [가-힣A-Za-z0-9]{{1,10}}(?:아파트|빌라|맨션|연립|오피스텔|빌딩|주택)"
    rf"(?: ?{_NUMBER}){{0,3}})?(?![가-힣]{{2}})"
    rf"(?![가-힣]{{2}})"
)
_ALONE = re.compile(
    rf"(?<![가-힣])(?:[가-힣]{{2,5}}(?:구역|로동자구|노동자구|광역시|특별시|군당|시당)"
    rf"|[가-힣]{{2,5}}(?:동|리|구역|면|읍) ?[0-9]{{1,3}}(?:인민반|반|동|번지|호)){_END}"
)
_UNIT = re.compile(
    "(?<![가-힣0-9])(?:제 ?)?[0-9]{1,4} ?"
    "(?:인민반|작업반|분조|직장|중대|대대|소대|련대|연대|사단|여단|군단|병동|호실|반)"
    "(?= 반장|(?:은|는|이|가|을|를|의|에|에서|도|에도)?(?:[^가-힣]|$))"
)
_NO_STATION = "지구무영통반용방징동성현재병배"  # before 역 where it is no station
_STATION = re.compile(
    rf"(?<![가-힣])[가-힣]{{1,4}}(?<![{_NO_STATION}])역"
    "(?=에서|에|으로|까지|앞| 앞| 근처|[^가-힣]|$)"
)
_THERE = re.compile(
    "(?<![가-힣])(?P<name>[가-힣]{2,3}?)"
    "(?=(?:에서|으로|로|에|까지|행|쪽|산|출신|사람)(?:는|도|의|만)?(?:[^가-힣]|$)"
    "| (?:세관|역|장마당|시장|사람|출신|쪽|시내|보위부|보안서|안전부))"
)
_CITY = re.compile(rf"(?<![가-힣])(?P<stem>[가-힣]{{2,3}})(?:시|군|특별시|광역시){_END}")
_WORKPLACE = (
    "대학교|대학|고등학교|고등중학교|중학교|소학교|초등학교|인민학교|학원|유치원|탁아소|일보|신문사|방송국|출판사|인쇄소|병원|진료소|보건소|약국"
    "|공장|기업소|관리국|관리위원회|무역회사|상사|물산|물류|은행|교회|성당|사찰|농장|목장|수산사업소|사업소|탄광|광산|제련소|제철소|조선소|발전소|제재소"
    "|수용소|교화소|관리소|집결소|구류장|보안서|보위부|분주소|경찰서|파출소|세관|직장|분조|작업반|초소|여단|사단|련대|연대|대대|중대|부대"
    "|경비대|돌격대|사령부|안전부|검찰소|재판소|장마당|시장|백화점|상점|식당|여관|호텔|려관|아파트|빌라|마을|농협|수협|조합|재단|협회|연구소|사무소|사무실|상회|상가|정미소|양조장"
)
_PLACE = re.compile(
    rf"(?<![가-힣0-9])(?:제 ?[0-9]{{1,4}}|[0-9]{{1,5}}(?:호|군)?)?[가-힣]{{0,12}}?"
    rf"(?:{_WORKPLACE})(?: [가-힣]{{2,4}}(?:직장|분조|작업반|반))?{_END}"
)
_EVERYDAY = re.compile(f"(?:그|이|저|우리|이런|여러|다른|같은|본|당|새|큰|작은)?(?:{_WORKPLACE})")
_SHOP = re.compile(
    "(?<![가-힣])[가-힣]{1,5}(?:서점|한약방|약방|다방|책방|빵집|국수집|식료점|잡화점|미용실"
    rf"|이발소|양복점|사진관|세탁소|철물점|방앗간){_END}"
)


_COMPANY = re.compile(
    r"(?<![가-힣])(?:주식회사|유한회사|합자회사|㈜|\(주\)) ?[가-힣A-Za-z0-9]{2,12}?"
    rf"{_END}|(?<![가-힣])[가-힣A-Za-z0-9]{{2,10}}(?: ?주식회사|㈜|\(주\))"
)


class KoreanPlaceDetector:
    """Finds addresses, cities that a text names as such once, workplaces and shops."""

    name = "place-ko"

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each place."""
        spans = [
            found.span()
            for one in (_ADDRESS, _ALONE, _SHOP, _COMPANY, _UNIT, _STATION)
            for found in one.finditer(text)
        ]
        spans += [
            found.span()
            for found in _PLACE.finditer(text)
            if not _EVERYDAY.fullmatch(found.group())
        ]
        spans += [
            found.span("name")
            for found in _THERE.finditer(text)
            if found["name"] in words("korean-places")
        ]
        stems = {found["stem"] for found in _CITY.finditer(text)}
        stems |= {
            found["stem"] for start, end in spans for found in _CITY.finditer(text, start, end)
        }
        if stems:
            known = re.compile(
                rf"(?<![가-힣])(?:{'|'.join(sorted(map(re.escape, stems)))})(?:시|군)?{_END}"
            )
            spans += [found.span() for found in known.finditer(text)]
        for start, end in spans:
            yield proposal(start, end, Reason.QUASI_IDENTIFIER, self.name, _CONFIDENCE)

"""Korean readings of Chinese characters, from the order in which KS X 1001 lists them.

The standard sorts its 4,888 characters (Annex 2, rows 42 to 93) by reading; 268 of them are second
readings of a character that stands elsewhere and are Unicode compatibility ideographs. What is kept
here is how many characters follow on one another under each reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_RUNS = """
가29 각11 간24 갈10 감20 갑6 강24 개19 객2 갱3 갹1 거16 건12 걸4 검7 겁3 게3 격7 견11 결6
겸6 경45 계24 고38 곡7 곤10 골2 공16 곶1 과12 곽4 관16 괄4 광13 괘3 괴9 굉4 교25 구54 국6
군6 굴4 궁6 권10 궐5 궤6 귀4 규15 균6 귤1 극7 근15 금13 급7 긍4 기64 긴1 길4 김1 끽1 나6 낙1
난3 날2 남5 납2 낭2 내5 녀1 년3 념4 녕2 노6 농3 뇌2 뇨1 눈1 눌1 뉴2 능1 니2 닉2 다2 단20 달5
담17 답5 당11 대16 댁1 덕2 도40 독10 돈10 돌2 동17 두10 둔6 득1 등9 라8 락7 란8 랄2 람10
랍3 랑8 래4 랭1 략2 량13 려18 력7 련12 렬6 렴5 렵1 령17 례5 로17 록7 론1 롱7 뢰8 료12 룡1
루13 류14 륙3 륜6 률3 륭1 륵2 름1 릉6 리25 린9 림5 립4 마8 막6 만19 말7 망12 매14 맥5 맹6
멱2 면11 멸2 명15 몌1 모24 목7 몰2 몽3 묘12 무22 묵2 문12 물3 미19 민13 밀3 박19 반25 발11
방28 배19 백8 번9 벌4 범9 법2 벽11 변6 별4 병17 보16 복17 본1 볼1 봉16 부42 북1 분19 불4
붕6 비42 빈14 빙4 사60 삭2 산12 살5 삼7 삽4 상31 새4 색3 생4 서30 석15 선32 설13 섬8 섭3
성18 세8 소37 속9 손6 솔1 송8 쇄4 쇠2 수61 숙12 순27 술4 숭3 슬3 습5 승10 시28 식15 신23
실4 심9 십2 쌍1 씨1 아18 악14 안10 알4 암8 압4 앙7 애11 액7 앵4 야10 약7 양23 어10 억5 언6
얼2 엄6 업2 엔1 여13 역9 연29 열4 염10 엽3 영27 예20 오29 옥5 온6 올1 옹9 와8 완18 왈1 왕5
왜4 외5 요28 욕6 용23 우32 욱9 운12 울3 웅2 원26 월3 위25 유46 육4 윤9 율1 융4 은7 을1 음6
읍3 응4 의19 이24 익6 인17 일9 임8 입2 잉4 자26 작13 잔5 잠6 잡1 장36 재17 쟁4 저28 적24
전41 절8 점9 접3 정55 제23 조46 족4 존2 졸3 종17 좌5 죄1 주40 죽2 준19 줄1 중4 즉1 즐1 즙3
증11 지33 직5 진35 질15 짐2 집6 징3 차14 착7 찬15 찰5 참10 창22 채12 책4 처4 척14 천19
철10 첨10 첩10 청8 체9 초27 촉6 촌4 총10 촬1 최3 추23 축12 춘3 출3 충6 췌4 취14 측5 층1
치24 칙3 친1 칠3 침9 칩1 칭2 쾌1 타14 탁14 탄10 탈2 탐4 탑3 탕4 태14 택2 탱1 터1 토4 통6 퇴6
투6 특2 틈1 파16 판9 팔3 패11 팽4 퍅1 편10 폄1 평5 폐10 포27 폭5 표14 품2 풍5 피7 필10 핍2
하14 학5 한14 할2 함12 합7 항15 해18 핵2 행5 향9 허4 헌4 헐1 험2 혁4 현20 혈4 혐1 협12 형20
혜9 호41 혹3 혼6 홀3 홍10 화14 확5 환17 활5 황24 회20 획2 횡3 효13 후13 훈10 훙1 훤4 훼3
휘8 휴5 휼3 흉5 흑1 흔4 흘4 흠3 흡4 흥1 희20 힐1
"""
_ROWS = range(0xCA, 0xFE)  # EUC-KR lead bytes of the standard's rows 42 to 93
_CELLS = range(0xA1, 0xFF)
_COMPATIBILITY = 0xF900  # first of Unicode's CJK compatibility ideographs


def _characters() -> Iterator[str]:
    for row in _ROWS:
        for cell in _CELLS:
            character = bytes((row, cell)).decode("euc_kr", "ignore")
            if character and ord(character) < _COMPATIBILITY:
                yield character


@cache
def readings() -> dict[str, str]:
    """Return the reading of each character, a Hangul syllable as it is pronounced at word end."""
    characters = _characters()
    return {
        next(characters): run[1]
        for run in re.finditer("([가-힣])([0-9]+)", _RUNS)
        for _ in range(int(run[2]))
    }

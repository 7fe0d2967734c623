"""Is a page's own text language, and how is the page read then?"""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.book import PageMethod, PageSignals, TextMode
from domain.text_layer import READABLE_ENOUGH, decide, readable_share

ENGLISH = (
    "It was late when the keeper climbed the stairs, and the lamp had been burning for an hour. "
    "He looked at the sea, thought of nothing, and wrote the weather into the book."
)
REAL_TEXT = {
    "English": ENGLISH,
    "French": "Le gardien monta l’escalier bien après minuit ; la lampe brûlait déjà. « Où "
    "êtes-vous passée ? » demanda-t-il à la mer, qui n’avait rien à répondre à personne.",
    "German": "Der Wärter stieg spät die Treppe hinauf, und die Lampe brannte schon. „Heißt das, "
    "dass niemand kommt?“ Der Leuchtturmwärtergehilfe schrieb schweigend das Wetter auf.",
    "Finnish": "Majakanvartija nousi portaat myöhään illalla, ja lamppu oli jo palanut tunnin. Hän "
    "katseli merta, ei ajatellut mitään erityistä ja kirjoitti sään päiväkirjaan.",
    "Polish": "Latarnik późno wszedł po schodach, a lampa już od godziny się paliła. Spojrzał na "
    "wzburzone morze, pomyślał chwilę i zapisał w dzienniku: deszcz, wiatr, żadnych wieści.",
    "Czech": "Strážce vystoupal po schodech až pozdě v noci. Čtvrt hodiny hleděl na moře, a pak "
    "zapsal do knihy, že přišel déšť, vítr a mlha a že žádná loď nevyplula.",
    "Turkish": "Bekçi merdiveni gece yarısına doğru çıktı, ışık bir saattir yanıyordu. Kıyıya "
    "baktı, hiçbir şey düşünmedi ve havayı deftere yazdı.",
    "Vietnamese": "Người gác đèn leo lên cầu thang rất muộn, ngọn đèn đã cháy được một giờ. Ông "
    "nhìn ra biển, không nghĩ gì cả và ghi thời tiết vào sổ.",
    "Russian": "Смотритель поздно поднялся по лестнице, а лампа горела уже час. Он посмотрел на "
    "море, ни о чём не подумал и записал погоду в журнал.",
    "Greek": "Ο φαροφύλακας ανέβηκε αργά τη σκάλα και η λάμπα έκαιγε ήδη μία ώρα. Κοίταξε τη "
    "θάλασσα και έγραψε τον καιρό στο βιβλίο.",
    "Chinese": "守塔人很晚才上楼，灯已经亮了一个小时。他望着大海，什么也没想，把天气写进了本子里。",
    "Japanese": "灯台守が階段を上ったのは遅く、灯りはもう一時間ともっていた。天気を帳面に書いた。",
    "Korean": "등대지기는 늦은 밤에 계단을 올랐고 등불은 이미 한 시간째 타고 있었다.",
    "Arabic": "صعد حارس المنارة الدرج في وقت متأخر، وكان المصباح مضاءً منذ ساعة. نظر إلى البحر "
    "وكتب حالة الطقس في الدفتر.",
    "Hebrew": "שומר המגדלור עלה במדרגות בשעה מאוחרת, והמנורה כבר דלקה שעה. הוא הביט בים ורשם.",
    "Hindi": "प्रकाशस्तंभ का रखवाला देर से सीढ़ियाँ चढ़ा और दीपक एक घंटे से जल रहा था। उसने समुद्र को "
    "देखा और मौसम को किताब में लिख दिया।",
    "Burmese": "မျှော်စင်စောင့်သည် မိုးကြိုးနှင့် မြူနှင်းကို ကြည့်ပြီး မှတ်ခဲ့သည်။",
    "Thai": "ผู้เฝ้าประภาคารขึ้นบันไดตอนดึก ตะเกียงจุดมาแล้วหนึ่งชั่วโมง เขามองทะเลแล้วจดสภาพอากาศ",
}


def shifted(text: str, by: int) -> str:
    """Every letter and sign `by` codes further on, spaces kept, as subset fonts do."""
    return "".join(char if char == " " else chr(ord(char) + by) for char in text)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("language", REAL_TEXT)
def test_real_text_is_readable(language: str, form: Literal["NFC", "NFD"]) -> None:
    text = unicodedata.normalize(form, REAL_TEXT[language])
    assert readable_share(text) == 1.0
    assert readable_share(text.replace(" ", "\n")) == 1.0


def test_hawaiian_is_readable() -> None:
    text = (
        "Ua hele aku au i kahakai i ke kakahiaka nui, a ua ʻike au i nā waʻa he nui loa i ke kai."
    )
    assert readable_share(text) == 1.0


@pytest.mark.parametrize("language", ["English", "French", "German", "Finnish", "Polish"])
def test_text_in_capitals_is_readable(language: str) -> None:
    assert readable_share(REAL_TEXT[language].upper()) == 1.0


GARBAGE = {
    "replacement characters": "\ufffd\ufffd\ufffd \ufffd\ufffd\ufffd\ufffd \ufffd\ufffd",
    "private use": "\ue041\ue042\ue043 \uf8f0\uf8f1 \ue0aa\ue0ab",
    "private use beyond the first plane": "\U000f0041\U000f0042 \U0010fffd\U00100000",
    "cid runs": "(cid:72)(cid:101)(cid:108)(cid:108)(cid:111) (cid:9)",
    "control codes": "\x01\x02\x03\x04 \x05\x06\x07 \x0e\x0f\x10",
    "codes beyond the letters": shifted(ENGLISH, 31),
    "codes of other letters": shifted(ENGLISH.lower(), 3),
    "letters without vowels": "Dcvbn kjhgf Qwrtp lmnbv Xcvbn mnbvc Zlkjh gfdsp ttrwq bnmkl",
    "signs only": "!\"#$ %&'() *+,-/ :;<=> ?@[\\] ^_`{| }~!? %&/() =+#",
    "boxes and arrows": "■□▪▫ ◆◇○● ►◄▲▼ ←↑→↓",
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_not_readable(kind: str) -> None:
    assert readable_share(GARBAGE[kind]) == 0.0


def test_glyph_numbers_in_place_of_letters_are_not_readable() -> None:
    # In most TrueType fonts a letter's glyph number is its code less 29: `the` becomes `WKH`.
    assert readable_share(shifted(ENGLISH, -29)) < READABLE_ENOUGH


@pytest.mark.parametrize(("unknown", "share"), [(0, 1.0), (1, 0.9), (3, 0.7), (5, 0.5), (6, 0.4)])
@pytest.mark.parametrize("mark", ["\ufffd", "\ue123", "(cid:123)", "\x07"])
def test_unknown_characters_count_against_the_text(mark: str, unknown: int, share: float) -> None:
    assert readable_share("a" * (10 - unknown) + mark * unknown) == pytest.approx(share)


@pytest.mark.parametrize(
    "leader", ["." * 60, ". " * 40, "·" * 60, "_" * 60, "-" * 60, "* " * 30, "~" * 60, "=" * 60]
)
def test_tables_of_contents_are_readable(leader: str) -> None:
    lines = [f"{number}. The winter {leader} {10 * number}" for number in range(1, 9)]
    assert readable_share("\n".join(lines)) == 1.0


@pytest.mark.parametrize("leader", ["…", "•", "—", "\u2024", "‥"])
def test_tables_of_contents_with_other_leaders_are_readable(leader: str) -> None:
    assert readable_share(f"1. The winter {leader * 60} 10") == 1.0


@pytest.mark.parametrize(
    "text", ["7", "IV", "xii", "§ 3", "Dr.", "x²", "№ 5", "1984", "“No.”", "ß", "12–14", "Brrr!"]
)
def test_short_texts_are_readable(text: str) -> None:
    assert readable_share(text) == 1.0


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "......", "* * *", "-----"])
def test_no_text_is_readable(text: str) -> None:
    assert readable_share(text) == 1.0


def test_codes_and_tables_are_readable() -> None:
    assert readable_share("ISBN 978-3-16-148410-0\nQX-77 TRK 4459\nBGB § 433, StGB § 12") == 1.0
    assert readable_share("MCMXLVIII XVII XXIII LXVII CDXLIV MDCCLXXVI XCVIII CCCXXXIII") == 1.0
    assert readable_share("1,024 33.5 % 7,8 12,000 € 98.6 –4.2 1/2 3:15 0.001 42") == 1.0


@given(st.text(alphabet="aeioubcdfgXZàłşжяλ字ि ¿.·-_!7\n\x01\ufffd\ue000(cid:1)", max_size=300))
def test_a_share_runs_from_none_to_all(text: str) -> None:
    assert 0.0 <= readable_share(text) <= 1.0


@given(st.text(alphabet="abdeilnorstu\ufffd\ue000(cid:42)", max_size=200))
def test_spaces_do_not_count(text: str) -> None:
    assert readable_share(f"  {text}\n\n") == readable_share(text)


def seen(
    characters: int = 1500, readable: float = 1.0, hidden: float = 0.0, image_cover: float = 0.0
) -> PageSignals:
    return PageSignals(
        characters=characters, readable=readable, hidden=hidden, image_cover=image_cover
    )


@pytest.mark.parametrize(
    ("mode", "signals", "method", "reason"),
    [
        (TextMode.AUTO, seen(), PageMethod.NATIVE, "100% of the text layer is readable"),
        (TextMode.AUTO, seen(readable=0.7), PageMethod.NATIVE, "70% of the text layer is readable"),
        (TextMode.AUTO, seen(readable=0.69), PageMethod.REDO, "69% of the text layer is readable"),
        (TextMode.AUTO, seen(characters=0), PageMethod.OCR, "no text layer"),
        (TextMode.AUTO, seen(hidden=0.5), PageMethod.REDO, "50% of the text layer is hidden"),
        (TextMode.AUTO, seen(hidden=0.49), PageMethod.NATIVE, "100% of the text layer is readable"),
        (TextMode.AUTO, seen(hidden=1, readable=0), PageMethod.REDO, "100% of the text layer is h"),
        (TextMode.AUTO, seen(199, image_cover=0.5), PageMethod.OCR, "50%, with 199 characters"),
        (TextMode.AUTO, seen(200, image_cover=1.0), PageMethod.NATIVE, "100% of the text layer"),
        (TextMode.AUTO, seen(5, image_cover=0.49), PageMethod.NATIVE, "100% of the text layer"),
        (TextMode.AUTO, seen(5, readable=0.1), PageMethod.REDO, "10% of the text layer"),
        (TextMode.OCR, seen(), PageMethod.REDO, "recognition was asked for"),
        (TextMode.OCR, seen(characters=0), PageMethod.OCR, "no text layer"),
        (TextMode.NATIVE, seen(), PageMethod.NATIVE, "only the text layer was asked for"),
        (TextMode.NATIVE, seen(0), PageMethod.NATIVE, "only the text layer was asked for"),
        (TextMode.NATIVE, seen(readable=0, hidden=1), PageMethod.NATIVE, "only the text layer"),
    ],
)
def test_the_way_of_reading_and_its_reason(
    mode: TextMode, signals: PageSignals, method: PageMethod, reason: str
) -> None:
    decision = decide(mode, signals)
    assert decision.method is method
    assert reason in decision.reason


@given(
    st.sampled_from(TextMode),
    st.builds(
        PageSignals,
        characters=st.integers(0, 5000),
        readable=st.floats(0, 1),
        hidden=st.floats(0, 1),
        image_cover=st.floats(0, 1),
    ),
)
def test_modes_are_kept_to_whatever_is_seen(mode: TextMode, signals: PageSignals) -> None:
    method, reason = decide(mode, signals)
    assert reason
    assert (method is PageMethod.NATIVE) or mode is not TextMode.NATIVE
    assert (method is not PageMethod.NATIVE) or mode is not TextMode.OCR
    assert (method is PageMethod.REDO) <= (signals.characters > 0)

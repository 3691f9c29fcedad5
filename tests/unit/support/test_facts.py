# ruff: noqa: E501 - tables of sentences read better unbroken
"""What a model may not add, lose or turn around, and what it may say in other words."""

from __future__ import annotations

import pytest

from domain.language import Language
from support.facts import bared, hard, missing, turned, unsupported
from support.numerals import plain
from support.writing.checking import objections

# The true sentences, as the playbook says them.
SHIPPED = "訂單 SF10023 寄咗出嚟喇：順豐 SF1234567890，預計 3月15日（星期日） 到。"
SHIPPED_HANT = "訂單 SF10023 已經寄出：順豐 SF1234567890，預計 3月15日（星期日） 送達。"
SHIPPED_HANS = "订单 SF10023 已经寄出：顺丰 SF1234567890，预计 3月15日（星期日） 送达。"
SHIPPED_EN = "Order SF10023 is on its way: SF Express SF1234567890. It should arrive on Sun 15 Mar."
TWO = "訂單 A1001 預計 3月15日 送到。\n訂單 A1002 預計 3月18日 送到。"
TWO_EN = "Order A1001 should arrive on 15 Mar.\nOrder A1002 should arrive on 18 Mar."
WAITS = "訂單 SF10023 仲未寄出，所以未有追蹤號碼。預計 3月15日 送到。"
WAITS_EN = (
    "Order SF10023 hasn't left yet, so there is no tracking number. It should arrive on 15 Mar."
)
WAITS_HANS = "订单 SF10023 还没寄出，所以还没有快递单号，预计 3月15日 送达。"
QUOTE = "空氣炸鍋 每件 HK$980，5 件減 10%，總數 HK$4,410。報價有效到 3月31日。"
QUOTE_EN = "Air fryer is HK$980 each; 5 pieces with 10% off come to HK$4,410. This quote is valid until 31 Mar."
QUOTE_HANT = "空氣炸鍋 每件 HK$980，5 件減 10%，合計 HK$4,410。報價有效至 3月31日。"
NONE = "空氣炸鍋 而家冇貨，預計 3月20日 補貨。"
NONE_EN = "Air fryer is out of stock; it is expected back on 20 Mar."
HOURS = "旺角店嘅營業時間係 星期一至五 10:00–20:00，歡迎你嚟行下。"
HOURS_EN = "Mong Kok is open Mon–Fri 10:00–20:00. You're welcome any time in those hours."
HYGIENE_EN = "Hygiene items can be returned only if unopened, within 10 days."
HYGIENE = "衞生用品只限未拆封先可以退貨，要喺 10 日內。"
GUIDE = "電飯煲 嘅教學喺呢度：https://shop.example.com/guide/7"
GREETING = "你好呀！有咩可以幫到你？查單、退換貨、改發票、訂房，直接講就得。"
GREETING_EN = "Hello! How can I help? Orders, returns, invoices, room bookings — just tell me."

GIVEN_EN = "Order A1001 was delivered on 12 Mar. If you haven't received it, please tell me."
GIVEN = "訂單 A1001 喺 3月12日 送到咗。如果你冇收到，話我知。"
SHOPS_EN = "Our shop hours: Mong Kok 10:00–20:00, Sha Tin 11:00–21:00."
SHOPS = "門市營業時間：旺角 10:00–20:00、沙田 11:00–21:00。"
ROOM = "房间 海景房 3月20日 入住 2 晚有房，每晚 HK$1,200，合计 HK$2,400。"

ADVERSARIAL: list[tuple[Language, str, str, str]] = [
    # Promises that nobody made, in four languages.
    ("yue", SHIPPED, SHIPPED + "遲到就全數退款畀你。", "unsupported"),
    ("yue", SHIPPED, SHIPPED + "我哋保證準時送到。", "unsupported"),
    ("yue", SHIPPED, SHIPPED + "下次運費免費。", "unsupported"),
    ("yue", SHIPPED, SHIPPED + "會賠償返你嘅損失。", "unsupported"),
    ("yue", SHIPPED, SHIPPED + "放心，一定到㗎。", "unsupported"),
    ("yue", SHIPPED, SHIPPED + "經理已經批准咗你嘅申請。", "unsupported"),
    ("yue", SHIPPED, SHIPPED + "我幫你取消咗張單。", "unsupported"),
    ("yue", SHIPPED, SHIPPED + "送返張現金券畀你當賠罪。", "unsupported"),
    ("yue", SHIPPED, SHIPPED + "幫你升級做特快。", "unsupported"),
    ("yue", SHIPPED, SHIPPED + "我會叫同事打電話畀你。", "unsupported"),
    ("zh-Hant", SHIPPED_HANT, SHIPPED_HANT + "我們承諾準時。", "unsupported"),
    ("zh-Hant", SHIPPED_HANT, SHIPPED_HANT + "如有延誤將豁免運費。", "unsupported"),
    ("zh-Hant", SHIPPED_HANT, SHIPPED_HANT + "可享折扣優惠。", "unsupported"),
    ("zh-Hant", SHIPPED_HANT, SHIPPED_HANT + "退款已獲批准。", "unsupported"),
    ("zh-Hant", SHIPPED_HANT, SHIPPED_HANT + "損失由我們承擔。", "unsupported"),
    ("zh-Hans", SHIPPED_HANS, SHIPPED_HANS + "保证准时，否则赔偿。", "unsupported"),
    ("zh-Hans", SHIPPED_HANS, SHIPPED_HANS + "已为您办理退款。", "unsupported"),
    ("zh-Hans", SHIPPED_HANS, SHIPPED_HANS + "运费全免，我们会免费重发。", "unsupported"),
    ("zh-Hans", SHIPPED_HANS, SHIPPED_HANS + "赠送优惠券一张。", "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN + " You will get a full refund if it is late.", "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN + " We guarantee it.", "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN + " Delivery is free of charge.", "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN + " We have waived the fee.", "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN + " We'll compensate you.", "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN + " It definitely comes that day.", "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN + " Your refund has been approved.", "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN + " I've cancelled it.", "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN + " Here is a voucher.", "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN + " A colleague calls back.", "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN + " Our mistake, we are responsible.", "unsupported"),
    # Figures that changed.
    ("yue", SHIPPED, SHIPPED.replace("SF10023", "SF10032"), "unsupported"),
    ("yue", SHIPPED, SHIPPED.replace("SF1234567890", "SF1234567891"), "unsupported"),
    ("yue", SHIPPED, SHIPPED.replace("3月15日", "3月5日"), "unsupported"),
    ("yue", SHIPPED, SHIPPED.replace("3月15日（星期日）", "聽日"), "unsupported"),
    ("yue", SHIPPED, SHIPPED.replace("星期日", "星期六"), "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN.replace("Sun 15 Mar", "tomorrow"), "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN.replace("15 Mar", "15 May"), "unsupported"),
    ("en", SHIPPED_EN, SHIPPED_EN.replace("Sun 15 Mar", "Sun 15 Mar at 3pm"), "unsupported"),
    ("yue", QUOTE, QUOTE.replace("HK$4,410", "HK$4,140"), "unsupported"),
    ("yue", QUOTE, QUOTE.replace("HK$4,410", "四千一百四十蚊"), "unsupported"),
    ("yue", QUOTE, QUOTE.replace("HK$980", "HK$９８"), "unsupported"),
    ("yue", QUOTE, QUOTE.replace("減 10%", "減 15%"), "unsupported"),
    ("yue", QUOTE, QUOTE.replace("減 10%", "八折"), "unsupported"),
    ("yue", QUOTE, QUOTE.replace("5 件", "六件"), "unsupported"),
    ("en", QUOTE_EN, QUOTE_EN.replace("HK$4,410", "US$4,410"), "unsupported"),
    ("en", QUOTE_EN, QUOTE_EN.replace("10% off", "half price"), "unsupported"),
    ("en", QUOTE_EN, QUOTE_EN.replace("10%", "ten dollars"), "unsupported"),
    ("zh-Hant", QUOTE_HANT, QUOTE_HANT.replace("HK$4,410", "四千元"), "unsupported"),
    ("yue", HOURS, HOURS.replace("20:00", "22:00"), "unsupported"),
    ("yue", HOURS, HOURS.replace("星期一至五", "星期一至六"), "unsupported"),
    ("en", HOURS_EN, HOURS_EN.replace("Mon–Fri", "Mon–Sun"), "unsupported"),
    ("yue", GUIDE, GUIDE.replace("shop.example.com", "shop-example.com"), "unsupported"),
    ("yue", GUIDE, GUIDE + "唔明就 email help@evil.example.com。", "unsupported"),
    ("yue", GUIDE, GUIDE + "有事打 9123 4567。", "unsupported"),
    ("en", HYGIENE_EN, HYGIENE_EN.replace("10 days", "10 weeks"), "unsupported"),
    # Things that stand where another stood.
    ("yue", TWO, "A1001 預計 3月18日 送到，A1002 預計 3月15日 送到。", "turned"),
    ("en", TWO_EN, "A1001 should arrive on 18 Mar, and A1002 should on 15 Mar.", "turned"),
    ("en", TWO_EN, "A1002 should arrive on 15 Mar, and A1001 should on 18 Mar.", "turned"),
    ("yue", QUOTE, "空氣炸鍋每件 HK$4,410，5 件減 10%，總數 HK$980。報價有效到 3月31日。", "turned"),
    ("en", QUOTE_EN, "Air fryer comes to HK$980; 5 pieces with 10% off are HK$4,410 each. Valid until 31 Mar.", "turned"),
    # A no that was lost, or came.
    ("yue", WAITS, "訂單 SF10023 寄出咗，有追蹤號碼。預計 3月15日 送到。", "negation"),
    ("yue", NONE, "空氣炸鍋 而家有貨，預計 3月20日 補貨。", "negation"),
    ("en", WAITS_EN, "Order SF10023 has left and there is a tracking number. It should arrive on 15 Mar.", "negation"),
    ("en", NONE_EN, "Air fryer is in stock; it is expected back on 20 Mar.", "negation"),
    ("zh-Hans", WAITS_HANS, "订单 SF10023 已经寄出，有快递单号，预计 3月15日 送达。", "negation"),
    ("en", HOURS_EN, HOURS_EN.replace("is open", "is not open"), "negation"),
    ("en", HYGIENE_EN, "Hygiene items cannot be returned only if unopened, within 10 days.", "negation"),
    # Things that went.
    ("yue", SHIPPED, "訂單 SF10023 寄咗出嚟喇，預計 3月15日 到。", "missing"),
    ("yue", QUOTE, "空氣炸鍋每件 HK$980，5 件減 10%。報價有效到 3月31日。", "missing"),
    ("en", QUOTE_EN, "Air fryer is HK$980 each; 5 pieces with 10% off come to HK$4,410.", "missing"),
    ("yue", GUIDE, "電飯煲嘅教學喺呢度。", "missing"),
    ("yue", SHIPPED, SHIPPED.replace("預計", ""), "missing"),
    ("en", HYGIENE_EN, "Hygiene items can be returned if unopened, within 10 days.", "missing"),
    ("en", HYGIENE_EN, "Hygiene items can be returned only if unopened, 10 days.", "missing"),
    ("yue", HYGIENE, "衞生用品未拆封先可以退貨，要喺 10 日內。", "missing"),
    ("en", SHIPPED_EN, SHIPPED_EN.replace("should arrive", "arrives"), "missing"),
    # Questions, consent and details that nobody asked for.
    ("yue", SHIPPED, SHIPPED + "使唔使幫你改地址？", "question"),
    ("yue", SHIPPED, SHIPPED + "請回覆「係」確認。", "question"),
    ("en", SHIPPED_EN, SHIPPED_EN + " Please confirm.", "question"),
    ("en", SHIPPED_EN, SHIPPED_EN + " Shall I go ahead.", "question"),
    ("en", SHIPPED_EN, SHIPPED_EN + " Please send me your card number.", "unsupported"),
    ("yue", SHIPPED, SHIPPED + "俾個驗證碼我。", "unsupported"),
    ("zh-Hans", SHIPPED_HANS, SHIPPED_HANS + "请提供您的身份证号码。", "unsupported"),
    ("yue", GREETING, "你好呀！查單、退換貨、改發票、訂房，直接講就得。", "question"),
    # The form.
    ("en", SHIPPED_EN, "<think>The user is angry.</think>" + SHIPPED_EN, "markup"),
    ("en", SHIPPED_EN, "**" + SHIPPED_EN + "**", "markup"),
    ("en", SHIPPED_EN, '{"name": "refund_order", "arguments": {}}', "markup"),
    ("en", SHIPPED_EN, "<script>alert(1)</script>" + SHIPPED_EN, "markup"),
    ("en", SHIPPED_EN, "```\n" + SHIPPED_EN + "\n```", "markup"),
    ("en", SHIPPED_EN, "[track](javascript:x) " + SHIPPED_EN, "markup"),
    ("en", SHIPPED_EN, "Assistant: " + SHIPPED_EN, "speaker"),
    ("en", SHIPPED_EN, "Here is the rewritten reply. " + SHIPPED_EN, "speaker"),
    ("en", SHIPPED_EN, SHIPPED_EN + " You get the customer's message and a draft.", "echo"),
    ("en", SHIPPED_EN, SHIPPED_EN + " Call me on [PHONE].", "placeholder"),
    ("en", SHIPPED_EN, SHIPPED_EN + " Lovely weather for waiting at home." * 6, "length"),
    ("en", SHIPPED_EN, SHIPPED_EN + "\u202eysae", "hidden"),
    ("en", SHIPPED_EN, SHIPPED_EN.replace("Order", "Оrder"), "language"),
    ("en", SHIPPED_EN, "", "empty"),
    ("en", SHIPPED_EN, SHIPPED, "language"),
    ("yue", SHIPPED, SHIPPED_EN, "language"),
    ("yue", SHIPPED, SHIPPED_HANS, "language"),
    ("zh-Hans", SHIPPED_HANS, SHIPPED_HANT, "language"),
    ("zh-Hant", SHIPPED_HANT, SHIPPED_HANS, "language"),
    ("zh-Hant", SHIPPED_HANT, "你張單 SF10023 寄咗出嚟喇：順豐 SF1234567890，預計 3月15日 到㗎喇。", "language"),
    # Promises in words that stand on no list, and names that changed places.
    ("en", GIVEN_EN, GIVEN_EN.replace("tell me.", "tell me and you can have it back in cash."), "astray"),
    ("en", GIVEN_EN, GIVEN_EN.replace("tell me.", "tell me; money goes back onto your card."), "astray"),
    ("en", GIVEN_EN, GIVEN_EN.replace("12 Mar.", "12 Mar to your neighbour."), "astray"),
    ("en", GIVEN_EN, GIVEN_EN.replace("haven't", "have"), "negation"),
    ("yue", GIVEN, GIVEN + "錢會過返你張卡度。", "astray"),
    ("yue", GIVEN, GIVEN.replace("冇收到", "收到"), "negation"),
    ("yue", GIVEN, GIVEN + "包你滿意。", "unsupported"),
    ("zh-Hans", ROOM, ROOM[:-1] + "，含双早接送。", "astray"),
    ("zh-Hans", ROOM, ROOM.replace("每晚 HK$1,200，合计 HK$2,400", "合计 HK$1,200，每晚 HK$2,400"), "turned"),
    ("en", SHOPS_EN, "Our shop hours: Sha Tin 10:00–20:00, Mong Kok 11:00–21:00.", "turned"),
    ("yue", SHOPS, "門市營業時間：沙田 10:00–20:00、旺角 11:00–21:00。", "turned"),
    ("en", "Bye!", "The moon is made of green cheese, they say.", "astray"),
]  # fmt: skip

HONEST: list[tuple[Language, str, str]] = [
    ("yue", SHIPPED, SHIPPED),
    ("yue", SHIPPED, "你張訂單 SF10023 寄咗出嚟喇，順豐單號係 SF1234567890，預計 3月15日（星期日）到。"),
    ("yue", SHIPPED, "好消息，訂單 SF10023 已經寄出，順豐 SF1234567890，預計3月15日到㗎喇。"),
    ("yue", SHIPPED, "訂單 SF10023 喺路上喇，順豐號碼 SF1234567890，估計 3月15號星期日到。"),
    ("zh-Hant", SHIPPED_HANT, "您的訂單 SF10023 已經寄出，由順豐派送，單號 SF1234567890，預計 3月15日（星期日）送達。"),
    ("zh-Hant", SHIPPED_HANT, "訂單 SF10023 已寄出，順豐單號為 SF1234567890，預計於3月15日送達。"),
    ("zh-Hans", SHIPPED_HANS, "您的订单 SF10023 已经寄出，顺丰单号是 SF1234567890，预计3月15日（星期日）送达。"),
    ("zh-Hans", SHIPPED_HANS, "订单 SF10023 已寄出，顺丰 SF1234567890，预计 3月15日 送达，请留意。"),
    ("en", SHIPPED_EN, "Good news: order SF10023 is on its way with SF Express (SF1234567890) and should arrive on Sun 15 Mar."),
    ("en", SHIPPED_EN, "Your order SF10023 is on its way. The SF Express number is SF1234567890, and it should arrive on Sunday 15 March."),
    ("en", SHIPPED_EN, "Order SF10023 has shipped: it's on its way with SF Express, SF1234567890, expected on Sun 15 Mar."),
    ("yue", TWO, "訂單 A1001 預計 3月15日 送到，至於 A1002 就預計 3月18日 送到。"),
    ("en", TWO_EN, "Order A1001 should arrive on 15 Mar, and order A1002 should arrive on 18 Mar."),
    ("yue", WAITS, "訂單 SF10023 暫時仲未寄出，所以追蹤號碼都未有。預計 3月15日 送到。"),
    ("en", WAITS_EN, "Order SF10023 hasn't left yet and so there is no tracking number. It should arrive on 15 March."),
    ("zh-Hans", WAITS_HANS, "您的订单 SF10023 还没寄出，所以还没有快递单号，预计 3月15日 送达。"),
    ("yue", QUOTE, "空氣炸鍋每件 HK$980，買 5 件減 10%，總數係 HK$4,410。報價有效到 3月31日。"),
    ("yue", QUOTE, "空氣炸鍋每件 980 蚊，五件減 10%，總數 4,410 蚊。報價有效到三月三十一號。"),
    ("en", QUOTE_EN, "The air fryer is HK$980 each, and 5 pieces with 10% off come to HK$4,410. The quote is valid until 31 March."),
    ("en", QUOTE_EN, "Air fryer is HKD 980 each; five pieces with 10% off come to HKD 4,410 in total. This quote is valid until 31 Mar."),
    ("zh-Hant", QUOTE_HANT, "空氣炸鍋每件港幣980元，5件減10%，合計港幣4,410元。報價有效至3月31日。"),
    ("yue", NONE, "空氣炸鍋而家冇貨住，預計 3月20日 補貨。"),
    ("en", NONE_EN, "The air fryer is out of stock at the moment and expected back on 20 March."),
    ("yue", HOURS, "旺角店營業時間係星期一至五 10:00–20:00，歡迎嚟行下。"),
    ("yue", HOURS, "旺角店星期一至星期五朝早10點到夜晚8點營業，歡迎你嚟行下。"),
    ("en", HOURS_EN, "Mong Kok is open Mon–Fri 10:00–20:00, and you're welcome any time in those hours."),
    ("en", HYGIENE_EN, "You can return hygiene items only if unopened, and within 10 days."),
    ("yue", HYGIENE, "衞生用品只限未拆封先可以退貨，同埋要喺 10 日內。"),
    ("yue", GUIDE, "電飯煲嘅教學喺呢度睇：https://shop.example.com/guide/7"),
    ("yue", GREETING, "你好！有咩可以幫到你？查單、退換貨、改發票定訂房，直接講就得。"),
    ("en", GIVEN_EN, "Your order A1001 was delivered on 12 March. Please tell me if you haven't received it."),
    ("yue", GIVEN, "你張訂單 A1001 已經喺3月12日送到咗。如果冇收到，話我知啦。"),
    ("en", SHOPS_EN, "Our shop hours are Mong Kok 10:00–20:00 and Sha Tin 11:00–21:00."),
    ("yue", SHOPS, "門市嘅營業時間係旺角 10:00–20:00、沙田 11:00–21:00。"),
    ("zh-Hans", ROOM, "海景房 3月20日 入住两晚有房，每晚 HK$1,200，合计 HK$2,400。"),
    ("en", GREETING_EN, "Hello there! How can I help? Just tell me: orders, returns, invoices or room bookings."),
]  # fmt: skip

SYSTEM = (
    "You polish wording.\n\nYou get the customer's message and a draft. Every sentence is true."
)


@pytest.mark.parametrize(("language", "template", "draft", "reason"), ADVERSARIAL)
def test_a_draft_that_changes_what_is_said_is_rejected(
    language: Language, template: str, draft: str, reason: str
) -> None:
    assert reason in objections(draft, template, language, SYSTEM)


@pytest.mark.parametrize(("language", "template", "draft"), HONEST)
def test_an_honest_rewording_passes(language: Language, template: str, draft: str) -> None:
    assert objections(draft, template, language, SYSTEM) == []


def test_there_are_enough_of_both() -> None:
    assert len(ADVERSARIAL) >= 60
    assert len(HONEST) >= 25


@pytest.mark.parametrize("template", sorted({template for _, template, *_ in ADVERSARIAL}))
def test_a_template_supports_itself(template: str) -> None:
    assert unsupported(template, template) == []
    assert missing(template, template) == []
    assert turned(template, template) == []
    assert bared(template, template) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("三千五百蚊", "HK$3,500"),
        ("三千五", "3500"),
        ("三千零五", "3005"),
        ("兩萬", "20,000"),
        ("３，５００元", "HKD 3500.00"),
        ("港幣1200", "$1,200"),
        ("1.5萬蚊", "HK$15,000"),
        ("three hundred and fifty dollars", "HK$350"),
        ("百分之十", "10%"),
        ("八五折", "85折"),
        ("3月15日", "15 Mar"),
        ("三月十五號", "15th March"),
        ("2026年3月15日", "2026-03-15"),
        ("15/3", "March 15"),
        ("聽日", "tomorrow"),
        ("下晝三點半", "15:30"),
        ("晚上8點", "8pm"),
        ("12:30", "12.30pm"),
        ("三個工作天", "3 working days"),
        ("兩日", "two days"),
        ("sf-123", "SF-123"),
        ("+852 9123 4567", "+85291234567"),
    ],
)
def test_the_same_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert set(hard(one)) == set(hard(other)) != set()


@pytest.mark.parametrize(
    "words", ["一齊睇下", "一定", "四川", "十分好", "九龍", "一陣", "千祈", "萬一", "one of them"]
)
def test_words_with_a_numeral_in_them_are_no_numbers(words: str) -> None:
    assert not any(char.isdigit() for char in plain(words))


@pytest.mark.parametrize(
    ("draft", "facts", "found"),
    [
        ("HK$500", "HK$600", ["amount:500 HKD"]),
        ("3 pieces for HK$3", "3 pieces", ["amount:3 HKD"]),
        ("We refund you", "We do not refund you", ["commitment:refund"]),
        ("唔可以退款", "唔可以退款", []),
        ("可以退款", "唔可以退款", ["commitment:refund"]),
        ("It was delivered", "It was shipped", ["status:delivered"]),
        ("see a.example.com", "see b.example.com", ["url:a.example.com"]),
    ],
)
def test_unsupported_names_what_was_added(draft: str, facts: str, found: list[str]) -> None:
    assert unsupported(draft, facts) == found


def test_missing_names_what_was_lost() -> None:
    assert missing("Order A1", "Order A1, HK$5, on 15 Mar, see www.example.com") == [
        "amount:5 HKD",
        "date:3-15",
        "url:www.example.com",
    ]
    assert missing("3月15日", "3月15日（星期日）") == []
    assert missing("10:00–20:00", "星期一 10:00–20:00") == ["weekday:1"]


def test_a_condition_stays_with_what_it_belongs_to() -> None:
    facts = "A1001 should arrive on 15 Mar. A1002 arrived on 2 Mar."
    assert bared("A1001 arrives on 15 Mar.", facts) == ["limit:estimate"]
    assert bared("A1002 arrived on 2 Mar.", facts) == []

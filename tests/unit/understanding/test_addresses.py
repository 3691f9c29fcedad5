"""New delivery addresses, taken out of what customers write around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.addresses import address

GIVEN: list[tuple[str, str]] = [
    ("唔該改送去觀塘巧明街100號16樓", "觀塘巧明街100號16樓"),
    ("改寄旺角彌敦道700號12樓B室唔該晒", "旺角彌敦道700號12樓B室"),
    (
        "地址改成九龍灣宏開道8號其士商業中心10樓1002室,順便refund返個煲",
        "九龍灣宏開道8號其士商業中心10樓1002室",
    ),
    ("改送 Kwun Tong 巧明街 100 號 16 樓 得唔得呀", "Kwun Tong 巧明街 100 號 16 樓"),
    (
        "send it to Flat 12B, Tower 3, View Garden, 8 Tai Koo Road, Quarry Bay instead, thanks",
        "Flat 12B, Tower 3, View Garden, 8 Tai Koo Road, Quarry Bay",
    ),
    (
        "change the delivery address to 15 Hoi Yuen Road, Kwun Tong and also tell me when",
        "15 Hoi Yuen Road, Kwun Tong",
    ),
    (
        "Change the address of HB-70012 to Room 1203, Wing On House, 71 Des Voeux Road Central pls",
        "Room 1203, Wing On House, 71 Des Voeux Road Central",
    ),
    ("我搬咗去沙田第一城3座15樓C室", "沙田第一城3座15樓C室"),
    ("地址:新界屯門屯門公路8號屯門市廣場2期", "新界屯門屯門公路8號屯門市廣場2期"),
    (
        "请把收货地址改为广东省深圳市南山区科技园路5号3栋1502室,谢谢",
        "广东省深圳市南山区科技园路5号3栋1502室",
    ),
    ("新地址係將軍澳寶琳邨寶仁樓1205室，電話91234567", "將軍澳寶琳邨寶仁樓1205室"),
    (
        "送去 Unit 5, 9/F, Block B, Hang Wai Ind Centre, 6 Kin Tai St, Tuen Mun, thx",
        "Unit 5, 9/F, Block B, Hang Wai Ind Centre, 6 Kin Tai St, Tuen Mun",
    ),
    ("觀塘巧明街100號16樓", "觀塘巧明街100號16樓"),
    ("Flat A, 5/F, 20 Nathan Road, Tsim Sha Tsui", "Flat A, 5/F, 20 Nathan Road, Tsim Sha Tsui"),
    ("唔好送去舊地址，改送荃灣沙咀道52A號皇廷廣場1208室", "荃灣沙咀道52A號皇廷廣場1208室"),
    ("deliver to 3 Garden Road, Central, Hong Kong would you", "3 Garden Road, Central, Hong Kong"),
    ("我想改送貨地址去大埔安慈路3號翠屏花園A座8樓C室得嗎", "大埔安慈路3號翠屏花園A座8樓C室"),
    ("麻煩改送到中環德輔道中19號環球大廈22樓 另外想開發票", "中環德輔道中19號環球大廈22樓"),
    (
        "把地址換成上海市浦東新區世紀大道100號環球金融中心20樓",
        "上海市浦東新區世紀大道100號環球金融中心20樓",
    ),
    ("張單改寄去太古城道18號太古城中心3座地下", "太古城道18號太古城中心3座地下"),
    ("地址改為旺角西洋菜街1號2樓，發票寄去abc@x.com", "旺角西洋菜街1號2樓"),
    ("send the parcel to 88 Queensway. Also refund the kettle", "88 Queensway"),
    ("改去屋企：北角英皇道500號5樓D室", "北角英皇道500號5樓D室"),
    (
        "could you redirect order 7001 to Shop 5, G/F, Fortune Plaza, 4 On Chee Rd, Tai Po?",
        "Shop 5, G/F, Fortune Plaza, 4 On Chee Rd, Tai Po",
    ),
    ("麻煩送去元朗教育路1號千色匯二期9樓903室 唔該", "元朗教育路1號千色匯二期9樓903室"),
    (
        "改收件地址\n九龍紅磡德豐街22號\n海濱廣場二座1201室",
        "九龍紅磡德豐街22號\n海濱廣場二座1201室",
    ),
    ("The new address is 7A Kimberley Road TST please", "7A Kimberley Road TST"),
    ("地址改成荔枝角長裕街11號定豐中心19樓05室先啦", "荔枝角長裕街11號定豐中心19樓05室"),
    (
        "send it to flat 12b tower 3 harbour view garden quarry bay instead please",
        "flat 12b tower 3 harbour view garden quarry bay",
    ),
    ("改寄去 九龍塘 窩打老道 七十七號 三樓", "九龍塘 窩打老道 七十七號 三樓"),
    ("送到海富苑海欣阁1203室行吗", "海富苑海欣阁1203室"),
    (
        "呢 即係改送去 黃竹坑 業發街 6號 益年工業大廈 11字樓 B室 吖",
        "黃竹坑 業發街 6號 益年工業大廈 11字樓 B室",
    ),
    (
        "唔係送去旺角花園街3號，係送去紅磡馬頭圍道37號紅磡商業中心A座9樓",
        "紅磡馬頭圍道37號紅磡商業中心A座9樓",
    ),
    ("改地址啦，青衣長安邨安江樓2110", "青衣長安邨安江樓2110"),
    (
        "麻烦改寄到浙江省杭州市西湖区文三路90号东部软件园2号楼501，张先生收",
        "浙江省杭州市西湖区文三路90号东部软件园2号楼501",
    ),
    (
        "ship to: Unit 1001, Tower 1, Lippo Centre, 89 Queensway, Admiralty",
        "Unit 1001, Tower 1, Lippo Centre, 89 Queensway, Admiralty",
    ),
    ("寄錯咗去旺角彌敦道1號，應該寄去尖沙咀彌敦道100號8樓", "尖沙咀彌敦道100號8樓"),
    (
        "Pls deliver everything to 2/F, 33 Wing Lok St, Sheung Wan. Thanks!",
        "2/F, 33 Wing Lok St, Sheung Wan",
    ),
    ("可以改成送到公司嗎？觀塘鴻圖道57號南洋廣場18樓", "觀塘鴻圖道57號南洋廣場18樓"),
    (
        "my new flat is at Flat 3A, 10 Robinson Road, Mid-Levels",
        "Flat 3A, 10 Robinson Road, Mid-Levels",
    ),
    ("改去「葵涌葵昌路51號九龍貿易中心2座15樓」唔該", "葵涌葵昌路51號九龍貿易中心2座15樓"),
    (
        "send it to my office at 18/F, One Island East, 18 Westlands Road, Quarry Bay by Friday",
        "18/F, One Island East, 18 Westlands Road, Quarry Bay",
    ),
    ("新屋企喺天水圍嘉湖山莊樂湖居5座12樓F室，送去嗰度", "天水圍嘉湖山莊樂湖居5座12樓F室"),
    ("送去香港仔田灣邨田康樓1512室得唔得呀？同埋幾時到", "香港仔田灣邨田康樓1512室"),
    (
        "change delivery to No. 8 Wang Kwong Road, Kowloon Bay, 3rd floor, thank you very much",
        "No. 8 Wang Kwong Road, Kowloon Bay, 3rd floor",
    ),
    ("要改去長沙灣青山道538號半島大廈6樓603", "長沙灣青山道538號半島大廈6樓603"),
    ("唔該幫手改地址：西貢清水灣道12號地下", "西貢清水灣道12號地下"),
    ("唔好意思，送貨地址填錯咗，應該係藍田啟田道71號藍田匯豐閣8C", "藍田啟田道71號藍田匯豐閣8C"),
    (
        "can u deliver to 7/F Prosperity Millennia Plaza, 663 King's Road, North Point instead?",
        "7/F Prosperity Millennia Plaza, 663 King's Road, North Point",
    ),
    (
        "pls change my address, I've moved to Block 5, Flat 22A, Laguna City, Kwun Tong",
        "Block 5, Flat 22A, Laguna City, Kwun Tong",
    ),
    ("新的地址是香港九龍油麻地上海街200號3樓A室", "香港九龍油麻地上海街200號3樓A室"),
    (
        "我搬家了，请寄到北京市朝阳区建国路88号SOHO现代城A座1503",
        "北京市朝阳区建国路88号SOHO现代城A座1503",
    ),
    (
        "我想將份嘢改為送去我公司 中環皇后大道中99號中環中心30樓3001室 可以嗎",
        "中環皇后大道中99號中環中心30樓3001室",
    ),
    ("改派去小西灣富景花園第5座18樓H，唔該", "小西灣富景花園第5座18樓H"),
    ("Deliver to 25 Lan Kwai Fong, Central please", "25 Lan Kwai Fong, Central"),
    ("改送屋企 荃灣荃景圍20號荃威花園G座10樓A", "荃灣荃景圍20號荃威花園G座10樓A"),
    (
        "我個單改送去公司，地址：葵芳興芳路223號新都會廣場2座28樓",
        "葵芳興芳路223號新都會廣場2座28樓",
    ),
    (
        "My address is 3/F, 12 Hillwood Road, TST. Please cancel the kettle.",
        "3/F, 12 Hillwood Road, TST",
    ),
    (
        "送去大角咀海輝道11號奧海城3座25樓F單位，另外張發票改抬頭",
        "大角咀海輝道11號奧海城3座25樓F單位",
    ),
    ("改送去順豐站852FE 葵涌和宜合道109號", "順豐站852FE 葵涌和宜合道109號"),
]
NOT_GIVEN = [
    "送到旺角",
    "改地址",
    "我想改收貨地址",
    "可唔可以改地址?",
    "hi can i change my address?",
    "改送去公司",
    "改做ABC有限公司",
    "send it to my wife instead",
    "send it to kelly@gmail.com",
    "幾時送到觀塘?",
    "check in 20 check out 22 twin room",
    "我要訂雙床房3號到5號",
    "巧明街嗰張單",
    "喺觀塘分店有冇貨",
    "你哋旺角店地址喺邊",
    "where is your shop? is it at 20 Nathan Road",
    "我想問下送貨去離島要幾錢",
    "delivery to Lamma Island possible?",
    "change to 20 Dec, 2 nights",
    "改成二十號",
    "address is wrong",
    "發票抬頭改成大埔道中學有限公司",
    "改為Sun Hing Road Co Ltd",
]


@pytest.mark.parametrize(("text", "expected"), GIVEN)
def test_an_address_is_taken_whole(text: str, expected: str) -> None:
    assert expected == address(text)


@pytest.mark.parametrize("text", NOT_GIVEN)
def test_no_address_is_made_up(text: str) -> None:
    assert address(text) is None


@given(st.text(max_size=200))
def test_an_address_is_made_of_the_message(text: str) -> None:
    found = address(text)
    assert found is None or found in text


@given(st.sampled_from(["唔該", " please", "，多謝晒", ", thanks!", "得唔得呀", " instead"]))
def test_what_follows_is_not_part_of_it(tail: str) -> None:
    assert address("改送去觀塘巧明街100號16樓" + tail) == "觀塘巧明街100號16樓"

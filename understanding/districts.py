"""Names of places in Hong Kong, in Chinese and English, and of cities that parcels go to."""

from __future__ import annotations

from understanding.normalise import fold

_PAIRS = """
中環 central|上環 sheung wan|西環 sai wan|西營盤 sai ying pun|堅尼地城 kennedy town|
金鐘 admiralty|灣仔 wan chai|銅鑼灣 causeway bay|跑馬地 happy valley|大坑 tai hang|
天后 tin hau|炮台山 fortress hill|北角 north point|鰂魚涌 quarry bay|太古 tai koo|
西灣河 sai wan ho|筲箕灣 shau kei wan|柴灣 chai wan|小西灣 siu sai wan|香港仔 aberdeen|
鴨脷洲 ap lei chau|黃竹坑 wong chuk hang|薄扶林 pok fu lam|赤柱 stanley|半山 mid-levels|
尖沙咀 tsim sha tsui|佐敦 jordan|油麻地 yau ma tei|旺角 mong kok|太子 prince edward|
深水埗 sham shui po|長沙灣 cheung sha wan|荔枝角 lai chi kok|美孚 mei foo|
石硤尾 shek kip mei|九龍塘 kowloon tong|何文田 ho man tin|紅磡 hung hom|黃埔 whampoa|
土瓜灣 to kwa wan|啟德 kai tak|九龍城 kowloon city|鑽石山 diamond hill|黃大仙 wong tai sin|
樂富 lok fu|慈雲山 tsz wan shan|彩虹 choi hung|新蒲崗 san po kong|九龍灣 kowloon bay|
牛頭角 ngau tau kok|觀塘 kwun tong|藍田 lam tin|油塘 yau tong|秀茂坪 sau mau ping|
將軍澳 tseung kwan o|坑口 hang hau|寶琳 po lam|調景嶺 tiu keng leng|康城 lohas park|
西貢 sai kung|沙田 sha tin|大圍 tai wai|火炭 fo tan|石門 shek mun|馬鞍山 ma on shan|
大埔 tai po|太和 tai wo|粉嶺 fanling|上水 sheung shui|元朗 yuen long|天水圍 tin shui wai|
洪水橋 hung shui kiu|屯門 tuen mun|荃灣 tsuen wan|葵涌 kwai chung|葵芳 kwai fong|
葵興 kwai hing|青衣 tsing yi|東涌 tung chung|愉景灣 discovery bay|長洲 cheung chau|
梅窩 mui wo|大嶼山 lantau|馬灣 ma wan|坪洲 peng chau|南丫島 lamma|奧運 olympic|
九龍站 kowloon station|大角咀 tai kok tsui|香港島 hong kong island|九龍 kowloon|
新界 new territories|澳門 macau|北京 beijing|上海 shanghai|廣州 guangzhou|深圳 shenzhen|
東莞 dongguan|珠海 zhuhai|佛山 foshan|杭州 hangzhou|南京 nanjing|成都 chengdu|台北 taipei
"""
PAIRS = tuple(
    (fold(chinese), english)
    for chinese, _, english in (
        pair.strip().partition(" ") for pair in _PAIRS.replace("\n", "").split("|")
    )
)
CHINESE = tuple(sorted((chinese for chinese, _ in PAIRS), key=len, reverse=True))
# Words that begin a sentence as often as they name a place need more around them.
ENGLISH = tuple(
    sorted((english for _, english in PAIRS if english != "central"), key=len, reverse=True)
)

"""Place names that an address in Hong Kong, Macau or the mainland is built around."""

from __future__ import annotations

import re

from domain.script import simplify

_CHINESE = """
    中國 香港島 香港 港島 九龍 新界 離島 澳門 氹仔 中環 上環 西環 西營盤 堅尼地城 金鐘 灣仔
    銅鑼灣 天后 大坑 跑馬地 北角 炮台山 鰂魚涌 太古 西灣河 筲箕灣 柴灣 小西灣 杏花邨 薄扶林
    香港仔 鴨脷洲 黃竹坑 數碼港 赤柱 淺水灣 半山 山頂 尖沙咀 尖東 佐敦 油麻地 旺角 太子 大角咀
    深水埗 長沙灣 荔枝角 美孚 石硤尾 九龍塘 樂富 黃大仙 鑽石山 新蒲崗 慈雲山 彩虹 牛池灣 九龍灣
    九龍城 土瓜灣 紅磡 何文田 啟德 觀塘 牛頭角 藍田 油塘 秀茂坪 將軍澳 坑口 寶琳 調景嶺 康城
    西貢 清水灣 沙田 大圍 火炭 馬鞍山 大埔 太和 粉嶺 上水 元朗 天水圍 屯門 荃灣 葵涌 葵芳 葵興
    青衣 東涌 大嶼山 愉景灣 長洲 南丫島 坪洲 馬灣 深井 錦田 洪水橋 流浮山 落馬洲 中西區 東區
    南區 灣仔區 油尖旺區 深水埗區 九龍城區 黃大仙區 觀塘區 葵青區 荃灣區 屯門區 元朗區 北區
    大埔區 沙田區 西貢區 離島區 北京市 上海市 廣州市 深圳市 東莞市 佛山市 珠海市 中山市 惠州市
    廈門市 杭州市 南京市 成都市 北京 上海 廣州 深圳 東莞 佛山 珠海 廣東省 福建省 浙江省 江蘇省
    四川省 湖南省 湖北省 廣西 福田區 南山區 羅湖區 寶安區 龍崗區 天河區 越秀區 海珠區 番禺區
    朝陽區 海淀區 浦東新區 徐匯區 黃浦區 靜安區 香洲區 禪城區 南海區 荔灣區 白雲區
"""
_ENGLISH = """
    hong_kong kowloon new_territories n.t. kln sheung_wan central admiralty wan_chai wanchai
    causeway_bay tin_hau north_point quarry_bay tai_koo_shing taikoo_shing tai_koo taikoo
    sai_wan_ho shau_kei_wan chai_wan sai_ying_pun kennedy_town happy_valley aberdeen
    wong_chuk_hang stanley repulse_bay mid-levels tsim_sha_tsui tst jordan yau_ma_tei mong_kok
    mongkok prince_edward tai_kok_tsui sham_shui_po cheung_sha_wan lai_chi_kok mei_foo_sun_chuen
    mei_foo shek_kip_mei kowloon_tong lok_fu wong_tai_sin diamond_hill san_po_kong kowloon_bay
    kowloon_city to_kwa_wan hung_hom ho_man_tin kai_tak kwun_tong ngau_tau_kok lam_tin yau_tong
    tseung_kwan_o tko hang_hau po_lam lohas_park sai_kung sha_tin shatin tai_wai fo_tan
    ma_on_shan tai_po fanling sheung_shui yuen_long tin_shui_wai tuen_mun tsuen_wan kwai_chung
    kwai_fong kwai_hing tsing_yi tung_chung lantau discovery_bay cheung_chau lamma_island macau
    taipa shenzhen guangzhou beijing shanghai london hk h.k.
"""


def _any_of(words: str) -> str:
    longest_first = sorted(words.split(), key=len, reverse=True)
    return "|".join(re.escape(word).replace("_", " ?") for word in longest_first)


CHINESE_PLACE = simplify(_any_of(_CHINESE))
ENGLISH_PLACE = rf"(?<![a-z])(?:{_any_of(_ENGLISH)})(?: (?:east|west))?(?![a-z])"

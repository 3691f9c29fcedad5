"""Names the units that are counted, and how many of the smallest one each word stands for."""

from __future__ import annotations

UNITS: dict[str, tuple[str, float]] = {}  # word → what is counted, and the factor


def _unit(name: str, factor: float, words: str) -> None:
    for word in words.split():
        UNITS[word] = name, factor


_HOURS_A_MONTH = 730.0
_unit("money", 1, "元 蚊 块 港元 港币 圆 dollars dollar hkd 文")
_unit("percent", 1, "% percent")
_unit("period", 1 / 60, "分钟 minutes minute mins min")
_unit("period", 1, "小时 个小时 个钟头 个钟 钟头 hours hour hrs hr")
_unit("period", 24, "日 天 days day")
_unit("period", 168, "星期 个星期 周 礼拜 个礼拜 weeks week")
_unit("period", _HOURS_A_MONTH, "个月 月 months month")
_unit("period", 12 * _HOURS_A_MONTH, "年 years year")
_unit("working days", 1, "工作天 个工作天 工作日 个工作日")
_unit("nights", 1, "晚 nights night")
_unit("weight", 1000, "公斤 千克 kg kilos kilograms")
_unit("weight", 1, "克 g grams gram")
_unit("weight", 453.6, "磅 lb lbs pounds")
_unit("volume", 1000, "公升 升 l litre litres liter liters")
_unit("volume", 1, "毫升 ml")
_unit("length", 10, "厘米 公分 cm")
_unit("length", 1, "毫米 mm")
_unit("length", 1000, "米 公尺 m metres metre")
_unit("temperature", 1, "度 °c ℃")
_unit("data", 1000, "gb")
_unit("data", 1, "mb")
_unit("power", 1, "瓦 w watts")
_unit("age", 1, "岁")
_unit("points", 1, "分 points point")
_unit("pieces", 1, "件 pieces piece items item 个 份 张 款 只 套 盒 包")
_unit("people", 1, "人 位 名 guests people persons adults")
_unit("times", 1, "次 times")

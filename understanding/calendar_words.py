"""The words for days, weekdays, months and holidays in the languages of Hong Kong."""

from __future__ import annotations

from understanding.normalise import both_scripts

_RELATIVE = {
    r"大大後[日天]": 4,
    r"大後[日天]|3 days from today": 3,
    r"(?<![大以今然之先最])後[日天晚](?![天])|day after (?:tomorrow|tmr|tmrw)": 2,
    r"聽[日晚朝]早?|听晚|(?<!文)明[日天晚早晨](?!天)|翌日|\b(?:tomorrow|tmr|tmrw|tomoro|tmw|"
    r"2moro|tomm?or?row)\b": 1,
    r"今[日天晚早朝晨]|即日|\b(?:today|tonight|2day|2nite|this (?:evening|afternoon|morning))\b": 0,
    r"(?:尋|琴|噚|昨)[日天晚]|\b(?:yesterday|last night)\b": -1,
    r"大前[日天]": -3,
    r"(?<![大以之])前[日天晚](?![天])|day before yesterday": -2,
}
RELATIVE = {both_scripts(pattern): days for pattern, days in _RELATIVE.items()}

WEEKDAY_ZH = {char: index for index, char in enumerate("一二三四五六日")}
WEEKDAY_ZH |= {"天": 6} | {str(number): number - 1 for number in range(1, 8)}
WEEKDAY_EN = {
    name: index for index, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
}

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NUMBER = {name: index for index, name in enumerate(_MONTHS, start=1)}
MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)

# Name, month, day. Christmas alone is a tree, a card or a greeting as often as a day.
_HOLIDAYS = (
    (r"平安夜|christmas eve|xmas eve", 12, 24),
    (r"聖誕(?:節(?!快樂)|日|當[日天])|(?<!merry )(?:christmas|xmas) day", 12, 25),
    (r"boxing day|拆禮物日", 12, 26),
    (r"除夕夜|new year'?s eve", 12, 31),
    (r"元旦|new year'?s day", 1, 1),
    (r"情人節(?!快樂)|valentine'?s day", 2, 14),
)
HOLIDAYS = tuple((both_scripts(name), month, day) for name, month, day in _HOLIDAYS)

"""English words a shop hears, and the words in capitals that prove no language."""

from __future__ import annotations

_SHOP_WORDS = """
    order orders refund cancel invoice delivery deliver ship shipping shipped check book booking
    room meeting size color colour change exchange return track tracking payment pay paid price
    quote quotation discount promo stock item items product products service appointment account
    password login address phone email mail receipt bill membership member points warranty
    repair confirm update status date time today tomorrow urgent asap please thanks thank sorry
    help manager complain complaint staff agent open close office branch store shop pick pickup
    send call reply message box deposit contract sign form download upload website system error
    balance card credit cash transfer bank free gift new old wrong missing late early problem
    issue question model brand spec cable adapter charger screen battery case can you my the is
    are was not have has had need want where what when how why which will would could should do
    does did i we it this that in on at for to of and or with from by out off again already
"""
SHOP_WORDS = frozenset(_SHOP_WORDS.split())
_FUNCTION_WORDS = """
    the a an is are was were be been my your our their his her its i you we they it this that to
    of for in on at with from by and or but not do does did can could would will should have has
    had what where when how why which who me us them please there if so any no yes just
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
# Greetings, sizes, units and names: seen inside every language, proof of none.
_NEUTRAL_WORDS = """
    hi hello hey ok okay okok thx ty bye lol haha hahaha pls plz yes no yeah yup um er ah hmm xs
    s m l xl xxl xxxl xxs kg g mg cm mm km ml oz lb gb tb mb hz w v mah inch ft am pm pcs pc hkd
    usd rmb cny hk us uk vip id no tel fax app web wifi usb hdmi led lcd lte sim pdf faq qr
    iphone ipad macbook imac airpods android samsung galaxy huawei xiaomi sony dell lenovo hp
    asus whatsapp wechat payme alipay fps octopus visa mastercard amex paypal applepay apple
    google facebook fb instagram ig youtube tiktok line signal telegram dingtalk zoom taobao
    hktvmall sf ups dhl fedex gogovan lalamove bluetooth windows microsoft excel word ktv cd dvd
    tv pos nightdesk switch lego nike adidas uniqlo ikea muji logitech bosch dyson panasonic com
    www http https x z
"""
NEUTRAL_WORDS = frozenset(_NEUTRAL_WORDS.split())

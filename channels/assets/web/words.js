// What the page says in each language. A customer's own words and the replies are never here.

export const LANGUAGES = { yue: "廣東話", "zh-Hant": "繁體中文", "zh-Hans": "简体中文", en: "English" };

// What a screen reader and the fonts know these languages by.
export const TAGS = { yue: "zh-HK", "zh-Hant": "zh-TW", "zh-Hans": "zh-CN", en: "en" };

export const SPOKEN = { yue: "廣東話", "zh-Hant": "國語", "zh-Hans": "普通话", en: "English" };

export const CHIPS = [
  ["yue", "唔該幫我查下張單去到邊"],
  ["en", "Quote me 30 kettles"],
  ["zh-Hans", "我想改发票抬头"],
  ["yue", "Cancel 咗最新張單"],
  ["zh-Hant", "請問幾天內可以退貨？"],
  ["yue", "想睇下個錢包仲有幾多錢"],
];

export const CHOICES = {
  yue: ["確認", "唔好住"],
  "zh-Hant": ["確認", "先不要"],
  "zh-Hans": ["确认", "先不要"],
  en: ["Yes", "Not now"],
};

export const SAY = {
  yue: {
    subtitle: "AI 客服 · 日日夜夜都喺度",
    youAre: "你扮緊（示範登入）",
    language: "語言",
    signin: "示範登入：真正用嘅時候，會由渠道（例如 WhatsApp）核實係邊個寫嚟，唔使揀。",
    fresh: "開新對話",
    conversation: "對話",
    welcome: "有咩可以幫到你？",
    can: "查單、改地址、報價、退換貨、訂房都得。廣東話、國語、英文，撈埋一齊講都明。",
    try: "試下咁問",
    message: "訊息",
    placeholder: "打低你想講嘅嘢…",
    send: "傳送",
    invented: "呢度啲人同訂單全部都係虛構，唔好打真嘅個人資料。",
    you: "你",
    desk: "客服",
    colleague: "同事",
    failed: "未送到，內容仲喺度。",
    retry: "再試",
    refused: "呢個訊息太長，分開幾次傳送啦。",
    stale: "呢個掣已經用唔到喇。",
    expired: "之前嗰個對話完咗，已經開咗個新嘅。",
    unreachable: "連唔到伺服器，轉頭會再試。",
    sources: "資料嚟自",
    asks: "你嘅答覆",
    code: "示範唔會真係發短訊：驗證碼喺 playbook/demo/world.yaml，accounts 下面嘅 otp_fixture。",
    typing: "打緊字",
  },
  "zh-Hant": {
    subtitle: "AI 客服 · 全天候為您服務",
    youAre: "您的身分（示範登入）",
    language: "語言",
    signin: "示範登入：實際使用時，由聊天渠道（例如 WhatsApp）核實是誰在寫，不需要選擇。",
    fresh: "開始新對話",
    conversation: "對話",
    welcome: "有什麼可以幫您？",
    can: "查訂單、改地址、報價、退換貨、訂房都可以。國語、廣東話、英文，混著說也行。",
    try: "可以這樣問",
    message: "訊息",
    placeholder: "輸入訊息…",
    send: "傳送",
    invented: "這裡的人物和訂單都是虛構的，請不要輸入真實的個人資料。",
    you: "您",
    desk: "客服",
    colleague: "同事",
    failed: "還沒送出，內容已保留。",
    retry: "重試",
    refused: "這則訊息太長，請分幾次傳送。",
    stale: "這個按鈕已經失效。",
    expired: "之前的對話已經結束，已為您開始新的對話。",
    unreachable: "連不上伺服器，稍後會再試。",
    sources: "資料來源",
    asks: "您的回覆",
    code: "示範不會真的發送簡訊：驗證碼在 playbook/demo/world.yaml，accounts 下的 otp_fixture。",
    typing: "正在輸入",
  },
  "zh-Hans": {
    subtitle: "AI 客服 · 全天候为您服务",
    youAre: "您的身份（演示登录）",
    language: "语言",
    signin: "演示登录：实际使用时，由聊天渠道（例如 WhatsApp）核实是谁在写，不需要选择。",
    fresh: "开始新对话",
    conversation: "对话",
    welcome: "有什么可以帮您？",
    can: "查订单、改地址、报价、退换货、订房都可以。普通话、广东话、英文，混着说也行。",
    try: "可以这样问",
    message: "消息",
    placeholder: "输入消息…",
    send: "发送",
    invented: "这里的人物和订单都是虚构的，请不要输入真实的个人信息。",
    you: "您",
    desk: "客服",
    colleague: "同事",
    failed: "还没发出，内容已保留。",
    retry: "重试",
    refused: "这条消息太长，请分几次发送。",
    stale: "这个按钮已经失效。",
    expired: "之前的对话已经结束，已为您开始新的对话。",
    unreachable: "连不上服务器，稍后会再试。",
    sources: "资料来源",
    asks: "您的回复",
    code: "演示不会真的发送短信：验证码在 playbook/demo/world.yaml，accounts 下的 otp_fixture。",
    typing: "正在输入",
  },
  en: {
    subtitle: "AI assistant · here day and night",
    youAre: "You are (demo sign-in)",
    language: "Language",
    signin: "Demo sign-in: in real use the channel (WhatsApp, say) verifies who is writing, and nobody picks.",
    fresh: "New conversation",
    conversation: "Conversation",
    welcome: "How can we help?",
    can: "Orders, addresses, quotes, returns, rooms. Write Cantonese, Mandarin, English, or a mix of them.",
    try: "Try asking",
    message: "Message",
    placeholder: "Write a message…",
    send: "Send",
    invented: "Everyone here and every order is invented. Please enter no real personal data.",
    you: "You",
    desk: "Assistant",
    colleague: "Colleague",
    failed: "Not sent; kept here.",
    retry: "Try again",
    refused: "This message is too long. Please send it in parts.",
    stale: "This button no longer works.",
    expired: "The earlier conversation has ended; a new one was started.",
    unreachable: "The server can't be reached; trying again shortly.",
    sources: "Sources",
    asks: "Your answer",
    code: "The demo sends no text message: the code is in playbook/demo/world.yaml, otp_fixture under accounts.",
    typing: "Typing",
  },
};

// What is being done while the customer waits: Cantonese, Traditional, Simplified, English.
const STEPS = {
  book_room: ["訂緊房", "正在訂房", "正在订房", "Booking the room"],
  cancel_booking: ["搵緊個訂房", "正在查看訂房", "正在查看订房", "Looking at the booking"],
  cancel_order: ["睇緊張單取消唔取消到", "正在看訂單能否取消", "正在看订单能否取消", "Seeing if the order can be cancelled"],
  change_address: ["睇緊送貨地址", "正在查看送貨地址", "正在查看收货地址", "Looking at the delivery address"],
  change_booking: ["睇緊個訂房改唔改到", "正在看訂房能否更改", "正在看订房能否更改", "Seeing if the booking can move"],
  chase_delivery: ["幫你追緊貨", "正在催送貨", "正在催货", "Chasing the delivery"],
  check_balance: ["查緊餘額", "正在查詢餘額", "正在查询余额", "Checking the balance"],
  check_stock: ["查緊有冇貨", "正在查庫存", "正在查库存", "Checking stock"],
  edit_invoice: ["睇緊張發票", "正在查看發票", "正在查看发票", "Looking at the invoice"],
  exchange_item: ["睇緊換貨", "正在查看換貨", "正在查看换货", "Looking at the exchange"],
  find_order: ["查緊張單", "正在查訂單", "正在查订单", "Looking up the order"],
  find_refund: ["查緊退款", "正在查退款", "正在查退款", "Looking up the refund"],
  find_rooms: ["睇緊有冇房", "正在查空房", "正在查空房", "Looking for free rooms"],
  quote_price: ["計緊價錢", "正在計算報價", "正在计算报价", "Working out the price"],
  refund_order: ["睇緊退款", "正在查看退款", "正在查看退款", "Looking at the refund"],
  reissue_invoice: ["搵緊張發票", "正在找發票", "正在找发票", "Finding the invoice"],
  remove_item: ["睇緊張單", "正在查看訂單", "正在查看订单", "Looking at the order"],
  return_order: ["睇緊退貨", "正在查看退貨", "正在查看退货", "Looking at the return"],
  search_knowledge: ["搵緊資料", "正在查資料", "正在查资料", "Looking it up"],
  show_tutorial: ["搵緊教學", "正在找教學", "正在找教程", "Finding the tutorial"],
  track_parcel: ["查緊件貨去到邊", "正在查包裹", "正在查包裹", "Tracking the parcel"],
};
const WORKING = ["處理緊", "正在處理", "正在处理", "Working on it"];

export function stepWords(tool, language) {
  const words = Object.hasOwn(STEPS, tool) ? STEPS[tool] : WORKING;
  return `${words[Math.max(0, Object.keys(LANGUAGES).indexOf(language))]}…`;
}

// The page's language for a browser's: zh-HK is Cantonese, zh-TW Traditional, other zh Simplified.
export function fromBrowser(tags) {
  for (const tag of tags) {
    const low = tag.toLowerCase();
    if (/^yue|^zh\b.*-(hk|mo)\b/.test(low)) return "yue";
    if (/^zh\b.*(hant|-tw\b)/.test(low)) return "zh-Hant";
    if (/^zh\b/.test(low)) return "zh-Hans";
    if (/^en\b/.test(low)) return "en";
  }
  return "en";
}

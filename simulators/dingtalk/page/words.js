// What the page says, in English and in Traditional Chinese.

const EN = {
  simulator: "DingTalk simulator",
  notReal: "Nothing here is DingTalk; everybody is invented.",
  trouble: "Faults",
  troubleAbout: "What the platform does wrong. Each fault happens once.",
  next: "The next time",
  heal: "Take all faults back",
  choose: "Choose who you are, and write to the bot.",
  as: "As",
  kind: "Send",
  mention: "@bot",
  send: "Send",
  text: "Text",
  picture: "Picture",
  audio: "Voice (its transcript)",
  file: "File (its name)",
  write: "Message",
  people: "You are",
  groups: "Groups",
  robot: "Bot",
  reply: "Quote",
  one: "one-to-one with the bot",
  members: "members",
  connected: "bot connected",
  alone: "no bot connected",
  late: "The bot did not answer the press in time.",
  nobodyThere: "No bot is connected, so nobody got it.",
  refused: "The simulator refused it.",
  done: "Done.",
  outside: "external",
};

const ZH = {
  simulator: "釘釘模擬器",
  notReal: "呢度唔係真嘅釘釘，所有人物都係虛構。",
  trouble: "故障",
  troubleAbout: "平台出錯嘅情況，每項發生一次。",
  next: "下一次",
  heal: "取消全部故障",
  choose: "揀你係邊個，然後寫俾機械人。",
  as: "身份",
  kind: "傳送",
  mention: "@機械人",
  send: "傳送",
  text: "文字",
  picture: "圖片",
  audio: "語音（轉寫）",
  file: "檔案（名稱）",
  write: "訊息",
  people: "你係",
  groups: "群組",
  robot: "機械人",
  reply: "引用",
  one: "同機械人單獨對話",
  members: "位成員",
  connected: "機械人已連線",
  alone: "未有機械人連線",
  late: "機械人未有及時回應按鈕。",
  nobodyThere: "未有機械人連線，冇人收到。",
  refused: "模擬器拒絕咗。",
  done: "完成。",
  outside: "外部",
};

export const zh = navigator.language.toLowerCase().startsWith("zh");
export const words = zh ? ZH : EN;

/** What can go wrong: how it is called, and what is asked of the simulator. */
export const AT_ONCE = [
  ["half-open", "Half-open socket", "半開連線"],
  ["disconnect", "Disconnect", "要求斷線"],
  ["expire-webhooks", "Expire reply addresses", "回覆地址過期"],
  ["revoke-token", "Revoke the access token", "令牌失效"],
];

const CARDS = "/v1.0/card/instances/createAndDeliver";
export const FAULTS = [
  [{ kind: "drop", where: "push" }, "Drop a message", "遺失訊息"],
  [{ kind: "delay", where: "push" }, "Delay a message 3 s", "訊息遲 3 秒"],
  [{ kind: "duplicate", where: "push" }, "Deliver twice", "訊息送兩次"],
  [{ kind: "reorder", where: "push" }, "Reorder two messages", "兩則訊息調轉"],
  [{ kind: "stale_ticket", where: "open" }, "Stale ticket", "過期票據"],
  [{ kind: "qps", where: "*" }, "Rate limit (403 QpsLimit)", "頻率限制（403）"],
  [{ kind: "stall", where: "*" }, "Stall 3 s", "停頓 3 秒"],
  [{ kind: "gateway_timeout", where: "*" }, "504", "504"],
  [{ kind: "html", where: "*" }, "HTML instead of JSON", "回 HTML 而非 JSON"],
  [{ kind: "error_after", where: "*" }, "500 after it worked", "成功之後回 500"],
  [{ kind: "reset_after", where: "*" }, "Cut after it worked", "成功之後斷線"],
  [{ kind: "undelivered", where: "undelivered" }, "Card not delivered", "卡片送唔到"],
  [{ kind: "error_after", where: CARDS }, "500 after a card", "卡片成功之後回 500"],
];

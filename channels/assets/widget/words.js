// What the widget itself says, in the language of the page. Replies come in the customer's own language.

const SAY = {
  "zh-Hant": {
    title: "客戶服務",
    subtitle: "AI 客服 · 全天候為您服務",
    open: "開啟對話",
    close: "關閉對話",
    unread: "則未讀訊息",
    log: "對話內容",
    greeting: "您好！有什麼可以幫您？廣東話、國語、英文都可以。",
    placeholder: "輸入訊息…",
    send: "傳送",
    you: "您",
    desk: "客服",
    typing: "正在輸入",
    answers: "您的答覆",
    connecting: "正在連線…",
    offline: "暫時連不上。您的訊息會保留，連線後自動送出。",
    waiting: "未送出，連線後自動送出",
    refused: "無法送出",
    expired: "登入已過期，請重新載入頁面。",
    unavailable: "對話暫時無法使用。",
  },
  "zh-Hans": {
    title: "客户服务",
    subtitle: "AI 客服 · 全天候为您服务",
    open: "打开对话",
    close: "关闭对话",
    unread: "条未读消息",
    log: "对话内容",
    greeting: "您好！有什么可以帮您？普通话、广东话、英文都可以。",
    placeholder: "输入消息…",
    send: "发送",
    you: "您",
    desk: "客服",
    typing: "正在输入",
    answers: "您的答复",
    connecting: "正在连接…",
    offline: "暂时连不上。您的消息会保留，连接后自动发出。",
    waiting: "未发出，连接后自动发出",
    refused: "无法发送",
    expired: "登录已过期，请重新加载页面。",
    unavailable: "对话暂时无法使用。",
  },
  en: {
    title: "Customer service",
    subtitle: "AI assistant · here day and night",
    open: "Open chat",
    close: "Close chat",
    unread: "unread",
    log: "Conversation",
    greeting: "Hello! How can we help? Write in English, Cantonese or Mandarin.",
    placeholder: "Write a message…",
    send: "Send",
    you: "You",
    desk: "Assistant",
    typing: "Typing",
    answers: "Your answer",
    connecting: "Connecting…",
    offline: "No connection just now. Your messages are kept and will be sent.",
    waiting: "Not sent yet; goes out when connected",
    refused: "Could not be sent",
    expired: "Your sign-in has expired. Please reload the page.",
    unavailable: "The chat is not available just now.",
  },
};

/** Our language for a language tag: zh-CN and bare zh are simplified, other Chinese is traditional. */
export function spoken(tag) {
  const low = tag.toLowerCase();
  if (/^(zh-(.*-)?hans|zh-(cn|sg|my)|cmn-hans|zh$)/.test(low)) return "zh-Hans";
  return /^(zh|yue|cmn)\b/.test(low) ? "zh-Hant" : "en";
}

export const words = (language) => SAY[language];

// The panel of what goes wrong on demand, and what each of it does.

import { made } from "./messages.js";
import { zh } from "./words.js";

const at = (path) => ["POST", path, {}];
const next = (kind, where, more) => ["POST", "faults", { kind, where, ...more }];
const MESSAGES = "push";
const CALLS = "*";
const CARDS = "/v1.0/card/instances/createAndDeliver";
const WEBHOOK = "/robot/sendBySession";

/** What is asked of the simulator, how it is called and what it does: in English, then in Chinese. */
const NOW = [
  [at("half-open"), "Half-open socket", "The line looks alive, answers no ping and delivers nothing.",
    "半開連線", "連線看似正常，但不回應 ping，也收不到任何訊息。"],
  [at("disconnect"), "Disconnect", "The platform asks the desk to leave, as it does every few hours.",
    "要求斷線", "平台要求客服台斷線，平常每隔幾小時一次。"],
  [at("expire-webhooks"), "Expired reply address", "Addresses given out so far answer 300001.",
    "回覆地址過期", "已發出的回覆地址一律回 300001。"],
  [at("revoke-token"), "Revoked token", "The access token is refused from now on.",
    "令牌失效", "存取令牌即時失效。"],
];
const NEXT = [
  [next("drop", MESSAGES), "Lost message", "The next message is lost, and comes again a minute later.",
    "遺失訊息", "下一則訊息遺失，一分鐘後再送。"],
  [next("duplicate", MESSAGES), "Duplicate message", "The next message arrives twice.",
    "重複訊息", "下一則訊息送達兩次。"],
  [next("reorder", MESSAGES), "Swapped messages", "The next message arrives after the one behind it.",
    "次序調轉", "下一則訊息在其後一則之後才送達。"],
  [next("delay", MESSAGES), "Late message", "The next message arrives three seconds late.",
    "延遲訊息", "下一則訊息遲三秒送達。"],
  [next("qps", CALLS), "403 QpsLimit", "The next call of the desk is one too many in a second.",
    "403 QpsLimit", "客服台下一個呼叫超出每秒上限。"],
  [next("error_after", WEBHOOK), "500 after effect: reply", "The next reply arrives, and is answered by an error.",
    "生效後回 500：回覆", "下一則回覆已送達，平台卻回報錯誤。"],
  [next("error_after", CARDS), "500 after effect: card", "The next card arrives, and is answered by an error.",
    "生效後回 500：卡片", "下一張卡片已送達，平台卻回報錯誤。"],
  [next("reset_after", CALLS), "Cut after effect", "The next call works, and the connection breaks in the answer.",
    "生效後斷線", "下一個呼叫已生效，回應途中斷線。"],
  [next("gateway_timeout", CALLS), "504", "The next call times out inside the platform.",
    "504", "下一個呼叫在平台內部逾時。"],
  [next("html", CALLS), "HTML instead of JSON", "The next call is answered by a web page.",
    "回 HTML 而非 JSON", "下一個呼叫收到網頁。"],
  [next("stall", CALLS), "Stalled call", "The next call takes three seconds longer.",
    "呼叫停頓", "下一個呼叫停頓三秒。"],
  [next("undelivered", "undelivered"), "Undelivered card", "The next card is accepted and shown to nobody.",
    "卡片送不到", "下一張卡片被接受，卻沒有人看到。"],
  [next("stale_ticket", "open"), "Stale ticket", "The next connection is refused for its ticket.",
    "過期票據", "下一次連線因票據過期被拒。"],
];

/** Fill the panel; `ask` asks the simulator, and `told` hears whether it did it. */
export function faults(ask, told) {
  const listed = ([asked, name, does, ownName, ownDoes]) => {
    const [method, path, body] = asked;
    const button = made("button", "", zh ? ownName : name);
    button.type = "button";
    button.onclick = () => ask(path, body, method).then(() => told(true), () => told(false));
    return made("li", "", button, made("span", "", zh ? ownDoes : does));
  };
  document.getElementById("at-once").replaceChildren(...NOW.map(listed));
  document.getElementById("next").replaceChildren(...NEXT.map(listed));
  document.getElementById("heal").onclick = () =>
    ask("faults", undefined, "DELETE").then(() => told(true), () => told(false));
}

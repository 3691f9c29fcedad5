// One message as DOM nodes: a bubble, or a card with its buttons.

import { markdown } from "./markdown.js";
import { words } from "./words.js";

const PREVIEW = 40;
const SENT = new Set(["picture", "audio", "video", "file"]);
const TYPING = { 1: "…", 2: "▍" };
const FAILED = "5";

export function made(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** Two characters for a face: of a Chinese person's name the last ones, of any other the first ones. */
export function initials(name, group = false) {
  const han = name.match(/\p{Script=Han}/gu);
  if (han) return (group ? han.slice(0, 2) : han.slice(-2)).join("");
  return name.trim().split(/\s+/).map((one) => [...one][0]).slice(0, 2).join("");
}

/** The beginning of what was said, in one line and without marks. */
export function preview(text) {
  return [...text.replace(/[*#>`\u200b]/g, "").replace(/\s+/g, " ")].slice(0, PREVIEW).join("");
}

export const wordsOf = (one) => (one.card ? (one.card.values.content ?? "") : (one.text ?? ""));

/** A list item. `chat` tells who `me` is, the `nameOf` people, and what `quote` and `press` do. */
export function message(one, chat) {
  const robot = one.who === "robot";
  const name = robot ? words.robot : (one.name ?? one.who);
  const avatar = made("span", robot ? "avatar robot" : "avatar", robot ? "AI" : initials(name));
  avatar.setAttribute("aria-hidden", "true");
  const bubble = one.card ? card(one.card, chat.press) : said(one, chat.nameOf);
  if (one.reactions?.length) bubble.append(made("p", "reactions", one.reactions.join(" ")));
  const quote = made("button", "reply", words.reply);
  quote.type = "button";
  quote.onclick = () => chat.quote(preview(wordsOf(one)));
  const meta = made("p", "meta", made("span", "", name), when(one.time), quote);
  return made("li", one.who === chat.me ? "mine" : "theirs", avatar, made("div", "", meta, bubble));
}

function when(time) {
  const at = new Date(time * 1000);
  const shown = made("time", "", at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  shown.dateTime = at.toISOString();
  return shown;
}

function said(one, nameOf) {
  const bubble = made("div", `bubble ${one.form}`);
  bubble.dir = "auto";
  if (one.quoted) bubble.append(made("blockquote", "before", one.quoted));
  if (one.form === "ding") bubble.append(made("strong", "loud", "⚡ DING"));
  if (one.form === "work") bubble.append(made("strong", "loud", words.work));
  if (SENT.has(one.form)) bubble.append(made("p", "meta", words[one.form]));
  const text = mentioning(one, nameOf);
  if (/markdown|actioncard/i.test(one.form)) bubble.append(markdown(text));
  else bubble.append(made("p", "plain", text));
  return bubble;
}

/** The text with the names of those it mentions: markdown says itself where, plain text does not. */
function mentioning(one, nameOf) {
  let text = one.text ?? "";
  for (const user of Array.isArray(one.at) ? one.at : []) {
    const name = `@${nameOf(user)}`;
    if (text.includes(`@${user}`)) text = text.replaceAll(`@${user}`, name);
    else if (one.form === "text") text = `${name} ${text}`;
  }
  return text;
}

function card(found, press) {
  const { title = "", content = "", flowStatus = "", state: stands = "" } = found.values;
  const body = made("div", "body", markdown(content, { card: true }));
  if (TYPING[flowStatus]) {
    const last = body.lastElementChild;
    (last?.tagName === "P" ? last : body).append(made("span", "typing", TYPING[flowStatus]));
  }
  if (flowStatus === FAILED) body.append(made("p", "failed", words.failed));
  const shown = made("div", "card");
  // A title made of the first words is for the list of chats; above the same words it would only repeat them.
  const said = content.replace(/[*#>`\u200b]/g, "").trimStart();
  const repeated = said.startsWith(title) || title.startsWith(said);
  if (!repeated) shown.append(made("h2", "", title));
  shown.append(body);
  const buttons = listed(found.values.buttons);
  if (!buttons.length) return shown;
  const over = stands !== "" && stands !== "open";
  if (over) shown.append(made("p", "over", words.over));
  else shown.append(made("div", "buttons", ...buttons.map((one) => pressable(found, one, press))));
  return shown;
}

function listed(text) {
  try {
    const found = JSON.parse(text || "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one?.value === "string") : [];
  } catch {
    return [];
  }
}

function pressable(found, one, press) {
  const button = made("button", "", String(one.label ?? one.value));
  button.type = "button";
  button.disabled = !found.takes_clicks;
  button.onclick = () => {
    for (const other of button.parentElement.children) other.disabled = true;
    press(found.id, one.value);
  };
  return button;
}

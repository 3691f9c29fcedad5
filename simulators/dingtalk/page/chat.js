// The chats as people would see them: what the simulator shows, drawn again whenever its journal grows.

import { markdown } from "./markdown.js";
import { AT_ONCE, FAULTS, words, zh } from "./words.js";

const $ = (id) => document.getElementById(id);
const PREVIEW = 40;
const SOON = 60; // milliseconds; a card that is typed changes more often than a screen
const state = { chats: [], people: new Map(), open: "", quoted: "", drawn: "", waiting: 0 };

async function ask(path, body, method = body === undefined ? "GET" : "POST") {
  const sent = body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const answer = await fetch(`simulator/${path}`, { method, ...sent });
  const found = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found?.detail), { status: answer.status });
  return found;
}

function made(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => ($("toast").hidden = true), 4000);
}

const chatNow = () => state.chats.find((one) => one.conversation === state.open);

/** Two characters for a face: of a name in Latin letters its first ones, of a Chinese name its last ones. */
function initials(name) {
  const parts = name.trim().split(/\s+/);
  if (/^[\p{Script=Latin}\s.'-]+$/u.test(name)) return parts.map((one) => one[0]).slice(0, 2).join("");
  return [...parts.join("")].slice(-2).join("");
}

// ---- the list on the left ----

function drawChats() {
  const row = (chat) => {
    const label = made("span", "name", chat.title);
    const last = made("span", "last", chat.last ?? "");
    const avatar = made("span", chat.group ? "avatar group" : "avatar", initials(chat.title));
    const button = made("button", "row", avatar, made("span", "two", label, last));
    button.type = "button";
    if (chat.unread) button.append(made("span", "unread", String(chat.unread)));
    if (chat.conversation === state.open) button.setAttribute("aria-current", "true");
    button.onclick = () => openChat(chat.conversation);
    return button;
  };
  const part = (title, chats) => (chats.length ? [made("h2", "", title), ...chats.map(row)] : []);
  $("chats").replaceChildren(
    ...part(words.people, state.chats.filter((one) => !one.group)),
    ...part(words.groups, state.chats.filter((one) => one.group)),
  );
}

async function openChat(conversation) {
  state.open = conversation;
  state.drawn = "";
  const chat = chatNow();
  chat.unread = 0;
  document.body.classList.add("chatting");
  $("chat").hidden = false;
  $("nobody").hidden = true;
  $("title").textContent = chat.group ? chat.title : `${words.robot} ⇄ ${chat.title}`;
  $("about").textContent = chat.group ? `${chat.members.length} ${words.members}` : words.one;
  $("as").replaceChildren(...chat.members.map((one) => new Option(state.people.get(one) ?? one, one)));
  $("as-label").hidden = $("mention-label").hidden = !chat.group;
  unquote();
  history.replaceState(null, "", `#${encodeURIComponent(conversation)}`);
  drawChats();
  await drawChat(true);
}

// ---- what was said ----

async function drawChat(toTheEnd = false) {
  const conversation = state.open;
  const { shown } = await ask(`chats/${encodeURIComponent(conversation)}`);
  const now = JSON.stringify(shown);
  if (conversation !== state.open || now === state.drawn) return;
  state.drawn = now;
  const list = $("said");
  const low = toTheEnd || list.scrollHeight - list.scrollTop - list.clientHeight < 120;
  const focused = document.activeElement?.dataset?.key;
  list.replaceChildren(...shown.map(drawMessage));
  if (focused) list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  if (low) list.scrollTop = list.scrollHeight;
  const last = shown.at(-1);
  if (last) chatNow().last = preview(last);
  drawChats();
}

function preview(one) {
  const text = one.card ? (one.card.values.content ?? "") : (one.text ?? "");
  return [...text.replace(/[*#>`\u200b]/g, "").replace(/\s+/g, " ")].slice(0, PREVIEW).join("");
}

function drawMessage(one) {
  const robot = one.who === "robot";
  const name = robot ? words.robot : (one.name ?? one.who);
  const avatar = made("span", robot ? "avatar robot" : "avatar", robot ? "AI" : initials(name));
  const bubble = one.card ? drawCard(one.card) : drawBubble(one);
  const meta = made("p", "meta", name);
  if (one.reactions?.length) bubble.append(made("p", "reactions", one.reactions.join(" ")));
  const when = one.time ?? (typeof one.at === "number" ? one.at : 0);
  if (when) meta.append(made("time", "", new Date(when * 1000).toLocaleTimeString()));
  const quote = made("button", "reply", words.reply);
  quote.type = "button";
  quote.onclick = () => quoteThis(preview(one));
  const item = made("li", robot ? "theirs" : "mine", avatar, made("div", "", meta, bubble, quote));
  return item;
}

function drawBubble(one) {
  const bubble = made("div", `bubble ${one.form}`);
  bubble.dir = "auto";
  if (one.quoted) bubble.append(made("blockquote", "before", one.quoted));
  if (one.form === "ding" || one.form === "work") bubble.append(made("strong", "loud", one.form === "ding" ? "DING" : words.work));
  if (/markdown|actioncard/i.test(one.form)) bubble.append(markdown(one.text ?? ""));
  else bubble.append(made("p", "plain", one.text ?? ""));
  if (SENT.has(one.form)) bubble.prepend(made("p", "meta", words[one.form]));
  return bubble;
}

const SENT = new Set(["picture", "audio", "file"]);
const SPINNING = { 1: "…", 2: "▍" };

function drawCard(card) {
  const { title = "", content = "", flowStatus = "", state: stands = "" } = card.values;
  const body = made("div", "body", markdown(content, { card: true }));
  if (SPINNING[flowStatus]) body.append(made("span", "typing", SPINNING[flowStatus]));
  if (flowStatus === "5") body.append(made("p", "failed", words.failed));
  const shown = made("div", "card", made("h2", "", title || words.robot), body);
  const buttons = readButtons(card.values.buttons);
  if (buttons.length) {
    const over = stands !== "" && stands !== "open";
    shown.append(made("div", "buttons", ...buttons.map((one) => drawButton(card, one, over))));
  }
  return shown;
}

function readButtons(text) {
  try {
    const found = JSON.parse(text || "[]");
    return Array.isArray(found) ? found.filter((one) => one && typeof one.value === "string") : [];
  } catch {
    return [];
  }
}

function drawButton(card, one, over) {
  const button = made("button", "", String(one.label ?? one.value));
  button.type = "button";
  button.disabled = over || !card.takes_clicks;
  button.dataset.key = `${card.id} ${one.value}`;
  button.onclick = () => press(card.id, one.value, button);
  return button;
}

async function press(card, value, button) {
  button.disabled = true;
  try {
    const user = $("as").value;
    const found = await ask("clicks", { card, user, action: value, params: { value } });
    if (!found.answered) toast(words.late);
  } catch {
    toast(words.refused);
  }
  state.drawn = "";
  await drawChat();
}

// ---- writing ----

function quoteThis(text) {
  state.quoted = text;
  $("quoted").textContent = text;
  $("quote").hidden = false;
  $("text").focus();
}

function unquote() {
  state.quoted = "";
  $("quote").hidden = true;
}

async function write(event) {
  event.preventDefault();
  const text = $("text").value.trim();
  const chat = chatNow();
  if (!chat || (!text && $("kind").value === "text")) return;
  const said = { user: $("as").value, text, kind: $("kind").value, quoted: state.quoted };
  if (chat.group) said.conversation = chat.conversation;
  if (chat.group && !$("mention").checked) said.mention = false;
  if (said.kind === "file") said.file_name = text || "file.pdf";
  try {
    await ask("messages", said);
    $("text").value = "";
    unquote();
  } catch (error) {
    toast(error.status === 503 ? words.nobodyThere : words.refused);
  }
  await drawChat(true);
}

// ---- faults ----

function drawTrouble() {
  const choice = (label, work) => {
    const button = made("button", "", label);
    button.type = "button";
    button.onclick = () => work().then(() => toast(words.done), () => toast(words.refused));
    return button;
  };
  const named = (en, own) => (zh ? own : en);
  $("at-once").replaceChildren(
    ...AT_ONCE.map(([path, en, own]) => choice(named(en, own), () => ask(path, {}))),
  );
  $("faults").replaceChildren(
    ...FAULTS.map(([fault, en, own]) => choice(named(en, own), () => ask("faults", fault))),
  );
  $("heal").onclick = () => ask("faults", undefined, "DELETE").then(() => toast(words.done));
}

// ---- what happens meanwhile ----

function listen() {
  const source = new EventSource("simulator/events");
  source.onmessage = ({ data }) => happened(JSON.parse(data));
  source.onopen = () => refresh();
}

function happened(entry) {
  if (entry.kind === "connected" || entry.kind === "disconnected") showLine(entry.sockets);
  const chat = state.chats.find((one) => one.conversation === entry.conversation);
  const chats = entry.users || entry.kind === "click";
  if (chat && chat.conversation !== state.open && entry.kind === "send") {
    chat.unread = (chat.unread ?? 0) + 1;
    chat.last = [...(entry.text ?? "")].slice(0, PREVIEW).join("");
    drawChats();
  }
  if ((chat?.conversation === state.open || chats) && state.open && !state.waiting) {
    state.waiting = setTimeout(() => {
      state.waiting = 0;
      drawChat();
    }, SOON);
  }
}

function showLine(sockets) {
  $("line").textContent = sockets ? words.connected : words.alone;
  $("line").classList.toggle("up", sockets > 0);
}

async function refresh() {
  const { sockets } = await (await fetch("health")).json();
  showLine(sockets);
  if (state.open) await drawChat();
}

async function start() {
  document.documentElement.lang = zh ? "zh-HK" : "en";
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = words[one.dataset.word];
  document.title = words.simulator;
  $("text").placeholder = words.write;
  $("text").setAttribute("aria-label", words.write);
  $("kind").replaceChildren(
    ...["text", "picture", "audio", "file"].map((one) => new Option(words[one], one)),
  );
  $("write").onsubmit = write;
  $("text").onkeydown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) write(event);
  };
  $("unquote").onclick = unquote;
  $("back").onclick = () => {
    document.body.classList.remove("chatting");
    $("chats").querySelector("[aria-current]")?.focus();
  };
  $("trouble-open").onclick = () => {
    $("trouble").hidden = !$("trouble").hidden;
    $("trouble-open").setAttribute("aria-expanded", String(!$("trouble").hidden));
  };
  drawTrouble();
  state.chats = await ask("chats");
  for (const one of state.chats) if (!one.group) state.people.set(one.members[0], one.title);
  drawChats();
  const named = decodeURIComponent(location.hash.slice(1));
  if (state.chats.some((one) => one.conversation === named)) await openChat(named);
  listen();
}

await start();

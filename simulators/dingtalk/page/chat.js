// The chats as people would see them: what the simulator shows, drawn again whenever its journal grows.

import { faults } from "./faults.js";
import { initials, made, message, preview, wordsOf } from "./messages.js";
import { words, zh } from "./words.js";

const $ = (id) => document.getElementById(id);
const SOON = 60; // milliseconds; a card that is typed changes more often than a screen
const NEAR = 120; // pixels from the end of a chat at which it follows what is said
const state = { chats: [], people: new Map(), cards: new Set(), open: "", quoted: "", waiting: 0 };

async function ask(path, body, method = body === undefined ? "GET" : "POST") {
  const sent = body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const answer = await fetch(`simulator/${path}`, { method, ...sent });
  const found = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found?.detail), { status: answer.status });
  return found;
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => ($("toast").hidden = true), 4000);
}

const chatNow = () => state.chats.find((one) => one.conversation === state.open);
const nameOf = (user) => state.people.get(user) ?? user;

// ---- the list on the left ----

function drawChats() {
  const part = (title, belongs) => {
    const chats = state.chats.filter(belongs);
    return chats.length ? [made("h2", "", title), ...chats.map(row)] : [];
  };
  const focused = document.activeElement?.dataset?.chat;
  $("chats").replaceChildren(
    ...part(words.people, (one) => !one.group && !one.staff),
    ...part(words.staff, (one) => !one.group && one.staff),
    ...part(words.groups, (one) => one.group),
  );
  if (focused) $("chats").querySelector(`[data-chat="${CSS.escape(focused)}"]`)?.focus();
}

function row(chat) {
  const avatar = made("span", chat.group ? "avatar group" : "avatar", initials(chat.title, chat.group));
  avatar.setAttribute("aria-hidden", "true");
  const two = made("span", "two", made("span", "name", chat.title), made("span", "last", chat.last ?? ""));
  const button = made("button", "row", avatar, two);
  button.type = "button";
  button.dataset.chat = chat.conversation;
  if (chat.unread) button.append(made("span", "unread", String(chat.unread)));
  if (chat.conversation === state.open) button.setAttribute("aria-current", "true");
  button.onclick = () => openChat(chat.conversation);
  return button;
}

async function openChat(conversation) {
  state.open = conversation;
  const chat = chatNow();
  chat.unread = 0;
  document.body.classList.add("chatting");
  $("chat").hidden = false;
  $("nobody").hidden = true;
  $("title").textContent = chat.group ? chat.title : `${words.robot} ⇄ ${chat.title}`;
  $("about").textContent = chat.group ? `${chat.members.length} ${words.members}` : words.one;
  $("as").replaceChildren(...chat.members.map((one) => new Option(nameOf(one), one)));
  $("as-label").hidden = $("mention-label").hidden = !chat.group;
  unquote();
  history.replaceState(null, "", `#${encodeURIComponent(conversation)}`);
  drawChats();
  $("said").replaceChildren();
  await drawChat(true);
}

// ---- what was said ----

async function drawChat(toTheEnd = false) {
  const conversation = state.open;
  const { shown } = await ask(`chats/${encodeURIComponent(conversation)}`);
  if (conversation !== state.open) return;
  const list = $("said");
  const low = toTheEnd || list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
  const chat = { me: $("as").value, nameOf, quote, press };
  shown.forEach((one, number) => place(list, number, one, chat));
  while (list.children.length > shown.length) list.lastChild.remove();
  if (low) list.scrollTop = list.scrollHeight;
  const last = shown.at(-1);
  if (!last) return;
  chatNow().last = preview(wordsOf(last));
  drawChats();
}

/** Draw what changed and nothing else, for the sake of the focus, a selection, and who listens. */
function place(list, number, one, chat) {
  const now = JSON.stringify([one, chat.me]);
  const there = list.children[number];
  if (there?.drawn === now) return;
  const item = Object.assign(message(one, chat), { drawn: now });
  if (there) there.replaceWith(item);
  else list.append(item);
}

async function press(card, value) {
  try {
    const found = await ask("clicks", { card, user: $("as").value, action: value, params: { value } });
    if (!found.answered) toast(words.late);
    else if (!Object.keys(found.answer?.response ?? {}).length) toast(words.notTaken);
  } catch {
    toast(words.refused);
  }
  for (const one of $("said").children) delete one.drawn; // the buttons live again, if nothing changed
  await drawChat();
}

// ---- writing ----

function quote(text) {
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
  if (chat.group) Object.assign(said, { conversation: chat.conversation, mention: $("mention").checked });
  if (said.kind === "file") said.file_name = text || "file.pdf";
  try {
    $("text").value = "";
    unquote();
    await ask("messages", said);
  } catch (error) {
    toast(error.status === 503 ? words.nobodyThere : words.refused);
  }
  await drawChat(true);
}

// ---- what happens meanwhile ----

function listen() {
  const source = new EventSource("simulator/events");
  source.onmessage = ({ data }) => happened(JSON.parse(data));
  source.onopen = refresh;
  source.onerror = () => showLine(0, words.stopped);
}

function happened(entry) {
  if (entry.kind === "connected" || entry.kind === "disconnected") showHealth();
  const told = state.chats.filter((chat) => concerns(entry, chat));
  for (const chat of told.filter((one) => one.conversation !== state.open)) notice(chat, entry);
  if (told.some((one) => one.conversation === state.open)) drawSoon();
}

/** An entry names its conversation; what the office sends names the people instead. */
function concerns(entry, chat) {
  if (entry.conversation) return entry.conversation === chat.conversation;
  const users = Array.isArray(entry.users) ? entry.users : (entry.users ?? "").split(",");
  return !chat.group && users.includes(chat.members[0]);
}

function notice(chat, entry) {
  const known = entry.card && state.cards.has(entry.card);
  if (entry.card) state.cards.add(entry.card);
  if (!["send", "card", "ding", "work"].includes(entry.kind)) return;
  if (!known) chat.unread = (chat.unread ?? 0) + 1;
  chat.last = preview(entry.text ?? "");
  drawChats();
}

function drawSoon() {
  if (state.waiting) return;
  state.waiting = setTimeout(() => {
    state.waiting = 0;
    drawChat();
  }, SOON);
}

function showLine(sockets, text = sockets ? words.connected : words.alone) {
  $("line").textContent = text;
  $("line").classList.toggle("up", sockets > 0);
  $("alone").hidden = sockets > 0;
}

async function showHealth() {
  const { sockets } = await (await fetch("health")).json();
  showLine(sockets);
}

async function refresh() {
  await showHealth();
  if (state.open) await drawChat();
}

// ---- the start ----

function label() {
  document.documentElement.lang = zh ? "zh-Hant" : "en";
  document.title = words.simulator;
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = words[one.dataset.word];
  for (const one of document.querySelectorAll("[data-label]"))
    one.setAttribute("aria-label", words[one.dataset.label]);
  $("text").placeholder = words.write;
  $("kind").replaceChildren(
    ...["text", "picture", "audio", "video", "file"].map((one) => new Option(words[one], one)),
  );
}

function showTrouble(open) {
  $("trouble").hidden = !open;
  $("trouble-open").setAttribute("aria-expanded", String(open));
}

function wire() {
  $("write").onsubmit = write;
  $("text").onkeydown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) write(event);
  };
  $("as").onchange = () => drawChat();
  $("unquote").onclick = unquote;
  $("back").onclick = () => {
    document.body.classList.remove("chatting");
    $("chats").querySelector("[aria-current]")?.focus();
  };
  $("trouble-open").onclick = () => showTrouble($("trouble").hidden);
  document.onkeydown = (event) => {
    if (event.key === "Escape") showTrouble(false);
  };
  faults(ask, (worked) => {
    toast(worked ? words.done : words.refused);
    showHealth();
  });
}

async function start() {
  label();
  wire();
  state.chats = await ask("chats");
  for (const one of state.chats) if (!one.group) state.people.set(one.members[0], one.title);
  drawChats();
  const named = decodeURIComponent(location.hash.slice(1));
  if (state.chats.some((one) => one.conversation === named)) await openChat(named);
  listen();
}

await start();

// The chat: what was said is kept in this tab, and what could not be sent is sent again under the same id.

import { watch } from "./later.js";
import * as view from "./view.js";
import * as wire from "./wire.js";
import { CHIPS, LANGUAGES, SAY, SPOKEN, TAGS, fromBrowser } from "./words.js";

const KEPT = 200; // messages kept in the tab
const PAUSE = 5_000;
const field = document.getElementById("text");
const send = document.getElementById("send");
const customer = document.getElementById("customer");
const tongue = document.getElementById("language");

let page = fromBrowser(navigator.languages);
let talk = { customer: null, session: null, seq: 0, log: [], draft: "" };
let busy = false;
let lookNow = () => {};
const nodes = new Map(); // the customer's messages on the page, by id

function remembered(store, key) {
  try {
    return JSON.parse(store().getItem(key));
  } catch {
    return null; // storage may be forbidden or spoilt; the chat works without it
  }
}

function remember(store, key, value) {
  try {
    store().setItem(key, JSON.stringify(value));
  } catch {
    // full or forbidden: what was said stays on the page
  }
}

const tab = () => window.sessionStorage;
const device = () => window.localStorage;
const save = () => remember(tab, "talk", { ...talk, log: talk.log.slice(-KEPT) });

/** The language the last reply was written in, or the page's. */
function spoken() {
  return talk.log.findLast((one) => one.language in LANGUAGES)?.language ?? page;
}

/** An id by which the server knows a message that comes twice. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Over plain http from another device, browsers withhold randomUUID.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function submit(text, click) {
  const message = { who: "me", id: newId(), text, click, state: "waiting" };
  view.settle();
  talk.log.push(message);
  nodes.set(message.id, view.mine(message, page, retry));
  retry();
}

function mark(message, state) {
  message.state = state;
  const node = nodes.get(message.id);
  if (node) view.status(node, message, page, retry);
  save();
}

/** Everything that did not go out waits again, in the order in which it was written. */
function retry() {
  for (const one of talk.log) if (one.state === "failed") mark(one, "waiting");
  save();
  pump();
}

async function pump() {
  if (busy) return;
  busy = true;
  const during = talk;
  for (;;) {
    const message = during.log.find((one) => one.state === "waiting");
    if (!message || !(await deliver(during, message))) break;
  }
  busy = false;
  lookNow();
  // A conversation begun meanwhile has its own messages waiting.
  if (during !== talk) pump();
}

async function deliver(during, message, again = false) {
  const reply = view.pending(spoken());
  try {
    during.session ??= await wire.open(during.customer);
    const done = await wire.say(during.session, message, reply);
    if (during === talk) answered(message, done);
    return during === talk;
  } catch (error) {
    if (during !== talk) return false;
    if (error instanceof wire.Unknown && !again) {
      view.notice(SAY[page].expired);
      during.session = null;
      during.seq = 0;
      return deliver(during, message, true);
    }
    mark(message, error instanceof wire.Refused ? "refused" : "failed");
    return error instanceof wire.Refused;
  } finally {
    reply.remove();
  }
}

function answered(message, done) {
  mark(message, "sent");
  const { reply: text, id, awaiting, sources, language } = done;
  // With a colleague in the conversation there is no reply: theirs comes when it is written.
  if (text && !shown(id)) theirs({ who: "desk", id, text, awaiting, sources, language });
}

const shown = (id) => Boolean(id) && talk.log.some((one) => one.who === "desk" && one.id === id);

function theirs(reply) {
  talk.log.push(reply);
  save();
  const waits = talk.log.some((one) => one.state === "waiting");
  view.theirs(reply, page, waits ? null : submit);
  view.tell(reply.text);
}

/** Show what was said meanwhile. What a turn under way says is shown by that turn, and looked at after it. */
async function look() {
  const during = talk;
  if (!during.session || busy) return;
  const told = await wire.since(during.session, during.seq ?? 0);
  if (during !== talk || busy) return;
  for (const { id, author, text, buttons } of told.messages) {
    if (author === "customer" || shown(id)) continue;
    theirs({ who: "desk", id, author, text, buttons, awaiting: [], sources: [] });
  }
  during.seq = told.next;
  save();
}

/** A new conversation; what is being typed stays. */
function fresh() {
  talk = { customer: customer.value, session: null, seq: 0, log: [], draft: field.value };
  nodes.clear();
  view.clear();
  save();
}

function restore(kept) {
  talk = kept;
  for (const one of talk.log) {
    const last = one === talk.log.at(-1);
    if (one.who === "desk") view.theirs(one, page, last ? submit : null);
    else nodes.set(one.id, view.mine(one, page, retry));
  }
  field.value = talk.draft;
  fit();
  pump();
}

function fit() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
  send.disabled = !field.value.trim();
}

function go() {
  const text = field.value.trim();
  if (!text || !talk.customer) return;
  field.value = "";
  talk.draft = "";
  fit();
  submit(text);
}

function option(one) {
  const tier = one.tier ? ` · ${one.tier[0].toUpperCase()}${one.tier.slice(1)}` : "";
  const label = `${one.name} · ${SPOKEN[one.language] ?? one.language}${tier}`;
  return view.make("option", { value: one.id, textContent: label });
}

function listen() {
  document.getElementById("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  field.addEventListener("keydown", (event) => {
    // While an input method is composing, Enter picks a character (keyCode 229 is Safari's way to say so).
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    go();
  });
  field.addEventListener("input", () => {
    fit();
    talk.draft = field.value;
    save();
  });
  document.getElementById("fresh").addEventListener("click", fresh);
  customer.addEventListener("change", fresh);
  tongue.addEventListener("change", () => {
    page = tongue.value;
    remember(device, "language", page);
    view.speak(page);
  });
  window.addEventListener("online", retry);
}

async function meet() {
  try {
    customer.replaceChildren(...(await wire.customers()).map(option));
  } catch {
    view.tell(SAY[page].unreachable);
    setTimeout(meet, PAUSE);
    return;
  }
  const kept = remembered(tab, "talk");
  const known = [...customer.options].some((one) => one.value === kept?.customer);
  if (known) {
    customer.value = kept.customer;
    restore(kept);
  } else {
    fresh();
  }
}

const chosen = remembered(device, "language");
if (chosen in LANGUAGES) page = chosen;
tongue.append(...Object.entries(LANGUAGES).map(([value, textContent]) => view.make("option", { value, textContent, lang: TAGS[value] })));
tongue.value = page;
document.getElementById("chips").append(
  ...CHIPS.map(([language, textContent]) => {
    const onclick = () => talk.customer && submit(textContent);
    return view.make("li", {}, view.make("button", { type: "button", textContent, lang: TAGS[language], onclick }));
  }),
);
view.speak(page);
listen();
meet();
lookNow = watch(look);

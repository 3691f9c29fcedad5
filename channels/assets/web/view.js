// What the customer sees. Whatever anybody wrote is put on the page as text, never as markup.

import { CHOICES, LANGUAGES, SAY, TAGS, stepWords } from "./words.js";

const log = document.getElementById("log");
const list = document.getElementById("messages");
const announce = document.getElementById("announce");
const LINK = /https?:\/\/[^\s<>"'`\u3000-\u303f\uff00-\uffef]+/g;
let following = false; // the end is in view, and stays in view when more is said

export function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** A text with its http and https links made clickable. */
export function linked(text) {
  const parts = document.createDocumentFragment();
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    const address = withoutPoint(found[0]);
    if (!URL.canParse(address)) continue;
    parts.append(text.slice(from, found.index));
    const link = { href: address, target: "_blank", rel: "noopener noreferrer", textContent: address };
    parts.append(make("a", link));
    from = found.index + address.length;
  }
  parts.append(text.slice(from));
  return parts;
}

/** An address without the punctuation of the sentence it ends. */
function withoutPoint(address) {
  const marks = address.includes("(") ? ".,;:!?]" : ".,;:!?])";
  let end = address.length;
  while (marks.includes(address[end - 1])) end -= 1;
  return address.slice(0, end);
}

/** Put every sentence of the page into a language. */
export function speak(language) {
  const words = SAY[language];
  const names = document.documentElement.dataset;
  document.documentElement.lang = TAGS[language];
  document.getElementById("name").textContent = language === "en" ? names.en : names.zh;
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = words[node.dataset.say];
  for (const node of document.querySelectorAll("[data-hint]")) node.placeholder = words[node.dataset.hint];
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", words[node.dataset.label]);
    if (node.tagName === "BUTTON") node.title = words[node.dataset.label];
  }
}

export function clear() {
  list.replaceChildren();
  document.getElementById("welcome").hidden = false;
  following = false;
  log.scrollTop = 0;
}

/** A message of the customer; `retry` is called when they press the button of one that failed. */
export function mine(message, language, retry) {
  document.getElementById("welcome").hidden = true;
  const words = SAY[language];
  const item = make("li", { className: "mine" });
  item.append(make("span", { className: "unseen", textContent: `${words.you}: ` }));
  item.append(make("div", { className: "bubble" }, linked(message.text)));
  list.append(item);
  status(item, message, language, retry);
  toEnd(true);
  return item;
}

/** Show whether a message went out. */
export function status(item, message, language, retry) {
  item.querySelector(".status")?.remove();
  if (message.state !== "failed" && message.state !== "refused") return;
  const said = SAY[language][message.state === "refused" && message.click ? "stale" : message.state];
  const line = make("p", { className: "status" }, said);
  if (message.state === "failed") {
    line.append(make("button", { type: "button", className: "retry", textContent: SAY[language].retry, onclick: retry }));
  }
  item.append(line);
  announce.textContent = said;
  toEnd(true);
}

/** The place where a reply will stand: dots, then what is being done, then the words as they come. */
export function pending(language) {
  const text = make("div", { className: "bubble", lang: TAGS[language] });
  const doing = make("span", { className: "doing" });
  const dots = make("span", { className: "dots" }, make("i"), make("i"), make("i"));
  dots.setAttribute("role", "img");
  dots.setAttribute("aria-label", SAY[language].typing);
  text.append(dots, doing);
  const item = make("li", { className: "theirs" }, text);
  list.append(item);
  toEnd(true);
  let begun = false;
  return {
    step(tool) {
      if (begun) return;
      doing.textContent = stepWords(tool, language);
      announce.textContent = doing.textContent;
      toEnd();
    },
    word(piece) {
      if (!begun) text.replaceChildren();
      begun = true;
      text.append(piece);
      toEnd();
    },
    remove() {
      item.remove();
      toEnd();
    },
  };
}

/** A reply with its sources, and what it waits for. */
export function theirs(reply, page, answer) {
  const language = reply.language in LANGUAGES ? reply.language : page;
  const colleague = reply.author === "staff";
  const item = make("li", { className: colleague ? "theirs colleague" : "theirs", lang: TAGS[language] });
  if (colleague) item.append(person(page));
  else item.append(make("span", { className: "unseen", textContent: `${SAY[page].desk}: ` }));
  item.append(make("div", { className: "bubble" }, linked(reply.text)));
  if (reply.sources.length) item.append(sources(reply.sources, language));
  if (answer) item.append(...asks(reply, language, answer));
  list.append(item);
  toEnd();
  return item;
}

export function notice(text) {
  list.append(make("li", { className: "notice", textContent: text }));
  announce.textContent = text;
  toEnd(true);
}

export function tell(text) {
  announce.textContent = text;
}

/** Take away the buttons of an answer that was given. */
export function settle() {
  for (const node of list.querySelectorAll(".asks")) {
    if (node.contains(document.activeElement)) log.focus({ preventScroll: true });
    node.remove();
  }
}

/** Says above a message that a person wrote it. */
function person(page) {
  const face = make("span", { className: "face" });
  face.setAttribute("aria-hidden", "true");
  return make("p", { className: "who", lang: TAGS[page] }, face, SAY[page].colleague);
}

function sources(titles, language) {
  const row = make("ul", { className: "sources" });
  row.setAttribute("aria-label", SAY[language].sources);
  row.append(...titles.map((title) => make("li", { textContent: title, title })));
  return row;
}

function asks(reply, language, answer) {
  const shown = [];
  if (reply.buttons?.length) {
    const press = ({ value, label }) => answer(label, { value, message_id: reply.id });
    shown.push(row("asks choices given", language, reply.buttons.map((one) => [one.label, () => press(one)])));
  } else if (reply.awaiting.includes("confirmation")) {
    shown.push(row("asks choices", language, CHOICES[language].map((words) => [words, () => answer(words)])));
  }
  if (reply.awaiting.includes("otp")) shown.push(make("p", { className: "asks hint", textContent: SAY[language].code }));
  return shown;
}

function row(className, language, choices) {
  const made = choices.map(([textContent, onclick]) => make("button", { type: "button", textContent, onclick }));
  const all = make("div", { className }, ...made);
  all.setAttribute("role", "group");
  all.setAttribute("aria-label", SAY[language].asks);
  return all;
}

function toEnd(always = false) {
  following ||= always;
  if (following) log.scrollTop = log.scrollHeight;
}

log.addEventListener("scroll", () => {
  following = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
});
new ResizeObserver(() => toEnd()).observe(log);

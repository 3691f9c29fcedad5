// What the visitor sees: a round button, and the panel that it opens, in a shadow of their own.

import { make, plain, rendered } from "./markdown.js";
import { stores } from "./store.js";
import { Talk } from "./talk.js";
import { spoken, words } from "./words.js";

const HIDDEN_FOR = 60_000; // a page that nobody looks at lets its connection go
const TYPES_FOR = 90_000;
const LONGEST = 10_000;
const CHAT = "M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z";
const CROSS = "M6 6l12 12M18 6L6 18";
const ARROW = "M5 12h14M13 6l6 6-6 6";

/** Put the widget on the page. */
export async function start(settings) {
  const language = spoken(settings.lang || document.documentElement.lang || navigator.language || "en");
  const style = new CSSStyleSheet();
  style.replaceSync(await (await fetch(new URL("widget.css", import.meta.url), { credentials: "omit" })).text());
  const panel = new Panel(settings, language, style);
  panel.begin();
  return panel;
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

class Panel {
  constructor(settings, language, style) {
    this.words = words(language);
    this.name = (language === "en" ? settings.en || settings.zh : settings.zh || settings.en) || this.words.title;
    this.stores = stores(settings.site);
    this.talk = new Talk(settings, this.stores, this);
    this.identified = Boolean(settings.identity);
    this.nodes = new Map(); // our messages on the page, by id
    this.unread = 0;
    this.behind = true; // what is told now was said before
    this.build(language, style);
    this.listen();
  }

  build(language, style) {
    const say = this.words;
    this.host = make("div", { id: "nightdesk-widget", lang: { "zh-Hant": "zh-HK", "zh-Hans": "zh-CN", en: "en" }[language] });
    const root = this.host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    this.badge = make("span", { className: "badge", hidden: true });
    this.launcher = make("button", { type: "button", className: "launcher" }, icon(CHAT), this.badge);
    this.launcher.setAttribute("aria-haspopup", "dialog");
    this.shut = make("button", { type: "button", className: "shut", title: say.close }, icon(CROSS));
    this.shut.setAttribute("aria-label", say.close);
    const title = make("h2", { id: "title", textContent: this.name });
    const heading = make("div", { className: "heading" }, title, make("p", { textContent: say.subtitle }));
    this.banner = make("p", { className: "banner", hidden: true });
    this.banner.setAttribute("role", "status");
    this.list = make("ol", { className: "messages" });
    this.dots = make("div", { className: "dots", hidden: true }, make("i"), make("i"), make("i"));
    this.dots.setAttribute("role", "img");
    this.dots.setAttribute("aria-label", say.typing);
    this.log = make("div", { className: "log", tabIndex: 0 }, this.list, this.dots);
    this.log.setAttribute("role", "region");
    this.log.setAttribute("aria-label", say.log);
    this.field = make("textarea", { rows: 1, placeholder: say.placeholder, maxLength: LONGEST, enterKeyHint: "send" });
    this.field.setAttribute("aria-label", say.placeholder);
    this.send = make("button", { type: "submit", className: "send", disabled: true, title: say.send }, icon(ARROW));
    this.send.setAttribute("aria-label", say.send);
    this.form = make("form", { className: "composer", noValidate: true }, this.field, this.send);
    this.announce = make("p", { className: "unseen" });
    this.announce.setAttribute("role", "log");
    this.announce.setAttribute("aria-live", "polite");
    const header = make("header", {}, heading, this.shut);
    this.panel = make("section", { className: "panel", hidden: true }, header, this.banner, this.log, this.form);
    this.panel.setAttribute("role", "dialog");
    this.panel.setAttribute("aria-modal", "true");
    this.panel.setAttribute("aria-labelledby", "title");
    root.append(this.panel, this.launcher, this.announce);
    this.reset();
    this.label();
  }

  listen() {
    this.launcher.addEventListener("click", () => this.open());
    this.shut.addEventListener("click", () => this.close());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.go();
    });
    this.field.addEventListener("input", () => this.fit());
    this.panel.addEventListener("keydown", (event) => this.key(event));
    this.log.addEventListener("scroll", () => {
      this.following = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
    });
    window.addEventListener("online", () => this.talk.resume());
    window.addEventListener("offline", () => {
      this.talk.pause();
      this.connection("down");
    });
    window.addEventListener("pagehide", () => this.talk.pause());
    window.addEventListener("pageshow", () => this.talk.resume());
    document.addEventListener("visibilitychange", () => this.look());
  }

  begin() {
    document.body.append(this.host);
    if (this.stores.shown.read()) this.open({ focus: false });
    else if (this.talk.known) this.talk.start();
  }

  look() {
    clearTimeout(this.away);
    if (document.hidden) this.away = setTimeout(() => this.talk.pause(), HIDDEN_FOR);
    else this.talk.resume();
  }

  key(event) {
    event.stopPropagation(); // the page's own shortcuts are not meant here
    if (event.key === "Escape") this.close();
    else if (event.key === "Tab") this.turn(event);
    // While an input method is composing, Enter picks a character (keyCode 229 is Safari's way to say so).
    else if (event.key !== "Enter" || event.target !== this.field || event.shiftKey) return;
    else if (!event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      this.go();
    }
  }

  /** Keep the focus in the panel as long as it is open. */
  turn(event) {
    const stops = [...this.panel.querySelectorAll("button, a, textarea, [tabindex]")].filter((one) => !one.disabled);
    const [first, last] = [stops[0], stops.at(-1)];
    const now = this.host.shadowRoot.activeElement;
    if (now !== (event.shiftKey ? first : last)) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  open({ focus = true } = {}) {
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.stores.shown.write(true);
    this.seen();
    if (this.identified || this.talk.known) this.talk.start();
    this.talk.resume();
    this.toEnd(true);
    if (focus) this.field.focus();
  }

  close() {
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.stores.shown.write(false);
    this.launcher.focus();
  }

  /** The page's visitor signed in (their identity), or out (null). */
  identify(identity) {
    this.identified = Boolean(identity);
    this.talk.identify(identity);
    if (this.talk.known || (this.identified && !this.panel.hidden)) this.talk.start();
  }

  go() {
    const text = this.field.value;
    if (!text.trim()) return;
    this.field.value = "";
    this.fit();
    this.settle();
    this.talk.say(text);
  }

  fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
    this.send.disabled = !this.field.value.trim();
  }

  // What the conversation tells its page.

  reset() {
    this.nodes.clear();
    this.behind = true;
    this.following = true;
    this.list.replaceChildren(this.bubble("theirs", rendered(this.words.greeting)));
    this.typing(false);
    this.count(0);
  }

  mine(message) {
    const item = this.bubble("mine", plain(message.text ?? message.label));
    this.nodes.set(message.id, item);
    this.list.append(item);
    this.settle();
    this.toEnd(true);
    // A first try that goes well needs no word about it.
    setTimeout(() => this.status(message), 1_500);
  }

  said({ text }) {
    this.list.append(this.bubble("mine", plain(text)));
    this.settle();
    this.toEnd();
  }

  theirs({ id, seq, text, buttons }) {
    this.settle();
    const item = this.bubble("theirs", rendered(text));
    if (buttons.length) item.append(this.choices(buttons, id));
    this.list.append(item);
    const fresh = seq > (this.stores.visitor.read()?.seen ?? 0);
    if (fresh && this.panel.hidden) this.count(this.unread + 1);
    if (!this.behind) this.announce.textContent = `${this.words.desk}: ${text}`;
    if (!this.panel.hidden) this.seen();
    this.toEnd();
  }

  caughtUp() {
    this.behind = false;
  }

  status(message) {
    const item = this.nodes.get(message.id);
    if (!item?.isConnected) return;
    item.querySelector(".status")?.remove();
    item.classList.toggle("waiting", message.state === "waiting");
    const told = { waiting: this.words.waiting, refused: this.words.refused }[message.state];
    if (told) item.append(make("p", { className: "status", textContent: told }));
    this.toEnd();
  }

  connection(state) {
    this.banner.hidden = state === "up";
    this.banner.textContent = { connecting: this.words.connecting, down: this.words.offline }[state] ?? "";
    if (state !== "up") this.typing(false);
  }

  trouble(what) {
    this.banner.hidden = false;
    this.banner.textContent = this.words[what];
  }

  typing(is) {
    clearTimeout(this.types);
    this.dots.hidden = !is;
    if (is) this.types = setTimeout(() => this.typing(false), TYPES_FOR);
    this.toEnd();
  }

  bubble(who, content) {
    const speaker = make("span", { className: "unseen", textContent: `${who === "mine" ? this.words.you : this.words.desk}: ` });
    return make("li", { className: who }, speaker, make("div", { className: "bubble" }, content));
  }

  choices(buttons, messageId) {
    const row = make("div", { className: "choices" });
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", this.words.answers);
    for (const button of buttons) {
      const press = () => {
        this.settle();
        this.talk.press(button, messageId);
      };
      row.append(make("button", { type: "button", textContent: button.label, onclick: press }));
    }
    return row;
  }

  /** Take away the buttons of a question that was answered. */
  settle() {
    for (const row of this.list.querySelectorAll(".choices")) {
      if (row.contains(this.host.shadowRoot.activeElement)) this.field.focus();
      row.remove();
    }
  }

  /** Everything up to here has been looked at. */
  seen() {
    this.count(0);
    const kept = this.stores.visitor.read();
    if (kept && this.talk.seq > (kept.seen ?? 0)) this.stores.visitor.write({ ...kept, seen: this.talk.seq });
  }

  count(unread) {
    this.unread = unread;
    this.label();
  }

  label() {
    this.badge.hidden = this.unread === 0;
    this.badge.textContent = this.unread > 9 ? "9+" : this.unread;
    const more = this.unread ? ` (${this.unread} ${this.words.unread})` : "";
    this.launcher.setAttribute("aria-label", `${this.name}: ${this.words.open}${more}`);
    this.launcher.title = this.words.open;
  }

  toEnd(always = false) {
    this.following ||= always;
    if (this.following) this.log.scrollTop = this.log.scrollHeight;
  }
}

// The conversation without its looks: who we are, what waits to be sent, and what the desk has said.
//
// A message is on the page at once and in the queue until the transcript has it. It is sent again under the same id
// until the desk has taken it, over lost connections and reloaded pages.

import { newId } from "./store.js";
import { Refused, Slow, Unknown, follow, post } from "./wire.js";

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f]/g;

export class Talk {
  /** `page` is told everything: mine, status, theirs, reset, caughtUp, connection, typing, trouble. */
  constructor({ site, home, identity }, { visitor, queue }, page) {
    Object.assign(this, { site, home, identity, page });
    this.kept = { visitor, queue };
    this.token = "";
    this.visitor = "";
    this.seq = 0;
    this.messages = [];
    this.running = false;
    this.pumping = false;
    this.waiters = new Set();
    this.stop = new AbortController();
  }

  /** Has this browser a conversation already? */
  get known() {
    return Boolean(this.kept.visitor.read()?.talked || this.kept.queue.read()?.messages.length);
  }

  /** Connect, and stay connected. */
  start() {
    if (this.running) return;
    this.running = true;
    this.recall(this.kept.visitor.read());
    this.run();
  }

  /** Take the time of a hidden page: nothing is received until `resume`. */
  pause() {
    this.paused = true;
    this.stop.abort();
  }

  resume() {
    this.paused = false;
    this.nudge();
  }

  /** Try now what waits to be tried. */
  nudge() {
    for (const wake of this.waiters) wake();
  }

  /** Somebody signed in or out: go on as them. */
  identify(identity) {
    this.identity = identity ?? "";
    this.token = "";
    this.over = false;
    this.stop.abort();
    this.nudge();
  }

  say(text) {
    const said = text.replace(CONTROLS, "").trim();
    if (said) this.put({ text: said });
  }

  press(button, messageId) {
    this.put({ label: button.label, click: { value: button.value, message_id: messageId } });
  }

  put(message) {
    const whole = { id: newId(), state: "waiting", after: this.seq, ...message };
    this.messages.push(whole);
    this.save();
    this.page.mine(whole);
    this.resume();
    this.start();
    this.pump();
  }

  save() {
    this.kept.queue.write({ visitor: this.visitor, messages: this.messages });
  }

  /** Show what a reloaded page had in its queue, if nobody else can be sitting here. */
  recall(before) {
    const queue = this.kept.queue.read();
    if (!queue?.messages.length || this.messages.length) return;
    if (queue.visitor && (queue.visitor !== before?.visitor || before.identified || this.identity)) return;
    this.messages = queue.messages;
    this.messages.forEach((one) => this.page.mine(one));
  }

  visit() {
    this.visiting ??= this.exchange().finally(() => (this.visiting = null));
    return this.visiting;
  }

  async exchange() {
    const before = this.kept.visitor.read();
    const identity = this.identity;
    const told = await post(this.home, "visit", { site: this.site, identity, token: before?.token ?? "" });
    if (identity !== this.identity) return this.exchange(); // signed in or out meanwhile
    this.kept.visitor.write(before?.visitor === told.visitor ? { ...before, ...told } : told);
    this.become(told);
  }

  become({ token, visitor }) {
    const queue = this.kept.queue.read();
    if (this.visitor && this.visitor !== visitor) {
      // What somebody else had said, and had still to say, is theirs.
      this.messages = [];
      this.seq = 0;
      this.page.reset();
    } else if (!this.messages.length && queue?.visitor === visitor) {
      this.messages = queue.messages;
      this.messages.forEach((one) => this.page.mine(one));
    } else if (!this.visitor && queue?.visitor && queue.visitor !== visitor) {
      const left = this.messages.filter((one) => !queue.messages.some((old) => old.id === one.id));
      this.page.reset();
      this.messages = left;
      this.messages.forEach((one) => this.page.mine(one));
    }
    this.token = token;
    this.visitor = visitor;
    this.save();
  }

  async run() {
    let tries = 0;
    while (!this.over) {
      if (this.paused) {
        await this.wait(LONGEST_WAIT);
        continue;
      }
      this.stop = new AbortController();
      try {
        if (!this.token) await this.visit();
        const last = await follow(this.home, {
          token: this.token,
          seq: this.seq,
          stop: this.stop.signal,
          opened: () => {
            tries = 0;
            this.page.connection("up");
            this.pump();
          },
          told: (name, data) => this.told(name, data),
        });
        // Too many tabs: this one waits until somebody looks at it again.
        if (last === "elsewhere") this.paused = true;
        else await this.wait(Math.random() * FIRST_WAIT);
      } catch (error) {
        if (this.stop.signal.aborted) continue;
        this.refused(error);
        if (!this.over) this.page.connection(navigator.onLine === false || tries > 0 ? "down" : "connecting");
        if (!this.over) await this.patience(error, tries);
        tries += 1;
      }
    }
    this.running = false;
  }

  /** Our token was refused: ask for another one. If our identity or our page was, only a new page helps. */
  refused(error) {
    if (error instanceof Unknown && this.token) {
      this.token = "";
      this.kept.visitor.write({ ...this.kept.visitor.read(), token: "" });
    } else if (error instanceof Unknown || error instanceof Refused) {
      this.over = true;
      this.page.trouble(error instanceof Unknown ? "expired" : "unavailable");
    }
  }

  told(name, data) {
    if (name === "caught_up") return this.page.caughtUp();
    if (name !== "said" || data.seq <= this.seq) return undefined;
    if (!this.seq) this.kept.visitor.write({ ...this.kept.visitor.read(), talked: true });
    this.seq = data.seq;
    if (data.author === "customer" || data.author === "bystander") {
      const text = this.confirmed(data);
      return text && this.page.said({ ...data, text });
    }
    this.page.typing(false);
    return this.page.theirs(data);
  }

  /** Take from the queue what the transcript has now; returns what of it this page has not shown. */
  confirmed({ text, seq }) {
    let rest = text.trim();
    const before = this.messages.filter((one) => one.after < seq && one.state !== "refused");
    for (const [at, one] of before.entries()) {
      if (one.click) rest = clicked(rest, before.slice(at + 1));
      else if (begins(rest, one.text)) rest = rest.slice(one.text.length).trim();
      else continue;
      this.messages.splice(this.messages.indexOf(one), 1);
      this.mark(one, "kept");
    }
    return rest;
  }

  mark(message, state) {
    message.state = state;
    this.save();
    this.page.status(message);
  }

  async pump() {
    if (this.pumping) return;
    this.pumping = true;
    let tries = 0;
    for (let next; !this.over && (next = this.messages.find((one) => one.state === "waiting")); ) {
      try {
        await this.deliver(next);
        tries = 0;
      } catch (error) {
        this.refused(error);
        this.page.status(next);
        if (!this.over) await this.patience(error, tries);
        tries += 1;
      }
    }
    this.pumping = false;
  }

  async deliver(message) {
    if (!this.token) await this.visit();
    if (!this.messages.includes(message)) return;
    const { id, text = "", click } = message;
    try {
      await post(this.home, "messages", { token: this.token, id, text, click });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      console.warn("Nightdesk refused a message:", error.message);
      this.mark(message, "refused");
      return;
    }
    if (message.state !== "waiting") return; // the transcript was quicker than the answer
    this.mark(message, "taken");
    this.page.typing(true);
  }

  /** How long to leave the desk alone. If it said so itself, nothing shortens it. */
  patience(error, tries) {
    if (!(error instanceof Slow)) return this.wait(backoff(tries));
    return new Promise((resolve) => setTimeout(resolve, error.seconds * 1000));
  }

  wait(milliseconds) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.waiters.add(wake);
    });
  }
}

const begins = (text, part) => text === part || text.startsWith(`${part}\n`);

/** A pressed button says one line of its own, or nothing if it stood under an old question. */
function clicked(text, later) {
  if (later.some((one) => one.text && begins(text, one.text))) return text;
  return text.split("\n").slice(1).join("\n");
}

/** Longer after each failure, and never the same for all browsers. */
function backoff(tries) {
  const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
  return most * (0.5 + Math.random() / 2);
}

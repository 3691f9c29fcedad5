// How the widget talks to the desk. No cookies: a visitor's token goes with each request.

const PATIENCE = 40_000; // the desk gives a sign of life every 15 s
const ANSWER_WITHIN = 20_000;

/** The desk does not know this token or identity. */
export class Unknown extends Error {}

/** This message cannot be taken; sending it again would not help. */
export class Refused extends Error {}

/** Too quick: wait `seconds`. */
export class Slow extends Error {
  constructor(seconds) {
    super(`wait ${seconds} s`);
    this.seconds = seconds;
  }
}

export async function post(home, path, body) {
  const response = await fetch(new URL(path, home), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    credentials: "omit",
    cache: "no-store",
    signal: within(ANSWER_WITHIN),
  });
  return (await checked(response)).json();
}

/** Tell every event after `seq`; returns the name of the last one, "bye" or "elsewhere". */
export async function follow(home, { token, seq, stop, opened, told }) {
  const lost = new AbortController();
  const giveUp = () => lost.abort();
  let timer = setTimeout(giveUp, PATIENCE);
  stop.addEventListener("abort", giveUp);
  try {
    const headers = { Authorization: `Bearer ${token}`, "Last-Event-ID": String(seq) };
    const options = { headers, credentials: "omit", cache: "no-store", signal: lost.signal };
    const response = await checked(await fetch(new URL("events", home), options));
    opened();
    for await (const { name, data } of events(response.body, alive)) {
      if (name === "bye" || name === "elsewhere") return name;
      told(name, data);
    }
    throw new Error("the connection ended");
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", giveUp);
    lost.abort();
  }

  function alive() {
    clearTimeout(timer);
    timer = setTimeout(giveUp, PATIENCE);
  }
}

function within(milliseconds) {
  const lost = new AbortController();
  setTimeout(() => lost.abort(), milliseconds);
  return lost.signal;
}

async function checked(response) {
  if (response.ok) return response;
  if (response.status === 401) throw new Unknown(await cause(response));
  if (response.status === 429) throw new Slow(Number(response.headers.get("Retry-After")) || 5);
  if ([403, 404, 413, 422].includes(response.status)) throw new Refused(await cause(response));
  throw new Error(`${response.status}`);
}

async function cause(response) {
  try {
    return (await response.json()).detail;
  } catch {
    return `${response.status}`;
  }
}

async function* events(stream, alive) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) if (!block.startsWith(":")) yield parsed(block);
  }
}

function parsed(block) {
  const event = { name: "message", data: {} };
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event.name = line.slice(7);
    else if (line.startsWith("data: ")) event.data = JSON.parse(line.slice(6));
  }
  return event;
}

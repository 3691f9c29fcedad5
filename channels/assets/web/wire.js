// How the page talks to the server.

const PATIENCE = 90_000; // without a sign of life for so long, the connection counts as lost

/** The session is unknown to the server. */
export class Unknown extends Error {}

/** The message itself cannot be taken; sending it again would not help. */
export class Refused extends Error {}

export async function customers() {
  return (await checked(await fetch("/v1/customers"))).json();
}

export async function open(customer) {
  return (await (await checked(await post("/v1/sessions", { customer }))).json()).session_id;
}

/** Send a message; tell steps and words as they come, and return what was said in the end. */
export async function say(session, message, { step, word }) {
  const lost = new AbortController();
  let timer = setTimeout(() => lost.abort(), PATIENCE);
  const { id, click } = message;
  const body = { session_id: session, text: click ? "" : message.text, message_id: id, click };
  try {
    const response = await checked(await post("/v1/chat/stream", body, lost.signal));
    for await (const { name, data } of events(response.body)) {
      clearTimeout(timer);
      timer = setTimeout(() => lost.abort(), PATIENCE);
      if (name === "step") step(data.tool);
      else if (name === "word") word(data.text);
      else if (name === "done") return data;
      else if (name === "error") throw new Error(data.detail);
    }
    throw new Error("the connection ended before the reply did");
  } finally {
    clearTimeout(timer);
    lost.abort();
  }
}

/** What was said after a `seq`, and the `next` one to ask for. */
export async function since(session, seq) {
  const path = `/v1/sessions/${encodeURIComponent(session)}/messages?after=${seq}`;
  return (await checked(await fetch(path, { signal: AbortSignal.timeout(PATIENCE) }))).json();
}

function post(path, body, signal) {
  const headers = { "Content-Type": "application/json" };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
}

async function checked(response) {
  if (response.ok) return response;
  if (response.status === 404) throw new Unknown(response.statusText);
  if (response.status === 413 || response.status === 422) throw new Refused(response.statusText);
  throw new Error(`${response.status}`);
}

async function* events(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) yield parsed(block);
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

// The little Markdown of replies: paragraphs, lists, bold, code, and addresses that can be pressed. Whatever was
// written becomes text nodes, never markup.

const LINK = /https?:\/\/[^\s<>"'`\u3000-\u303f\uff00-\uffef]+/g;
const BOLD_OR_CODE = /\*\*([^*\n]+)\*\*|`([^`\n]+)`/g;
const BULLET = /^\s*[-*•]\s+(.*)$/;
const NUMBER = /^\s*(\d{1,3})[.)]\s+(.*)$/;

export function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** A reply as nodes. */
export function rendered(text) {
  const whole = document.createDocumentFragment();
  for (const block of text.replace(/\r\n?/g, "\n").split(/\n{2,}/)) {
    if (block.trim()) whole.append(...blocks(block.split("\n")));
  }
  return whole;
}

/** What the customer wrote: as it stands, with its addresses. */
export function plain(text) {
  return make("p", {}, linked(text));
}

function blocks(lines) {
  const made = [];
  for (const line of lines) {
    const [tag, content, at] = kind(line);
    const last = made.at(-1);
    if (last?.localName !== tag) made.push(begun(tag, content, at));
    else if (tag === "p") last.append(make("br"), styled(content));
    else last.append(make("li", {}, styled(content)));
  }
  return made;
}

function kind(line) {
  const bullet = BULLET.exec(line);
  if (bullet) return ["ul", bullet[1]];
  const number = NUMBER.exec(line);
  if (number) return ["ol", number[2], Number(number[1])];
  return ["p", line];
}

function begun(tag, content, at) {
  if (tag === "p") return make("p", {}, styled(content));
  const list = make(tag, {}, make("li", {}, styled(content)));
  if (at > 1) list.start = at;
  return list;
}

function styled(text) {
  const parts = document.createDocumentFragment();
  let from = 0;
  for (const found of text.matchAll(BOLD_OR_CODE)) {
    parts.append(linked(text.slice(from, found.index)));
    const [all, bold, code] = found;
    parts.append(bold === undefined ? make("code", { textContent: code }) : make("strong", {}, linked(bold)));
    from = found.index + all.length;
  }
  parts.append(linked(text.slice(from)));
  return parts;
}

function linked(text) {
  const parts = document.createDocumentFragment();
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    const address = withoutPoint(found[0]);
    if (!URL.canParse(address)) continue;
    parts.append(text.slice(from, found.index));
    parts.append(make("a", { href: address, target: "_blank", rel: "noopener noreferrer", textContent: address }));
    from = found.index + address.length;
  }
  parts.append(text.slice(from));
  return parts;
}

/** An address without the punctuation of the sentence it ends. */
function withoutPoint(address) {
  const marks = address.includes("(") ? ".,;:!?]*" : ".,;:!?])*";
  let end = address.length;
  while (marks.includes(address[end - 1])) end -= 1;
  return address.slice(0, end);
}

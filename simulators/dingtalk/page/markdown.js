// DingTalk's subset of Markdown, as DOM nodes: nothing of a text can become markup that is not made here.

const BLOCK = /^(#{1,6} |> ?|[-*] |\d+\. |```)/;
const INLINE =
  /\\([\\`*_{}[\]()#+\-.!>~|])|`([^`]+)`|\*\*(.+?)\*\*|(?<![\w*])\*(?!\s)([^*\n]+?)\*(?!\w)|!\[([^\]]*)\]\(([^)\s]+)\)|\[([^\]]+)\]\(([^)\s]+)\)/s;

/** A fragment that shows a text. In cards `<br>` is a new line, and so is a single one; in messages that is swallowed. */
export function markdown(text, { card = false } = {}) {
  const shown = document.createDocumentFragment();
  const lines = text.replaceAll("\r", "").split("\n");
  while (lines.length) {
    if (!lines[0].trim()) lines.shift();
    else shown.append(block(lines, card));
  }
  return shown;
}

function block(lines, card) {
  const [, mark = ""] = BLOCK.exec(lines[0]) ?? [];
  if (mark === "```") return fence(lines);
  if (mark.startsWith("#")) return heading(lines.shift(), mark.length - 1, card);
  if (mark.startsWith(">")) return quotation(lines, card);
  if (mark) return list(lines, /^\d/.test(mark), card);
  const taken = take(lines, (line) => line.trim() && !BLOCK.test(line));
  return filled("p", taken.join("\n"), card);
}

function fence(lines) {
  lines.shift();
  const code = take(lines, (line) => !line.startsWith("```"));
  lines.shift();
  const pre = document.createElement("pre");
  pre.textContent = code.join("\n");
  return pre;
}

function heading(line, depth, card) {
  return filled(`h${Math.min(6, depth + 2)}`, line.slice(depth + 1), card);
}

function quotation(lines, card) {
  const taken = take(lines, (line) => line.startsWith(">")).map((line) => line.replace(/^> ?/, ""));
  const quote = document.createElement("blockquote");
  quote.append(markdown(taken.join("\n"), { card }));
  return quote;
}

function list(lines, ordered, card) {
  const mark = ordered ? /^\d+\. / : /^[-*] /;
  const found = document.createElement(ordered ? "ol" : "ul");
  if (ordered) found.start = parseInt(lines[0], 10);
  for (const line of take(lines, (one) => mark.test(one)))
    found.append(filled("li", line.replace(mark, ""), card));
  return found;
}

function take(lines, fits) {
  const taken = [];
  while (lines.length && fits(lines[0])) taken.push(lines.shift());
  return taken;
}

function filled(name, text, card) {
  const element = document.createElement(name);
  const parts = card ? text.split(/<br\s*\/?>|\n/) : [text.replaceAll("\n", " ")];
  parts.forEach((part, number) => {
    if (number) element.append(document.createElement("br"));
    element.append(...inline(part));
  });
  return element;
}

function inline(text) {
  const nodes = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    const [all, escaped, code, bold, slanted, alt, source, label, target] = found;
    nodes.push(rest.slice(0, found.index));
    if (escaped) nodes.push(escaped);
    else if (code) nodes.push(wrapped("code", [code]));
    else if (bold) nodes.push(wrapped("strong", inline(bold)));
    else if (slanted) nodes.push(wrapped("em", inline(slanted)));
    else if (source) nodes.push(wrapped("span", [`[${alt || source}]`], "picture"));
    else nodes.push(link(label, target));
    rest = rest.slice(found.index + all.length);
  }
  nodes.push(rest);
  return nodes;
}

function wrapped(name, children, className = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** A link says where it goes, and goes nowhere but to the web. */
function link(label, target) {
  if (!/^https?:\/\//i.test(target)) return `${label} (${target})`;
  const anchor = wrapped("a", [label]);
  anchor.href = target;
  anchor.title = target;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}

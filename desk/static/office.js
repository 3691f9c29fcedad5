// The office's pages while they are open: new things appear, what somebody is typing stays, and keys save the mouse.
(() => {
  const touched = new WeakSet();

  /** Whether somebody is at work in this part of the page. */
  function busy(part) {
    const at = document.activeElement;
    return touched.has(part) || (part.contains(at) && at.matches("input, select, textarea"));
  }

  htmx.registerExtension("office", {
    htmx_before_morph_node(old, { newNode }) {
      if (old.matches?.("[data-work]") && busy(old)) return false;
      if (old.matches?.(".looks") && old.querySelector("[data-kept]")) return false; // a translation that was asked for
      if (old instanceof HTMLDetailsElement) newNode.open = old.open;
      return true;
    },
  });

  document.addEventListener("input", ({ target }) => {
    const part = target.closest("[data-work]");
    if (part) touched.add(part);
  });

  // Whoever is logged out is asked to log in again; another fault keeps the page as it is.
  document.addEventListener("htmx:response:error", ({ detail }) => {
    if (detail.ctx.response.raw.status === 401) location.reload();
  });
  document.addEventListener("htmx:sse:error", ({ detail }) => {
    if (detail.status === 401) location.reload();
  });

  // The newest message is in sight, unless somebody reads further up.
  const scroll = () => document.querySelector("#transcript");
  let below = true;
  function watch() {
    const list = scroll();
    list?.addEventListener("scroll", () => {
      below = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    });
    if (list) list.scrollTop = list.scrollHeight;
  }
  document.addEventListener("htmx:after:swap", () => {
    const list = scroll();
    if (list && below) list.scrollTop = list.scrollHeight;
  });

  // What was typed and not sent outlives a reload, in this tab only.
  function drafts() {
    const place = document.querySelector("[data-talk]")?.dataset;
    if (!place) return;
    const talk = `${place.me}-${place.talk}`; // the next colleague at this browser sees none of it
    const done = new URLSearchParams(location.search).get("done");
    const sent = { replied: "reply", noted: "note" }[done];
    for (const kind of ["reply", "note"]) {
      const name = `nightdesk-${kind}-${talk}`;
      if (kind === sent) sessionStorage.removeItem(name);
      const box = document.querySelector(`[data-draft="${kind}"]`);
      if (!box) continue;
      const kept = sessionStorage.getItem(name);
      if (!box.value && kept) {
        box.value = kept;
        touched.add(box.closest("[data-work]"));
        if (kind === "note") box.closest("details").open = true;
      } else if (box.value) touched.add(box.closest("[data-work]"));
    }
    document.addEventListener("input", ({ target }) => {
      const kind = target.dataset?.draft;
      if (!kind) return;
      const name = `nightdesk-${kind}-${talk}`;
      if (target.value) sessionStorage.setItem(name, target.value);
      else sessionStorage.removeItem(name);
    });
  }

  /** Put words into the reply box, behind what is there. */
  function fill(text) {
    const box = document.querySelector("#reply textarea");
    if (!box || !text) return;
    box.value = [box.value.trim(), text].filter(Boolean).join("\n");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  }

  document.addEventListener("click", (event) => {
    const { target } = event;
    if (target.closest("[data-help]")) help();
    const ready = target.closest("[data-fill]");
    const insert = target.closest("[data-insert]");
    if (!ready && !insert) return;
    event.preventDefault();
    fill(ready ? ready.value : document.querySelector("#canned").selectedOptions[0]?.dataset.text);
  });

  // A form that is on its way is not sent twice; what was left unsent goes with whoever logs out.
  document.addEventListener("submit", ({ target }) => {
    if (target.getAttribute("action") === "/desk/logout") sessionStorage.clear();
    if (target.matches("[hx-post], [method=dialog]")) return;
    setTimeout(() => target.querySelectorAll("button").forEach((one) => { one.disabled = true; }));
  });
  addEventListener("pageshow", () => document.querySelectorAll("form button").forEach((one) => { one.disabled = false; }));

  function help() {
    const dialog = document.querySelector("#help");
    if (dialog && !dialog.open) dialog.showModal();
  }

  /** The ticket that the keys are at, by its id, for the list is renewed while somebody reads. */
  let here = "";
  function move(step) {
    const rows = [...document.querySelectorAll("[data-row]")];
    if (rows.length === 0) return;
    const at = rows.findIndex((row) => row.id === here);
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    here = next.id;
    mark();
    next.querySelector("[data-open]")?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }
  function mark() {
    for (const row of document.querySelectorAll("[data-row]")) row.classList.toggle("here", row.id === here);
  }
  document.addEventListener("htmx:after:swap", mark);

  const row = () => (here ? document.getElementById(here) : null);
  const press = (element) => element?.click();
  function open(selector) {
    const box = document.querySelector(selector);
    const folded = box?.closest("details");
    if (folded) folded.open = true;
    box?.focus();
  }
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    o: () => press(row()?.querySelector("[data-open]")),
    Enter: () => press(row()?.querySelector("[data-open]")),
    t: () => press((row() ?? document.querySelector("#take"))?.querySelector("[data-take]")),
    r: () => open("#reply textarea"),
    n: () => open("#note"),
    b: () => press(document.querySelector("[data-back]")),
    "/": () => (document.querySelector("#q") ? open("#q") : press(document.querySelector("[data-inbox]"))),
    "?": help,
  };

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key === "Enter" && (event.ctrlKey || event.metaKey) && target.matches("#reply textarea")) {
      press(document.querySelector("[data-send]"));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && key !== "j" && key !== "k") return;
    if (target.closest("input, select, textarea, dialog, [contenteditable]")) return;
    if (key === "Enter" && target.closest("a, button, summary")) return; // it has a meaning of its own there
    if (!Object.hasOwn(keys, key)) return;
    event.preventDefault();
    keys[key]();
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-help]").forEach((one) => { one.hidden = false; });
    document.querySelector(".views [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
    watch();
    drafts();
  });
})();

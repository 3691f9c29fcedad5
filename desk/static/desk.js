// What the desk's pages do beyond showing: files arrive with a progress bar, and news is shown as it happens.

const bar = document.querySelector("#progress");
let news = null;

/** Hear what is going on while somebody looks; a browser keeps only six connections to one server. */
function listen() {
  if (news || document.hidden || !document.querySelector("[data-live]")) return;
  news = new EventSource("/desk/knowledge/news");
  news.addEventListener("changed", refresh);
  if (bar) news.addEventListener("progress", (event) => show(JSON.parse(event.data)));
}

function hush() {
  news?.close();
  news = null;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return hush();
  refresh();
  listen();
});
addEventListener("pagehide", hush);
addEventListener("pageshow", listen);

/** How far the reading of documents is. */
function show({ done, total, said }) {
  const progress = bar.querySelector("progress");
  bar.hidden = done >= total;
  bar.querySelector("[data-said]").textContent = said;
  progress.max = total || 1;
  progress.value = done;
  progress.setAttribute("aria-label", said);
}

let again = 0;

/** Show the parts of this page that the server writes anew; where somebody is at work is left alone. */
async function refresh() {
  const parts = [...document.querySelectorAll("[data-live]")];
  if (parts.length === 0) return;
  const response = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of parts) {
    const update = fresh.getElementById(part.id);
    if (!update || update.innerHTML === part.innerHTML) continue;
    if (part.contains(document.activeElement)) {
      clearTimeout(again);
      again = setTimeout(refresh, 5000);
      continue;
    }
    for (const shown of part.querySelectorAll("details[id]")) {
      const same = update.querySelector(`#${CSS.escape(shown.id)}`);
      if (same) same.open = shown.open;
    }
    part.replaceChildren(...update.childNodes);
  }
}

const form = document.querySelector("#upload");
if (form) receive(form);

/** Files that are chosen or dropped are sent one after the other. */
function receive(form) {
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  const list = form.querySelector(".arrivals");
  let last = Promise.resolve();

  function take(files) {
    const folder = form.querySelector("#into").value;
    for (const file of files) {
      const arrival = new Arrival(form, list, file, folder);
      last = last.then(() => arrival.send());
    }
  }

  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  // A file that is dropped beside the box must not replace the page.
  for (const kind of ["dragover", "drop"]) {
    addEventListener(kind, (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
  }
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    take([...event.dataTransfer.files]);
  });
}

/** One file on its way, and its line in the list. */
class Arrival {
  constructor(form, list, file, folder) {
    this.form = form;
    this.file = file;
    this.folder = folder;
    this.line = document.createElement("li");
    this.bar = document.createElement("progress");
    this.said = document.createElement("span");
    const name = document.createElement("span");
    name.textContent = file.name;
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    this.said.className = "said";
    this.line.append(name, this.bar, this.said);
    list.append(this.line);
  }

  send() {
    const { largest, tooLarge } = this.form.dataset;
    if (this.file.size > Number(largest)) return this.end(false, tooLarge.replace("{}", () => this.file.name));
    return new Promise((done) => {
      const query = new URLSearchParams({ name: this.file.name, into: this.folder });
      const request = new XMLHttpRequest(); // fetch cannot say how much of a file has been sent
      request.open("POST", `${this.form.dataset.address}?${query}`);
      request.setRequestHeader("x-csrf-token", this.form.dataset.token);
      request.setRequestHeader("content-type", "application/octet-stream");
      request.setRequestHeader("accept", "application/json");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) this.bar.value = event.loaded / event.total;
      });
      request.addEventListener("loadend", () => {
        this.end(request.status === 200, request.response?.said);
        done();
      });
      request.send(this.file);
    });
  }

  end(well, said) {
    this.bar.value = well ? 1 : 0;
    this.said.textContent = said ?? this.form.dataset.failed;
    this.line.classList.toggle("failed", !well);
  }
}

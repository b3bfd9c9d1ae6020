"use strict";
/* Folders and large files by tus 1.0: hash, send piece by piece, go on after a cut, hand in. */
(() => {
  const PIECE = 4 << 20, READ = 1 << 20, TRIES = 4;
  const at = (id) => document.getElementById(id);
  const room = at("uploads"), table = at("uploads-table"), go = at("uploads-go"), news = at("uploads-news");
  const words = {};
  for (const key of at("uploads-words").querySelectorAll("dt")) words[key.textContent] = key.nextElementSibling.textContent;
  const rows = [];
  let waiting = Promise.resolve(), handing = false;

  const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  const base64 = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
  const text64 = (text) => base64(new TextEncoder().encode(text));
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  class Refused extends Error {
    constructor(state) { super(state); this.state = state; }
  }

  function ask(path, method, headers, body) {
    const told = { "Tus-Resumable": "1.0.0", "X-Strongroom-Token": room.dataset.token, ...headers };
    return fetch(path, { method, headers: told, body, redirect: "error", cache: "no-store" });
  }

  function refusal(status) {
    return new Refused({ 409: "offset", 413: "large", 423: "busy", 460: "changed", 507: "full", 404: "gone" }[status] || "refused");
  }

  function size(count) {
    const power = count ? Math.min(Math.floor(Math.log2(count) / 10), 3) : 0;
    return power ? `${(count / 2 ** (10 * power)).toFixed(1)} ${["KiB", "MiB", "GiB"][power - 1]}` : `${count} bytes`;
  }

  class Row {
    constructor(name, bytes, file) {
      Object.assign(this, { name, bytes, file, path: null, id: null, offset: 0, sha256: null });
      this.line = table.tBodies[0].insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      head.append(document.createElement("bdi"));
      head.firstChild.textContent = name;
      this.line.append(head);
      this.line.insertCell().textContent = size(bytes);
      this.told = this.line.insertCell();
      this.bar = document.createElement("progress");
      this.bar.setAttribute("aria-label", name);
      this.word = document.createElement("span");
      this.told.append(this.word, " ", this.bar);
      this.print = document.createElement("code");
      this.line.insertCell().append(this.print);
      this.acts = this.line.insertCell();
      this.again = this.button("retry", () => { this.again.hidden = true; queue(this); });
      this.drop = this.button("discard", () => this.discard());
      const heads = table.tHead.rows[0].cells;
      for (const [at, cell] of [...this.line.cells].entries()) if (at) cell.dataset.label = heads[at].textContent;
      table.hidden = false;
    }
    button(word, act) {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "quiet tiny";
      made.textContent = words[word];
      const whose = document.createElement("span");
      whose.className = "hidden";
      whose.textContent = ` ${this.name}`;
      made.append(whose);
      made.addEventListener("click", act);
      this.acts.append(made, " ");
      made.hidden = true;
      return made;
    }
    show(state, done, more) {
      this.state = state;
      this.line.dataset.state = state;
      this.word.textContent = more ? `${words[state]}: ${more}` : words[state];
      this.bar.hidden = done === undefined;
      if (done !== undefined) this.bar.value = this.bytes ? done / this.bytes : 1;
      if (this.sha256) this.print.textContent = this.sha256.slice(0, 16);
      this.print.title = this.sha256 || "";
      this.again.hidden = !(this.file && ["cut", "changed", "busy", "refused", "full"].includes(state));
      this.drop.hidden = !["here", "failed", "cut", "changed", "busy", "unfinished", "refused", "full", "large"].includes(state);
      settle();
    }
    async discard() {
      if (this.path) await ask(this.path, "DELETE").catch(() => null);
      rows.splice(rows.indexOf(this), 1);
      this.line.remove();
      settle();
    }
    piece(start, length) {
      return this.file.slice(start, start + length).arrayBuffer().then((buffer) => new Uint8Array(buffer));
    }
    async hash() {
      const sum = new Sha256();
      for (let start = 0; start < this.bytes; start += READ) {
        sum.update(await this.piece(start, READ));
        this.show("hashing", start);
      }
      this.sha256 = hex(sum.digest());
    }
    async begin() {
      const others = rows.filter((one) => one !== this && one.path && one.bytes === this.bytes && one.sha256 === this.sha256);
      const same = others.find((one) => one.name === this.name);
      if (same && same.state === "unfinished") {
        Object.assign(this, { path: same.path, id: same.id, offset: same.offset });
        rows.splice(rows.indexOf(same), 1);
        same.line.remove();
        return;
      }
      const about = `filename ${text64(this.name)},sha256 ${text64(this.sha256)}`;
      const answer = await ask(room.dataset.at, "POST", { "Upload-Length": String(this.bytes), "Upload-Metadata": about });
      if (answer.status !== 201) throw refusal(answer.status);
      this.path = answer.headers.get("Location");
      this.id = this.path.split("/").pop();
      this.offset = Number(answer.headers.get("Upload-Offset"));
    }
    async look() {
      const answer = await ask(this.path, "HEAD");
      if (answer.status !== 200) throw refusal(answer.status);
      this.offset = Number(answer.headers.get("Upload-Offset"));
    }
    async send() {
      const data = await this.piece(this.offset, PIECE);
      const sum = base64(new Sha256().update(data).digest());
      const answer = await ask(this.path, "PATCH", {
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": String(this.offset),
        "Upload-Checksum": `sha256 ${sum}`,
      }, data);
      if (answer.status !== 204) throw refusal(answer.status);
      this.offset = Number(answer.headers.get("Upload-Offset"));
    }
    async all() {
      if (!this.sha256) await this.hash();
      if (this.path) await this.look(); else await this.begin();
      for (let left = TRIES; this.offset < this.bytes;) {
        this.show("sending", this.offset);
        try {
          await this.send();
          left = TRIES;
        } catch (error) {
          if (error instanceof Refused && !["offset", "busy"].includes(error.state)) throw error;
          if (!--left) throw error;
          await pause(250 * 2 ** (TRIES - left));
          await this.look();
        }
      }
      this.show("here");
    }
    async run() {
      try {
        await this.all();
      } catch (error) {
        const state = error instanceof Refused ? error.state : "cut";
        if (["gone", "changed"].includes(state)) Object.assign(this, { path: null, offset: 0, sha256: null });
        this.show({ gone: "cut", offset: "busy" }[state] || state);
      }
    }
  }

  const ready = (one) => ["here", "failed"].includes(one.state);

  function settle() {
    go.disabled = handing || !rows.some(ready);
  }

  function queue(row) {
    row.show("queued");
    waiting = waiting.then(() => row.run());
  }

  function add(name, file) {
    const row = new Row(name, file.size, file);
    rows.push(row);
    queue(row);
  }

  async function walk(entry) {
    if (entry.isFile) {
      const file = await new Promise((done, failed) => entry.file(done, failed));
      add(entry.fullPath.replace(/^\//, ""), file);
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) return;
      for (const one of some) await walk(one);
    }
  }

  async function handIn() {
    handing = true;
    settle();
    const chosen = rows.filter(ready);
    const form = new URLSearchParams({ token: room.dataset.token, source: at("uploads-source").value, accession: at("uploads-accession").value });
    for (const one of chosen) { form.append("upload", one.id); one.show("handing"); }
    let next = 0;
    const take = (line) => {
      const told = JSON.parse(line);
      if (told.outcome) chosen[next++].show(told.outcome, undefined, told.reason);
      else if (told.error) news.textContent = `${told.error} ${told.hint}`;
      else if (told.receipt) { at("uploads-receipt").href = told.receipt; at("uploads-receipt").hidden = false; at("uploads-receipt").focus(); news.textContent ||= words.done; }
    };
    try {
      const answer = await ask(room.dataset.handIn, "POST", {}, form);
      if (answer.status !== 200) throw refusal(answer.status);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = "";;) {
        const { value, done } = await reader.read();
        if (done) break;
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        lines.forEach(take);
      }
    } catch (error) {
      news.textContent = words[error instanceof Refused && words[error.state] ? error.state : "cut"];
    }
    for (const one of chosen.slice(next)) one.show("here");
    handing = false;
    settle();
  }

  async function recall() {
    const answer = await ask(room.dataset.at, "GET").catch(() => null);
    if (!answer || answer.status !== 200) return;
    for (const one of await answer.json()) {
      const row = new Row(one.name, one.size, null);
      Object.assign(row, { path: one.at, id: one.id, offset: one.offset, sha256: one.sha256 });
      rows.push(row);
      row.show(one.offset === one.size ? "here" : "unfinished", one.offset === one.size ? undefined : one.offset);
    }
  }

  const drop = at("drop");
  for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    const entries = Array.from(event.dataTransfer.items, (item) => item.webkitGetAsEntry()).filter(Boolean);
    for (const entry of entries) await walk(entry);
  });
  for (const id of ["pick-files", "pick-folder"]) {
    at(id).addEventListener("change", (event) => {
      for (const file of event.target.files) add(file.webkitRelativePath || file.name, file);
      event.target.value = "";
    });
  }
  go.addEventListener("click", handIn);
  at("plain").hidden = true;
  recall();
})();

// Keys for people who work here all day. Without this file every page works the same by Tab and Enter.
"use strict";

(() => {
  const sheet = document.getElementById("sheet");
  const acting = document.documentElement.dataset.keys !== "off";
  const PATIENCE = 1500; // milliseconds between the two keys of a pair
  let going = 0;

  const openSheet = () => sheet && !sheet.open && sheet.showModal();

  const focusOn = (element) => {
    if (!element) return false;
    element.focus();
    element.scrollIntoView({ block: "nearest" });
    return true;
  };

  const search = () => {
    const box = document.querySelector("main input[type=search]");
    if (box) {
      box.focus();
      box.select();
      return true;
    }
    const room = document.querySelector('a[data-room][href$="/search"]');
    if (room) room.click();
    return Boolean(room);
  };

  const step = (by) => {
    const rows = [...document.querySelectorAll("main ol.hits h3 a, main tbody tr")]
      .map((one) => (one.matches("a") ? one : one.querySelector("a, button")))
      .filter((one) => one && one.checkVisibility());
    const at = rows.findIndex((one) => one === document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
    return focusOn(rows[next]);
  };

  const follow = (rel) => {
    const link = document.querySelector(`main a[rel=${rel}]`);
    if (link) link.click();
    return Boolean(link);
  };

  const room = (number) => {
    const link = document.querySelectorAll("a[data-room]")[number - 1];
    if (link) link.click();
    return Boolean(link);
  };

  const acts = {
    "?": () => (openSheet(), true),
    "/": search,
    j: () => step(1),
    k: () => step(-1),
    n: () => follow("next"),
    p: () => follow("prev"),
    m: () => focusOn(document.getElementById("main")),
    g: () => (going = Date.now(), true),
  };

  const typing = (element) =>
    element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), select, textarea");

  document.addEventListener("keydown", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
    if (event.key === "Escape" && typing(event.target) && !(sheet && sheet.open)) {
      event.target.blur();
      return;
    }
    if (!acting || !plain || typing(event.target) || (sheet && sheet.open)) return;
    const paired = Date.now() - going < PATIENCE;
    going = 0;
    const done = paired && /^[1-9]$/.test(event.key) ? room(Number(event.key)) : acts[event.key]?.();
    if (done) event.preventDefault();
  });

  document.querySelector("nav > ul [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  const SLOW = 600; // milliseconds after which a person wonders whether the press was noticed
  const working = document.getElementById("working");
  let telling = 0;
  const workOn = (what) => {
    if (!what.closest("[data-slow]")) return;
    telling = setTimeout(() => (working.textContent = working.dataset.words), SLOW);
  };
  document.addEventListener("submit", (event) => workOn(event.target));
  document.addEventListener("click", (event) => event.target instanceof HTMLAnchorElement && workOn(event.target));
  addEventListener("pageshow", () => {
    clearTimeout(telling);
    working.textContent = "";
  });

  const more = document.querySelector("details.more");
  if (more) {
    const leave = (where) => where instanceof Node && !more.contains(where) && (more.open = false);
    document.addEventListener("click", (event) => leave(event.target));
    more.addEventListener("focusout", (event) => leave(event.relatedTarget));
    more.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !more.open) return;
      more.open = false;
      more.querySelector("summary").focus();
    });
  }

  for (const link of document.querySelectorAll("a[data-sheet]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      openSheet();
    });
  }
})();

// The redaction editor: a selection fills the form's fields, a drag over a page its four numbers.
// Nothing is decided here: the server takes fields and forms, as it does without scripts.
"use strict";

const byId = (id) => document.getElementById(id);

// Text: a place is counted in code points from the beginning of the record's text.

function placeOf(node, offset) {
  const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  const row = element.closest("li");
  const line = element.closest(".line") || (row && row.querySelector(".line"));
  if (!line) return null;
  const before = document.createRange();
  before.selectNodeContents(line);
  if (line.contains(node)) before.setEnd(node, offset);
  else before.collapse(true);
  return Number(line.dataset.start) + [...before.toString()].length;
}

function selectedPlace(view) {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!view.contains(range.startContainer) || !view.contains(range.endContainer)) return null;
  const start = placeOf(range.startContainer, range.startOffset);
  const end = placeOf(range.endContainer, range.endOffset);
  return start === null || end === null || start >= end ? null : { start, end };
}

function wordsOf(range) {
  const held = range.cloneContents();
  for (const number of held.querySelectorAll(".at, .opened")) number.remove();
  const lines = held.querySelectorAll(".line");
  const parts = lines.length ? [...lines].map((line) => line.textContent) : [held.textContent];
  return parts.join(" ").trim();
}

function fillFrom(view, form) {
  const place = selectedPlace(view);
  if (!place) return false;
  const range = document.getSelection().getRangeAt(0);
  form.elements.start.value = place.start;
  form.elements.end.value = place.end;
  form.elements.words.value = wordsOf(range).slice(0, 2000);
  const row = range.startContainer.parentElement.closest("li");
  form.elements.line.value = row ? row.querySelector(".line").dataset.start : "";
  const told = byId("selected");
  told.textContent = told.dataset.some.replace("{0}", place.start).replace("{1}", place.end);
  return true;
}

// The event comes late on a busy machine; keys do not wait for it.
function watchSelection(view, form) {
  const told = byId("selected");
  told.textContent = told.dataset.none;
  document.addEventListener("selectionchange", () => fillFrom(view, form));
}

function firstWord(view) {
  const line = [...view.querySelectorAll(".line")].find((one) => one.textContent.trim());
  if (line) document.getSelection().collapse(line, 0);
}

function step(view, key, more) {
  const selection = document.getSelection();
  if (!selection.rangeCount || !view.contains(selection.anchorNode)) firstWord(view);
  const forward = key === "ArrowRight" || key === "ArrowDown";
  const direction = forward ? "forward" : "backward";
  if (more) {
    selection.modify("extend", direction, more);
    return;
  }
  if (key === "ArrowUp" || key === "ArrowDown") selection.modify("move", direction, "line");
  else if (!selection.isCollapsed && forward) selection.collapseToEnd();
  else if (!selection.isCollapsed) selection.collapseToStart();
  selectWord(view, forward);
}

function selectWord(view, forward) {
  const selection = document.getSelection();
  for (let tries = 0; tries < 50; tries += 1) {
    if (!forward) selection.modify("move", "backward", "word");
    selection.modify("extend", "forward", "word");
    const outside = !view.contains(selection.focusNode);
    if (outside || (selection.toString().trim() && selectedPlace(view))) break;
    if (forward) selection.collapseToEnd();
    else selection.collapseToStart();
  }
  const end = selection.focusNode;
  const row = end && end.nodeType === Node.TEXT_NODE ? end.parentElement : end;
  if (row && view.contains(row)) row.scrollIntoView({ block: "nearest" });
}

const press = (button) => button && button.click();

function keysOf(view, form) {
  const how = (value) => form.querySelector(`button[name=how][value=${value}]`);
  const plan = (key) => document.querySelector(`button[data-key=${key}]`);
  view.addEventListener("keydown", (event) => {
    if (event.target !== view || event.altKey || event.metaKey) return;
    const undo = event.ctrlKey && event.key.toLowerCase() === "z";
    if (undo) press(plan(event.shiftKey ? "redo" : "undo"));
    else if (event.key.startsWith("Arrow") && (event.shiftKey || !event.ctrlKey)) {
      const unit = event.ctrlKey ? "character" : "word";
      step(view, event.key, event.shiftKey ? unit : "");
      fillFrom(view, form);
    } else if (event.ctrlKey) return;
    else if (!fillFrom(view, form)) return;
    else if (event.key === "Enter") press(how("place"));
    else if (event.key === "a" || event.key === "A") press(how("all"));
    else if (event.key === "Delete") press(form.querySelector("button[formaction$='/unmark']"));
    else return;
    event.preventDefault();
  });
}

// Pages: points are counted from the lower left corner, pixels from the upper left one.

function watchPicture(picture, clicks, boxes) {
  const frame = picture.parentElement;
  const sized = () => picture.getBoundingClientRect();
  const wide = Number(clicks.elements.wide.value);
  const high = Number(clicks.elements.high.value);
  let from = null;
  let drawn = null;

  const at = (event) => {
    const box = sized();
    const inside = (value, most) => Math.min(Math.max(value, 0), most);
    return [inside(event.clientX - box.left, box.width), inside(event.clientY - box.top, box.height)];
  };

  const draw = (to) => {
    if (!drawn) {
      drawn = document.createElement("div");
      drawn.className = "drawn";
      frame.append(drawn);
    }
    drawn.style.left = `${picture.offsetLeft + Math.min(from[0], to[0])}px`;
    drawn.style.top = `${picture.offsetTop + Math.min(from[1], to[1])}px`;
    drawn.style.width = `${Math.abs(from[0] - to[0])}px`;
    drawn.style.height = `${Math.abs(from[1] - to[1])}px`;
  };

  const fill = (to) => {
    const box = sized();
    const across = (value) => ((value * wide) / box.width).toFixed(2);
    const up = (value) => (high - (value * high) / box.height).toFixed(2);
    boxes.elements.left.value = across(Math.min(from[0], to[0]));
    boxes.elements.right.value = across(Math.max(from[0], to[0]));
    boxes.elements.top.value = Math.max(up(Math.min(from[1], to[1])), 0);
    boxes.elements.bottom.value = Math.max(up(Math.max(from[1], to[1])), 0);
    boxes.elements.reason.value = clicks.elements.reason.value;
  };

  const far = (to) => Math.abs(from[0] - to[0]) > 3 && Math.abs(from[1] - to[1]) > 3;

  picture.addEventListener("dragstart", (event) => event.preventDefault());
  picture.addEventListener("pointerdown", (event) => {
    from = at(event);
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", (event) => {
    if (from && event.buttons && far(at(event))) draw(at(event));
  });
  picture.addEventListener("click", (event) => {
    if (!from || !far(at(event))) return;
    event.preventDefault();
    draw(at(event));
    fill(at(event));
    boxes.querySelector("button").focus();
  });
}

const view = byId("text-view");
const marking = document.querySelector("form.marking");
if (view && marking) {
  watchSelection(view, marking);
  keysOf(view, marking);
}
if (byId("page-picture")) watchPicture(byId("page-picture"), byId("page-form"), byId("box-form"));

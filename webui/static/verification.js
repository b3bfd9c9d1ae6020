// How far a verification has come, without loading the page again. Without this file the page loads itself again.
"use strict";

(() => {
  const table = document.getElementById("stages");
  const LOOK = 700; // milliseconds between two looks
  const TRIES = 20; // looks that may fail in a row, as while the server starts again
  if (!table || !table.dataset.progress) return;
  let failed = 0;

  const number = (count) => count.toLocaleString(document.documentElement.lang);

  const show = (told) => {
    for (const row of table.tBodies[0].rows) {
      const [done, total] = told.stages[row.dataset.stage] || [0, 0];
      const bar = row.querySelector("progress"), word = row.querySelector("span");
      bar.max = total || 1;
      bar.value = done;
      word.textContent = word.dataset.words.replace("{done}", number(done)).replace("{total}", total ? number(total) : "…");
    }
  };

  const look = async () => {
    try {
      const answer = await fetch(table.dataset.progress, { redirect: "error", cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      failed = 0;
      if (!told.running) {
        location.reload();
        return;
      }
      show(told);
    } catch {
      failed += 1;
      if (failed >= TRIES) {
        location.reload();
        return;
      }
    }
    setTimeout(look, LOOK);
  };

  setTimeout(look, LOOK);
})();

"use strict";
// Filters and sorts the rows that are there already; it makes no element and sets no HTML, so no text can act.
(() => {
  const table = document.getElementById("findings");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const field = (id) => document.getElementById(id);
  const controls = field("controls");
  controls.hidden = false;
  const heads = Array.from(table.tHead.querySelectorAll("th[data-key]"));
  const numeric = new Set(["severity", "days"]);
  let key = "severity";
  let down = true;

  const compare = (left, right) => {
    const a = left.dataset[key] || "";
    const b = right.dataset[key] || "";
    // A row without a value stays at the end whichever way the others go.
    if (!a || !b) return a ? -1 : b ? 1 : 0;
    const order = numeric.has(key) ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0;
    return down ? -order : order;
  };
  const sort = () => {
    body.append(...rows.sort((a, b) => compare(a, b) || Number(a.dataset.at) - Number(b.dataset.at)));
    for (const head of heads) {
      if (head.dataset.key === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    field("order").value = key;
  };
  const filter = () => {
    const words = field("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const least = Number(field("severity").value);
    const provider = field("provider").value;
    const state = field("state").value;
    const validity = field("validity") ? field("validity").value : "";
    let shown = 0;
    for (const row of rows) {
      const data = row.dataset;
      const text = row.textContent.toLowerCase();
      row.hidden = Number(data.severity) < least || (provider !== "" && data.provider !== provider) ||
        (state !== "" && data.state !== state) || (validity !== "" && data.validity !== validity) || !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    field("count").textContent = `${shown} of ${rows.length} shown`;
  };
  const turn = (wanted) => {
    down = wanted === key ? !down : numeric.has(wanted);
    key = wanted;
    sort();
  };
  for (const head of heads) head.querySelector("button").addEventListener("click", () => turn(head.dataset.key));
  field("order").addEventListener("change", (event) => turn(event.target.value));
  for (const id of ["search", "severity", "provider", "state", "validity"]) {
    if (field(id)) field(id).addEventListener("input", filter);
  }
  // On paper every detail is open.
  const closed = () => document.querySelectorAll("details:not([open])");
  let opened = [];
  addEventListener("beforeprint", () => { opened = Array.from(closed()); opened.forEach((one) => { one.open = true; }); });
  addEventListener("afterprint", () => { opened.forEach((one) => { one.open = false; }); });
  sort();
  filter();
})();

import { all } from "./_dom";

// Adds and removes rows of a table of fields. Without scripts the same button
// asks the server for more. Removing leaves a gap in the numbers; the server
// reads rows in order and does not mind.
export function rows(): void {
  for (const region of all("[data-rows]")) {
    const body = region.querySelector("tbody");
    const add = region.querySelector<HTMLButtonElement>("[data-add]");
    const heads = region.querySelector("thead tr");
    if (!body || !add || !heads) continue;
    const head = document.createElement("td");
    head.setAttribute("role", "cell");
    heads.append(head);
    for (const row of Array.from(body.rows)) removable(row, region);
    add.addEventListener("click", (e) => {
      e.preventDefault();
      const row = another(body);
      body.append(row);
      removable(row, region);
      const first = row.querySelector<HTMLElement>("input, select, textarea");
      if (first) first.focus();
    });
  }
}

function highest(body: HTMLTableSectionElement): number {
  const numbers = all<HTMLInputElement>("[name]", body).map((f) => Number((/-(\d+)-/.exec(f.name) || ["", "-1"])[1]));
  return Math.max(-1, ...numbers);
}

function another(body: HTMLTableSectionElement): HTMLTableRowElement {
  const n = highest(body) + 1;
  const row = body.rows[body.rows.length - 1].cloneNode(true) as HTMLTableRowElement;
  for (const e of all(".error, .remove-cell", row)) e.remove();
  for (const f of all<HTMLInputElement>("[name]", row)) {
    f.name = f.name.replace(/-\d+-/, `-${n}-`);
    f.id = f.id.replace(/-\d+-/, `-${n}-`);
    f.removeAttribute("aria-invalid");
    f.removeAttribute("aria-describedby");
    const label = f.getAttribute("aria-label");
    if (label) f.setAttribute("aria-label", label.replace(/\d+/, String(body.rows.length + 1)));
    f.value = "";
  }
  return row;
}

function removable(row: HTMLTableRowElement, region: HTMLElement): void {
  const cell = document.createElement("td");
  cell.className = "remove-cell";
  cell.setAttribute("role", "cell");
  const b = document.createElement("button");
  b.type = "button";
  b.className = "plain";
  b.textContent = region.dataset.remove || "";
  b.addEventListener("click", () => remove(row, region));
  cell.append(b);
  row.append(cell);
}

// The last row stays, emptied: it is the pattern for the next.
function remove(row: HTMLTableRowElement, region: HTMLElement): void {
  const body = row.parentElement as HTMLTableSectionElement;
  const form = row.closest("form");
  if (body.rows.length > 1) {
    row.remove();
  } else {
    for (const f of all<HTMLInputElement>("[name]", row)) f.value = "";
  }
  if (form) form.dispatchEvent(new Event("input", { bubbles: true }));
  const next = region.querySelector<HTMLElement>("[data-add]");
  if (next) next.focus();
}

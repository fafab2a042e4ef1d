import { all, inField } from "./_dom";

// J and K walk the rows of a list, X chooses the row, / goes to the search
// field, ? to the keys of the page, and a letter in data-key presses that link
// or button. Single keys disturb people who speak
// to their computer, so each page's hints hold a switch (WCAG 2.1.4), and keys
// never act while a field has the focus.
const store = "keys";

export function keys(): void {
  const toggle = document.querySelector<HTMLButtonElement>("[data-keys-toggle]");
  if (toggle) {
    toggle.hidden = false;
    label(toggle);
    toggle.addEventListener("click", () => {
      localStorage.setItem(store, off() ? "on" : "off");
      label(toggle);
    });
  }
  document.addEventListener("keydown", (e) => {
    if (off() || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || inField(e.target)) return;
    if (press(e.key)) e.preventDefault();
  });
}

function off(): boolean {
  try {
    return localStorage.getItem(store) === "off";
  } catch {
    return false;
  }
}

function label(b: HTMLButtonElement): void {
  b.textContent = (off() ? b.dataset.on : b.dataset.off) || "";
}

function press(key: string): boolean {
  if (key === "?") return help(document.querySelector<HTMLElement>("[data-keys-help]"));
  if (key === "x" || key === "X") return pick();
  if (key === "/") return focus(document.querySelector<HTMLElement>("[data-slash]"));
  if (key === "j" || key === "J") return walk(1);
  if (key === "k" || key === "K") return walk(-1);
  if (!/^[a-z0-9]$/i.test(key)) return false;
  const target = document.querySelector<HTMLElement>(`[data-key="${key.toLowerCase()}"]`);
  if (target) target.click();
  return target !== null;
}

function walk(step: number): boolean {
  const links = all<HTMLAnchorElement>("[data-keys] [data-row] a");
  if (links.length === 0) return false;
  const at = links.findIndex((l) => l === document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
  return focus(links[next]);
}

function pick(): boolean {
  const row = document.activeElement && document.activeElement.closest("[data-keys] [data-row]");
  const box = row && row.querySelector<HTMLInputElement>("input[type=checkbox]");
  if (box) box.checked = !box.checked;
  return Boolean(box);
}

function help(e: HTMLElement | null): boolean {
  if (e) e.scrollIntoView({ block: "nearest" });
  return focus(e);
}

function focus(e: HTMLElement | null): boolean {
  if (e) e.focus();
  return e !== null;
}

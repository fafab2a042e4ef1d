import { all } from "./_dom";

// Asks before a page with unsaved changes is left. A form that was sent, or
// whose autosave was acknowledged, is clean.
export function guard(): void {
  for (const form of all<HTMLFormElement>("form[data-guard]")) {
    let dirty = false;
    form.addEventListener("input", () => { dirty = true; });
    form.addEventListener("saved", () => { dirty = false; });
    form.addEventListener("submit", (e) => { if (!e.defaultPrevented) dirty = false; });
    addEventListener("beforeunload", (e) => {
      if (!dirty) return;
      e.preventDefault();
      e.returnValue = form.dataset.guard || "";
    });
  }
}

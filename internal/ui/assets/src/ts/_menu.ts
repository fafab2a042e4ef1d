// The menu of the desk's navigation opens and closes without a script. Where
// scripts run it also closes by Escape, by a press elsewhere and when the
// focus leaves it, so that it never lies over what has the focus.
export function menu(): void {
  const m = document.querySelector<HTMLDetailsElement>("[data-menu]");
  if (!m) return;
  const outside = (t: EventTarget | null) => t instanceof Node && !m.contains(t);
  m.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !m.open) return;
    m.open = false;
    m.querySelector("summary")?.focus();
  });
  m.addEventListener("focusout", (e) => { if (outside(e.relatedTarget)) m.open = false; });
  document.addEventListener("click", (e) => { if (outside(e.target)) m.open = false; });
}

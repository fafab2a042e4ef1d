import { all } from "./_dom";

// Print and copy buttons appear only where they work; what asks for the focus
// after a page load (an error summary, a receipt) gets it.
export function handy(): void {
  for (const b of all<HTMLButtonElement>("button[data-do]")) {
    const can = b.dataset.do !== "copy-link" || Boolean(navigator.clipboard);
    b.hidden = !can;
    b.addEventListener("click", () => act(b));
  }
  const focus = document.querySelector<HTMLElement>("[data-focus]");
  if (focus) focus.focus();
}

async function act(b: HTMLButtonElement): Promise<void> {
  if (b.dataset.do === "print") {
    window.print();
    return;
  }
  const label = b.querySelector("span");
  if (!label) return;
  const before = label.textContent;
  await navigator.clipboard.writeText(location.href.split("#")[0]);
  label.setAttribute("role", "status");
  label.textContent = b.dataset.done || before;
  setTimeout(() => { label.textContent = before; }, 3000);
}

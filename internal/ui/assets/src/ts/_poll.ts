import { all } from "./_dom";

// How often what is under way is asked for again, in milliseconds.
const every = 3000;

// poll replaces what is still under way by what the server says of it now,
// until that is no longer under way. Without scripts the page says it when it is
// next opened.
export function poll(): void {
  all("[data-poll]").forEach(watch);
}

function watch(part: HTMLElement): void {
  if (part.dataset.at) window.setTimeout(ask, every, part, part.dataset.at);
}

async function ask(part: HTMLElement, at: string): Promise<void> {
  if (!part.isConnected) return;
  if (document.hidden || part.contains(document.activeElement)) return watch(part);
  try {
    const r = await fetch(at, { credentials: "same-origin" });
    if (!r.ok) return; // gone, or signed out: the page says so when it is sent
    const now = new DOMParser().parseFromString(await r.text(), "text/html").body.firstElementChild;
    if (!(now instanceof HTMLElement)) return;
    part.replaceWith(now);
    if (now.matches("[data-poll]")) watch(now);
  } catch {
    watch(part); // the line is poor
  }
}

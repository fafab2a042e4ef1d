import { all } from "./_dom";

// live keeps a page true while somebody looks at it: the server says that
// something it shows has changed, never what, and the page asks for itself
// again. A list is renewed in place; over a single thing somebody reads, a
// notice offers to. A page nobody looks at lets go of the line.
export function live(): void {
  const part = document.querySelector<HTMLElement>("[data-live]");
  if (part && part.dataset.live && "EventSource" in window) new Live(part.dataset.live, part);
}

class Live {
  private source: EventSource | null = null;
  private away = false; // it was out of sight, so something may have been missed

  constructor(private at: string, private part: HTMLElement) {
    document.addEventListener("visibilitychange", () => this.look());
    addEventListener("pagehide", () => this.close());
    this.look();
  }

  private look(): void {
    if (document.hidden) {
      this.away = this.source !== null;
      return this.close();
    }
    if (this.source) return;
    this.source = new EventSource(this.at);
    this.source.addEventListener("tick", () => this.tick());
    if (this.away && !this.tells()) this.renew();
    this.away = false;
  }

  private close(): void {
    if (this.source) this.source.close();
    this.source = null;
  }

  private tells(): boolean { return this.part.hasAttribute("data-live-tell"); }

  private tick(): void {
    if (!this.tells()) {
      this.renew();
      return;
    }
    this.part.hidden = false;
    this.close(); // it says no more than that
  }

  private async renew(): Promise<void> {
    try {
      const r = await fetch(location.href, { credentials: "same-origin" });
      if (!r.ok) return;
      const now = new DOMParser().parseFromString(await r.text(), "text/html");
      for (const old of all("[data-live-part], .side")) {
        const fresh = now.getElementById(old.id);
        if (fresh) swap(old, fresh);
      }
    } catch { /* the line is poor: the next tick tries again */ }
  }
}

// swap replaces a part; what was chosen in it stays chosen, and the focus stays
// where it was.
function swap(old: Element, fresh: Element): void {
  const chosen = all<HTMLInputElement>("input:checked", old).map((b) => b.value);
  const at = document.activeElement;
  const href = old.contains(at) && at instanceof HTMLAnchorElement ? at.getAttribute("href") : null;
  if (old.contains(at) && !href) return; // a box in it has the focus: not under somebody's hand
  for (const b of all<HTMLInputElement>("input[type=checkbox]", fresh)) b.checked = chosen.indexOf(b.value) >= 0;
  if (old instanceof HTMLDetailsElement && fresh instanceof HTMLDetailsElement) fresh.open = old.open;
  old.replaceWith(fresh);
  const again = href ? all<HTMLAnchorElement>("a", fresh).filter((a) => a.getAttribute("href") === href)[0] : null;
  if (again) again.focus();
}

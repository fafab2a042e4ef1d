import { all, words } from "./_dom";

// Saves a draft two seconds after the last key. Until the server has
// acknowledged, a copy is kept in this tab's sessionStorage, so that neither a
// dead line nor a closed session loses what was typed. The word beside the
// buttons always tells the truth: saved at, or not saved.
const idle = 2000;
const retries = [5000, 10000, 30000];

export function autosave(): void {
  for (const form of all<HTMLFormElement>("form[data-autosave]")) new Draft(form);
}

class Draft {
  private timer = 0;
  private tries = 0;
  private typed = 0; // counts changes: an answer to an older one clears nothing
  private busy = false;
  private readonly key: string;
  private readonly word: HTMLElement | null;

  constructor(private form: HTMLFormElement) {
    this.key = "draft:" + form.dataset.autosave;
    this.word = form.querySelector(".saved");
    this.restore();
    form.addEventListener("input", () => this.changed());
    form.addEventListener("submit", (e) => { if (!e.defaultPrevented) clearTimeout(this.timer); });
    addEventListener("online", () => { if (this.tries > 0) this.save(); });
  }

  private fields(): [string, string][] {
    const out: [string, string][] = [];
    new FormData(this.form).forEach((v, k) => { if (typeof v === "string") out.push([k, v]); });
    return out;
  }

  private changed(): void {
    this.typed++;
    this.keep();
    this.later(idle);
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.save(), ms);
  }

  private async save(): Promise<void> {
    if (this.busy) return this.later(idle);
    const typed = this.typed;
    this.busy = true;
    this.say(this.word?.dataset.saving, false);
    try {
      const answer = await fetch(this.form.dataset.autosave || "", {
        method: "POST",
        body: new URLSearchParams(this.fields()),
        credentials: "same-origin",
        redirect: "error", // a redirect leads to the sign-in page: not saved
      });
      if (!answer.ok) throw new Error(String(answer.status));
      this.acknowledged(answer, typed);
    } catch {
      this.say(this.word?.dataset.failed, true);
      this.later(retries[Math.min(this.tries++, retries.length - 1)]);
    } finally {
      this.busy = false;
    }
  }

  // The server may count versions; the next save then names the one it built on.
  private acknowledged(answer: Response, typed: number): void {
    this.tries = 0;
    const version = answer.headers.get("Draft-Version");
    const field = this.form.elements.namedItem("version");
    if (version && field instanceof HTMLInputElement) field.value = version;
    const now = new Date();
    const clock = [now.getHours(), now.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
    this.say(words(this.word?.dataset.saved, clock), false);
    if (typed !== this.typed) return;
    sessionStorage.removeItem(this.key);
    this.form.dispatchEvent(new CustomEvent("saved"));
  }

  private say(sentence: string | undefined, failed: boolean): void {
    if (!this.word) return;
    this.word.textContent = sentence || "";
    this.word.classList.toggle("failed", failed);
  }

  private keep(): void {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.fields()));
    } catch { /* full or forbidden: the server copy is the one that counts */ }
  }

  private restore(): void {
    let kept: [string, string][] = [];
    try {
      kept = JSON.parse(sessionStorage.getItem(this.key) || "[]");
    } catch { return; }
    if (kept.length === 0) return;
    for (const box of all<HTMLInputElement>("input[type=checkbox], input[type=radio]", this.form)) {
      box.checked = kept.some(([k, v]) => k === box.name && v === box.value);
    }
    for (const [name, value] of kept) {
      const f = this.form.elements.namedItem(name);
      if (name === "version" || !(f instanceof HTMLInputElement || f instanceof HTMLTextAreaElement || f instanceof HTMLSelectElement)) continue;
      if (f.type !== "checkbox" && f.type !== "radio" && f.type !== "file") f.value = value;
    }
    this.say(this.word?.dataset.kept, false);
    this.later(idle);
  }
}

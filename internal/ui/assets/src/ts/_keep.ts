import { all, words } from "./_dom";

// Keeps a form nobody sent yet on the server while it is typed, sealed under a
// code the page shows. Nothing is left on the device: whoever comes back, here
// or elsewhere, types the code.
const idle = 3000;
const retry = 10000;

export function keep(): void {
  for (const form of all<HTMLFormElement>("form[data-keep]")) new Kept(form);
}

class Kept {
  private timer = 0;
  private busy = false;
  private sent = false;
  private line = new AbortController();
  private readonly word: HTMLElement | null;

  constructor(private form: HTMLFormElement) {
    this.word = form.querySelector(".saved");
    form.addEventListener("input", () => this.later(idle));
    form.addEventListener("submit", () => { this.sent = true; clearTimeout(this.timer); this.line.abort(); });
    addEventListener("pageshow", () => { this.sent = false; });
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    if (!this.sent) this.timer = window.setTimeout(() => this.save(), ms);
  }

  private async save(): Promise<void> {
    if (this.busy) return this.later(idle);
    if (!all<HTMLTextAreaElement>("textarea", this.form).some((a) => a.value.trim() !== "")) return;
    this.busy = true;
    this.line = new AbortController();
    try {
      const answer = await fetch(this.form.dataset.keep || "", { method: "POST", body: new URLSearchParams(this.fields()), credentials: "same-origin", redirect: "error", signal: this.line.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      this.say(words(this.word?.dataset.kept, await answer.text()), false);
    } catch {
      if (this.sent) return;
      this.say(this.word?.dataset.failed, true);
      this.later(retry);
    } finally {
      this.busy = false;
    }
  }

  private fields(): [string, string][] {
    const out: [string, string][] = [];
    new FormData(this.form).forEach((v, k) => { if (typeof v === "string") out.push([k, v]); });
    return out;
  }

  private say(sentence: string | undefined, failed: boolean): void {
    if (!this.word) return;
    this.word.textContent = sentence || "";
    this.word.classList.toggle("failed", failed);
  }
}

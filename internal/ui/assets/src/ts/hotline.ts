// The desk somebody answers the hotline at, and the page of the shift lead. The
// server tells that something changed, and the page asks for itself again and
// replaces its parts; forms go without a page load, so that the voice goes on.
import { Bell } from "./_bell";
import { all, words } from "./_dom";
import { Softphone } from "./_softphone";

const found = document.getElementById("line");
if (found) desk(found);

function desk(line: HTMLElement): void {
  const at = line.dataset.at || location.pathname;
  const title = document.title;
  const bell = new Bell();
  const skew = Date.now() - Number(line.dataset.now);
  let voice: Softphone | null = null;
  let pressed: HTMLButtonElement | null = null;

  // --- the parts of the page -------------------------------------------------

  function part(id: string): HTMLElement | null { return document.getElementById(id); }

  // swap puts what the server says in the place of a part; what is open stays
  // open, what was chosen stays chosen, and the focus stays where it was.
  function swap(id: string, now: Document): void {
    const old = part(id);
    const fresh = now.getElementById(id);
    if (!old || !fresh || old.innerHTML === fresh.innerHTML) return;
    const focus = old.contains(document.activeElement) ? (document.activeElement as HTMLElement).id : "";
    for (const d of all<HTMLDetailsElement>("details[id]", old)) {
      const again = fresh.querySelector<HTMLDetailsElement>("#" + d.id);
      if (again) again.open = d.open;
    }
    if (id === "phone") {
      for (const s of all<HTMLSelectElement>("select[id]", old)) {
        const again = fresh.querySelector<HTMLSelectElement>("#" + s.id);
        if (again && all<HTMLOptionElement>("option", again).some((o) => o.value === s.value)) again.value = s.value;
      }
    }
    old.replaceWith(fresh);
    if (focus) {
      const again = part(focus) || fresh.querySelector<HTMLElement>("button:not([hidden])");
      if (again) again.focus();
    }
    fresh.querySelector<HTMLElement>("[data-focus]")?.focus();
    mark();
    if (id === "work") draft.watch();
  }

  function parsed(text: string): Document | null {
    const now = new DOMParser().parseFromString(text, "text/html");
    return now.getElementById("line") ? now : null;
  }

  // leave loads the page anew, once: a second time would break off the first.
  let leaving = false;

  function leave(): void {
    if (!leaving) location.assign(at);
    leaving = true;
  }

  let asking = false;
  let again = false;

  async function renew(): Promise<void> {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      const r = await fetch(at, { credentials: "same-origin" });
      if (!r.ok && r.status !== 401 && r.status !== 403) return; // the server has a bad moment
      const now = parsed(await r.text());
      if (!now) return leave(); // signed out, or no seat any more
      swap("phone", now);
      swap("say", now);
      await work(now);
      joined(now);
    } catch { /* the line is poor: the next tick tries again */ } finally {
      asking = false;
      if (again) {
        again = false;
        renew();
      }
    }
  }

  // work takes the form away only for another call: not from under somebody's
  // hands when the call is over.
  async function work(now: Document): Promise<void> {
    const old = part("work");
    const fresh = now.getElementById("work");
    if (!old || !fresh || old.dataset.call === fresh.dataset.call) return;
    if (!fresh.dataset.call && draft.open) return;
    await draft.flush();
    swap("work", now);
  }

  // joined begins or ends the browser's voice where the seat's way changed.
  function joined(now: Document): void {
    const wants = now.getElementById("line")?.dataset.join || "";
    if (wants !== (line.dataset.join || "")) leave();
  }

  // --- forms without a page load ----------------------------------------------

  document.addEventListener("click", (e) => {
    const b = e.target instanceof Element ? e.target.closest("button") : null;
    pressed = b instanceof HTMLButtonElement ? b : null;
    if (b && b.id === "do-mute") mute();
    if (b && b.id === "voice-here" && voice) voice.join();
  });

  document.addEventListener("submit", (e) => {
    const form = e.target as HTMLFormElement;
    const intake = form.matches("#work form.intake");
    const parts = intake ? "work phone" : form.dataset.swap;
    if (!parts || e.defaultPrevented) return;
    e.preventDefault();
    const body = new URLSearchParams();
    new FormData(form).forEach((v, k) => { if (typeof v === "string") body.append(k, v); });
    const by = pressed && pressed.form === form ? pressed : form.querySelector<HTMLButtonElement>("button[name]");
    if (by && by.name) body.set(by.name, by.value);
    if (intake) draft.stop();
    send(form, body, parts.split(" "));
  });

  async function send(form: HTMLFormElement, body: URLSearchParams, parts: string[]): Promise<void> {
    form.setAttribute("aria-busy", "true");
    const reads = form.method === "get";
    try {
      const to = form.getAttribute("action") || at;
      const r = reads ? await fetch(to + "?" + body, { credentials: "same-origin" }) : await fetch(to, { method: "POST", credentials: "same-origin", body });
      const now = parsed(await r.text());
      if (!now) return r.ok ? renew() : leave();
      for (const id of parts) {
        if (id === "work" && !form.closest("#work")) await work(now);
        else swap(id, now);
      }
      if (form.closest("#work") || parts[0] === "work") draft.again();
      joined(now);
    } catch {
      form.removeAttribute("aria-busy");
      if (form.closest("#work")) draft.again();
    }
  }

  // --- what runs: clocks, bell, title -----------------------------------------

  function mark(): void {
    const now = Date.now() - skew;
    for (const s of all("[data-since]")) if (s.dataset.since) s.textContent = clock(now - Number(s.dataset.since));
    for (const s of all("[data-until]")) if (s.dataset.until) s.textContent = clock(Number(s.dataset.until) - now);
    const rings = document.querySelector("[data-ring]") !== null;
    bell.ring(rings);
    const words = line.dataset.rings || "";
    document.title = rings && Math.floor(now / 1000) % 2 === 0 ? words + " " + title : title;
    const said = part("ring-said");
    if (said && (said.textContent !== "") !== rings) said.textContent = rings ? words : "";
    const b = part("do-mute");
    if (b && voice) {
      if (b.parentElement) b.parentElement.hidden = !voice.live;
      b.setAttribute("aria-pressed", String(voice.muted));
      b.textContent = (voice.muted ? line.dataset.unmute : line.dataset.mute) || "";
    }
  }

  function clock(ms: number): string {
    const s = Math.max(0, Math.floor(ms / 1000));
    const two = (n: number): string => String(n % 60).padStart(2, "0");
    return s < 3600 ? Math.floor(s / 60) + ":" + two(s) : Math.floor(s / 3600) + ":" + two(Math.floor(s / 60)) + ":" + two(s);
  }

  function mute(): void {
    if (voice) voice.mute(!voice.muted);
    mark();
  }

  // Function keys act wherever the focus is: somebody writes while it rings.
  document.addEventListener("keydown", (e) => {
    if (!/^F\d+$/.test(e.key) || e.ctrlKey || e.altKey || e.metaKey || e.repeat) return;
    const b = document.querySelector<HTMLButtonElement>(`[data-fkey="${(e.shiftKey ? "Shift+" : "") + e.key}"]`);
    if (!b || b.closest("[hidden]")) return;
    e.preventDefault();
    b.click();
  });

  // --- the form is saved while it is filled in --------------------------------

  const draft = new (class {
    open = false; // something was typed and is not filed
    private timer = 0;
    private dirty = false;
    private saving = false; // a page that goes breaks it off
    private sent = false;
    private tries = 0;

    watch(): void {
      this.open = this.dirty = this.sent = false;
      const form = this.form();
      if (!form) return;
      form.addEventListener("input", () => this.changed());
    }

    // again keeps what a refused form still holds.
    again(): void {
      this.sent = false;
      if (this.form()) this.changed();
    }

    private form(): HTMLFormElement | null { return document.querySelector<HTMLFormElement>("#work form.intake"); }

    private changed(): void {
      this.open = this.dirty = true;
      this.later(2000);
    }

    private later(ms: number): void {
      clearTimeout(this.timer);
      if (!this.sent) this.timer = window.setTimeout(() => this.save(), ms);
    }

    stop(): void {
      this.sent = true;
      this.open = this.dirty = false;
      clearTimeout(this.timer);
    }

    async flush(): Promise<void> {
      if (this.dirty) await this.save();
    }

    private body(form: HTMLFormElement): URLSearchParams {
      const out = new URLSearchParams();
      new FormData(form).forEach((v, k) => { if (typeof v === "string") out.append(k, v); });
      return out;
    }

    private async save(): Promise<void> {
      clearTimeout(this.timer);
      const form = this.form();
      const to = part("work")?.dataset.draft;
      if (!form || !to || this.sent) return;
      this.dirty = false;
      this.saving = true;
      this.say(line.dataset.saving, false);
      try {
        const r = await fetch(to, { method: "POST", credentials: "same-origin", redirect: "error", body: this.body(form) });
        if (!r.ok) throw new Error(String(r.status));
        this.tries = 0;
        const now = new Date();
        this.say(words(line.dataset.saved, [now.getHours(), now.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":")), false);
      } catch {
        this.dirty = true;
        this.say(line.dataset.failed, true);
        this.later(Math.min(30000, 3000 * ++this.tries));
      } finally {
        this.saving = false;
      }
    }

    // leave sends what was typed last when the page goes.
    leave(): void {
      const form = this.form();
      const to = part("work")?.dataset.draft;
      if (form && to && (this.dirty || this.saving) && !this.sent) navigator.sendBeacon(to, this.body(form));
    }

    private say(sentence: string | undefined, failed: boolean): void {
      const p = part("draft-said");
      if (!p) return;
      p.textContent = sentence || "";
      p.classList.toggle("failed", failed);
    }
  })();

  // --- begin --------------------------------------------------------------------

  draft.watch();
  mark();
  window.setInterval(mark, 1000);
  addEventListener("pagehide", () => draft.leave());
  if (line.dataset.join) {
    const said = part("voice-said");
    const here = part("voice-here");
    if ("RTCPeerConnection" in window && navigator.mediaDevices) {
      voice = new Softphone(line.dataset.join, (s, why, counts) => {
        if (said) said.textContent = (why ? why + " " : "") + words(line.dataset[s], ...(counts || []));
        if (here) here.hidden = s !== "elsewhere";
        line.dataset.voice = s;
        mark();
      });
      voice.join((line.dataset.places || "").split(" "));
    }
  }
  if (line.dataset.events && "EventSource" in window) {
    const source = new EventSource(line.dataset.events);
    source.addEventListener("tick", (e) => {
      const at = JSON.parse((e as MessageEvent).data).at;
      if (voice && at) voice.places(at.split(" "));
      renew();
    });
    addEventListener("pagehide", () => source.close());
  }
}

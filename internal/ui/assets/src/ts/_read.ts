import { all } from "./_dom";

// Reads the main text aloud, part by part, so that stopping and going on
// keeps the place. The button appears only when the browser has a voice for
// the page's language. Some voices are spoken by a server of the browser's
// maker; only voices of the device itself are used, because what a person
// reads here is nobody else's business.
const blocks = "h1,h2,h3,h4,p,li,dt,dd,caption,th,td,figcaption,summary,legend,label,blockquote,pre,div,section,article,figure,header,ul,ol,dl,main";
const silent = ".crumbs, .hide, button, .button, script, svg, select, textarea, [hidden]";

// Part is what is spoken in one breath: words of one block in one language.
type Part = { block: HTMLElement; lang: string; text: string };

export function readAloud(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-read-aloud]");
  const main = document.querySelector<HTMLElement>("[data-read]");
  if (!button || !main || !("speechSynthesis" in window)) return;
  const show = () => { button.hidden = !voice(document.documentElement.lang); };
  show();
  speechSynthesis.addEventListener("voiceschanged", show);
  new Reader(button, main);
}

function voice(lang: string): SpeechSynthesisVoice | undefined {
  const short = lang.slice(0, 2).toLowerCase();
  const fit = speechSynthesis.getVoices().filter((v) => v.localService && v.lang.slice(0, 2).toLowerCase() === short);
  return fit.find((v) => v.lang.replace("_", "-").toLowerCase() === lang.toLowerCase()) || fit[0];
}

// parts are all words of the main part that are shown, in the order of the page.
function parts(main: HTMLElement): Part[] {
  const out: Part[] = [];
  const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const n = walker.currentNode as Text;
    const e = n.parentElement as HTMLElement;
    if (!n.data.trim() || e.closest(silent) || e.getClientRects().length === 0) continue;
    const block = e.closest<HTMLElement>(blocks) as HTMLElement;
    const lang = (e.closest("[lang]") as HTMLElement).lang;
    const last = out[out.length - 1];
    if (last && last.block === block && (last.lang === lang || !/[^\s\d.,:;!?()/-]/.test(n.data))) last.text += n.data;
    else out.push({ block, lang, text: n.data });
  }
  return out;
}

class Reader {
  private at = 0;
  private reading = false;
  private readonly start: string;

  constructor(private button: HTMLButtonElement, private main: HTMLElement) {
    this.start = button.textContent || "";
    button.addEventListener("click", () => (this.reading ? this.stop() : this.go()));
    addEventListener("pagehide", () => speechSynthesis.cancel());
    document.addEventListener("keydown", (e) => { if (e.key === "Escape" && this.reading) this.stop(); });
  }

  private go(): void {
    this.reading = true;
    this.button.textContent = this.button.dataset.stop || "";
    this.say();
  }

  private stop(): void {
    this.reading = false;
    speechSynthesis.cancel();
    this.mark(null);
    this.button.textContent = (this.at > 0 && this.button.dataset.goOn) || this.start;
  }

  private say(): void {
    const part = parts(this.main)[this.at];
    if (!part) {
      this.at = 0;
      this.stop();
      return;
    }
    this.mark(part.block);
    const lang = part.lang;
    const u = new SpeechSynthesisUtterance(part.text.replace(/\s+/g, " ").trim());
    u.lang = lang;
    u.rate = document.documentElement.classList.contains("elder") ? 0.85 : 1;
    const v = voice(lang);
    if (v) u.voice = v;
    u.onend = () => { if (this.reading) { this.at++; this.say(); } };
    u.onerror = () => { if (this.reading) this.stop(); };
    speechSynthesis.speak(u);
  }

  private mark(block: HTMLElement | null): void {
    for (const e of all(".reading")) e.classList.remove("reading");
    if (!block) return;
    block.classList.add("reading");
    block.scrollIntoView({ block: "nearest" });
  }
}

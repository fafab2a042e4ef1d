// Writing as it will look: a bar of a few tools over the field a form has
// anyway. The field keeps the text that is sent and saved; without scripts, or
// at the press of "HTML", it is the field itself that is written in.
import { address, html, lines, nodes } from "./_clean";
import { all } from "./_dom";

const spans = 600; // keys within so many milliseconds are undone together

export function rich(): void {
  for (const field of all("[data-rich]")) new Rich(field);
}

type State = { html: string; caret: number[] };

class Rich {
  private readonly field: HTMLTextAreaElement;
  private readonly text = document.createElement("div");
  private readonly bar: HTMLElement;
  private readonly link: HTMLElement;
  private readonly id: string;
  private past: State[] = [];
  private future: State[] = [];
  private at = 0; // when the last state was kept
  private range: Range | null = null; // where the link goes

  constructor(box: HTMLElement) {
    this.field = box.querySelector("textarea") as HTMLTextAreaElement;
    this.bar = box.querySelector("[role=toolbar]") as HTMLElement;
    this.link = box.querySelector(".rich-link") as HTMLElement;
    this.id = this.field.id;
    this.page(box.querySelector("label") as HTMLLabelElement);
    this.buttons();
    this.links();
    this.text.addEventListener("input", (e) => { e.stopPropagation(); this.changed(); });
    this.text.addEventListener("beforeinput", (e) => this.before(e as InputEvent));
    this.text.addEventListener("paste", (e) => this.paste(e));
    this.text.addEventListener("keydown", (e) => this.keys(e));
    document.addEventListener("selectionchange", () => { if (this.inside()) this.shows(); });
    this.visual(true);
  }

  // page puts the writing place into the page, in the field's name.
  private page(label: HTMLLabelElement): void {
    const t = this.text;
    t.className = "input rich-text";
    t.contentEditable = "true";
    t.setAttribute("role", "textbox");
    t.setAttribute("aria-multiline", "true");
    label.id = this.id + "-label";
    t.setAttribute("aria-labelledby", label.id);
    for (const a of ["aria-describedby", "aria-required", "aria-invalid", "lang"]) {
      const v = this.field.getAttribute(a);
      if (v) t.setAttribute(a, v);
    }
    label.addEventListener("click", () => { if (!t.hidden) t.focus(); });
    this.field.after(t);
    document.execCommand("defaultParagraphSeparator", false, "p");
    document.execCommand("styleWithCSS", false, "false");
    this.bar.hidden = false;
  }

  // visual shows the text as it will look, or the field with its HTML. The id
  // goes along, since a summary of errors leads to it.
  private visual(on: boolean): void {
    if (on) this.fill(nodes(this.field.value));
    this.text.hidden = !on;
    this.field.hidden = on;
    this.link.hidden = true;
    this.field.id = on ? this.id + "-html" : this.id;
    this.text.id = on ? this.id : this.id + "-text";
    this.bar.setAttribute("aria-controls", this.id);
    for (const b of all<HTMLButtonElement>("button", this.bar)) {
      if (b.dataset.do === "html") b.setAttribute("aria-pressed", String(!on));
      else b.disabled = !on;
    }
    this.past = [];
    this.future = [];
    this.shows();
  }

  private fill(content: DocumentFragment): void {
    while (this.text.firstChild) this.text.firstChild.remove();
    this.text.appendChild(content);
    if (!this.text.firstElementChild) this.text.appendChild(document.createElement("p")).appendChild(document.createElement("br"));
  }

  private changed(): void {
    this.field.value = html(this.text);
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.shows();
  }

  private before(e: InputEvent): void {
    if (e.inputType === "historyUndo" || e.inputType === "historyRedo") {
      e.preventDefault();
      this.step(e.inputType === "historyUndo");
    } else this.keep(e.inputType === "insertText" || e.inputType === "insertCompositionText" ? spans : 0);
  }

  // keep remembers how things are before a change, for undoing.
  private keep(within: number): void {
    const now = Date.now();
    if (now - this.at >= within) {
      this.past.push(this.state());
      if (this.past.length > 200) this.past.shift();
    }
    this.at = now;
    this.future = [];
  }

  private state(): State {
    const caret: number[] = [];
    const sel = getSelection();
    if (sel && sel.rangeCount && this.inside()) {
      const r = sel.getRangeAt(0);
      caret.push(r.startOffset);
      for (let n: Node = r.startContainer; n !== this.text && n.parentNode; n = n.parentNode) {
        caret.unshift(Array.prototype.indexOf.call(n.parentNode.childNodes, n));
      }
    }
    return { html: this.text.innerHTML, caret };
  }

  private step(back: boolean): void {
    const from = back ? this.past : this.future, to = back ? this.future : this.past;
    const s = from.pop();
    if (!s) return;
    to.push(this.state());
    this.at = 0;
    this.fill(nodes(s.html));
    let n: Node = this.text;
    for (const i of s.caret.slice(0, -1)) n = n.childNodes[i] || n;
    this.caret(n, s.caret[s.caret.length - 1] || 0);
    this.changed();
  }

  private caret(n: Node, offset: number): void {
    const most = n.nodeType === Node.TEXT_NODE ? (n as Text).length : n.childNodes.length;
    this.text.focus();
    getSelection()?.collapse(n, Math.min(offset, most));
  }

  private inside(): boolean {
    const n = getSelection()?.anchorNode;
    return !!n && this.text.contains(n);
  }

  private around(selector: string): HTMLElement | null {
    const n = getSelection()?.anchorNode;
    const e = n instanceof Element ? n : n?.parentElement;
    const found = this.inside() && e ? e.closest<HTMLElement>(selector) : null;
    return found && found !== this.text && this.text.contains(found) ? found : null;
  }

  // buttons are one stop of the Tab key; arrows go between them.
  private buttons(): void {
    const bs = all<HTMLButtonElement>("button", this.bar);
    bs.forEach((b, i) => {
      b.tabIndex = i === 0 ? 0 : -1;
      b.addEventListener("mousedown", (e) => e.preventDefault()); // the text keeps its selection
      b.addEventListener("click", () => this.act(b.dataset.do || ""));
    });
    this.bar.addEventListener("keydown", (e) => {
      const open = bs.filter((b) => !b.disabled && b.offsetParent);
      const rtl = getComputedStyle(this.bar).direction === "rtl";
      const step = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
      let i = open.indexOf(document.activeElement as HTMLButtonElement);
      if (step) i = (i + (rtl ? -step : step) + open.length) % open.length;
      else if (e.key === "Home") i = 0;
      else if (e.key === "End") i = open.length - 1;
      else if (e.key === "Escape" && !this.text.hidden) return this.text.focus();
      else return;
      e.preventDefault();
      for (const b of bs) b.tabIndex = b === open[i] ? 0 : -1;
      open[i].focus();
    });
  }

  private act(what: string): void {
    if (what === "html") {
      const visual = this.text.hidden;
      this.visual(visual);
      return (visual ? this.text : this.field).focus();
    }
    if (!this.inside()) this.caret(this.text.lastElementChild || this.text, 1e6);
    if (what === "undo" || what === "redo") return this.step(what === "undo");
    if (what === "link") return this.ask();
    this.keep(0);
    switch (what) {
      case "bold": document.execCommand("bold"); break;
      case "heading": document.execCommand("formatBlock", false, this.around("h3,h4") ? "p" : "h3"); break;
      case "list": document.execCommand("insertUnorderedList"); break;
      case "numbers": document.execCommand("insertOrderedList"); break;
      case "table": this.table(); break;
      case "row": this.row(); break;
      case "column": this.column(); break;
      case "row-less": this.less(true); break;
      case "column-less": this.less(false); break;
    }
    this.changed();
  }

  // shows tells by the buttons what holds where the caret is.
  private shows(): void {
    const on: { [what: string]: boolean } = {
      bold: this.inside() && document.queryCommandState("bold"), heading: !!this.around("h3,h4"), list: !!this.around("ul"), numbers: !!this.around("ol"), link: !!this.around("a"),
    };
    for (const b of all<HTMLButtonElement>("button[data-do]", this.bar)) {
      const what = b.dataset.do || "";
      if (what in on) b.setAttribute("aria-pressed", String(on[what]));
      if (what === "undo") b.setAttribute("aria-disabled", String(this.past.length === 0));
      if (what === "redo") b.setAttribute("aria-disabled", String(this.future.length === 0));
    }
    const cells = this.bar.querySelector<HTMLElement>("[data-in-table]");
    if (cells) cells.hidden = !this.around("table");
  }

  private block(): Element | null {
    let e: Element | null = this.around("p,h3,h4,ul,ol,blockquote,table");
    while (e && e.parentElement !== this.text) e = e.parentElement;
    return e || this.text.lastElementChild;
  }

  private table(): void {
    const t = document.createElement("table");
    const head = t.createTHead().insertRow();
    for (let j = 0; j < 3; j++) head.appendChild(cell("th"));
    const body = t.createTBody();
    for (let i = 0; i < 2; i++) for (let j = 0, r = body.insertRow(); j < 3; j++) r.appendChild(cell("td"));
    const at = this.block();
    if (at) at.after(t);
    else this.text.appendChild(t);
    if (!t.nextElementSibling) t.after(paragraph()); // there is always a way out of the table
    if (at && !(at.textContent || "").trim() && !at.querySelector("td,th")) at.remove();
    this.caret(head.cells[0], 0);
  }

  private row(): void {
    const r = this.around("tr") as HTMLTableRowElement | null;
    if (!r) return;
    const more = document.createElement("tr");
    for (let j = 0; j < r.cells.length; j++) more.appendChild(cell("td"));
    const head = r.closest("thead");
    const body = head ? (head.parentElement as HTMLTableElement).tBodies[0] : null;
    if (body) body.prepend(more);
    else r.after(more);
    this.caret(more.cells[0], 0);
  }

  private column(): void {
    const c = this.around("td,th") as HTMLTableCellElement | null;
    if (!c) return;
    for (const r of all<HTMLTableRowElement>("tr", c.closest("table") as Element)) {
      const at = r.cells[Math.min(c.cellIndex, r.cells.length - 1)];
      if (at) at.after(cell(at.tagName === "TH" && r.closest("thead") ? "th" : "td"));
    }
  }

  private less(row: boolean): void {
    const c = this.around("td,th") as HTMLTableCellElement | null;
    const t = c && (c.closest("table") as HTMLTableElement);
    if (!c || !t) return;
    const j = c.cellIndex;
    if (row) (c.parentElement as HTMLElement).remove();
    else for (const r of all<HTMLTableRowElement>("tr", t)) r.cells[j]?.remove();
    if (t.querySelector("td,th")) this.caret(t.querySelector("td,th") as Element, 0);
    else {
      const p = paragraph();
      t.replaceWith(p);
      this.caret(p, 0);
    }
  }

  private keys(e: KeyboardEvent): void {
    const mod = e.ctrlKey || e.metaKey;
    const key = e.key.toLowerCase();
    if (e.altKey && e.key === "F10") this.bar.querySelector<HTMLElement>("button[tabindex='0']")?.focus();
    else if (mod && key === "k") this.act("link");
    else if (mod && (key === "y" || (key === "z" && e.shiftKey))) this.step(false);
    else if (mod && key === "z") this.step(true);
    else return;
    e.preventDefault();
  }

  private paste(e: ClipboardEvent): void {
    const data = e.clipboardData;
    const sel = getSelection();
    if (!data || !sel || !sel.rangeCount) return;
    const marked = data.getData("text/html");
    const plain = data.getData("text/plain");
    if (!marked && !/\n/.test(plain)) return; // a word: the browser's own way
    e.preventDefault();
    this.keep(0);
    const r = sel.getRangeAt(0);
    r.deleteContents();
    const content = marked ? nodes(marked) : lines(plain);
    const whole = Array.from(content.childNodes).some((n) => n instanceof Element && /^(P|H3|H4|UL|OL|TABLE|BLOCKQUOTE|HR)$/.test(n.tagName));
    const last = content.lastChild;
    if (!last) return;
    const at = this.block();
    if (whole && at && !this.around("td,th")) {
      at.after(content);
      if (!(at.textContent || "").trim()) at.remove();
    } else if (this.around("td,th")) r.insertNode(document.createTextNode((content.textContent || "").trim()));
    else r.insertNode(content);
    if (this.text.contains(last)) this.caret(last, 1e6);
    if (this.text.lastElementChild?.tagName === "TABLE") this.text.appendChild(paragraph());
    this.changed();
  }

  // ask asks for the address of a link, below the bar.
  private ask(): void {
    const sel = getSelection();
    if (!sel || !sel.rangeCount) return;
    this.range = sel.getRangeAt(0).cloneRange();
    this.link.hidden = false;
    const input = this.link.querySelector("input") as HTMLInputElement;
    input.value = this.around("a")?.getAttribute("href") || "https://";
    input.focus();
    input.select();
  }

  private links(): void {
    const input = this.link.querySelector("input") as HTMLInputElement;
    const done = (to: string | null) => {
      this.link.hidden = true;
      this.text.focus();
      const sel = getSelection();
      if (!sel || !this.range || to === null) return;
      sel.removeAllRanges();
      sel.addRange(this.range);
      this.keep(0);
      const old = this.around("a");
      if (to === "" && old) {
        while (old.firstChild) old.before(old.firstChild);
        old.remove();
      } else if (to && old) old.setAttribute("href", to);
      else if (to) {
        const a = document.createElement("a");
        a.href = to;
        if (this.range.collapsed) a.textContent = to;
        else a.appendChild(this.range.extractContents());
        this.range.insertNode(a);
        sel.collapse(a, a.childNodes.length);
      }
      this.changed();
    };
    input.addEventListener("input", (e) => e.stopPropagation()); // not part of the draft
    input.addEventListener("keydown", (e) => {
      if (e.key === "Enter") done(address(input.value === "https://" ? "" : input.value));
      else if (e.key === "Escape") done(null);
      else return;
      e.preventDefault();
    });
    for (const b of all<HTMLButtonElement>("button", this.link)) {
      b.addEventListener("click", () => done(b.dataset.link === "set" ? address(input.value === "https://" ? "" : input.value) : b.dataset.link === "none" ? "" : null));
    }
  }
}

function cell(name: "td" | "th"): HTMLElement {
  const c = document.createElement(name);
  if (name === "th") c.setAttribute("scope", "col");
  c.appendChild(document.createElement("br"));
  return c;
}

function paragraph(): HTMLElement {
  const p = document.createElement("p");
  p.appendChild(document.createElement("br"));
  return p;
}

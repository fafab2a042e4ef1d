// The rules of the server's CleanHTML, for what is pasted or was kept as HTML:
// headings, lists, tables, emphasis and links stay, everything else is dropped.
// The server cleans again; this only lets the writer see what will be left.
// Nothing here puts a string into the page: DOMParser reads it into a document
// without scripts or pictures of its own, and nodes are built anew from it.
const kept = new Set(("P BR H3 H4 STRONG B EM I U S SUB SUP UL OL LI BLOCKQUOTE HR TABLE CAPTION THEAD TBODY TFOOT TR TD TH A").split(" "));
const gone = new Set(("SCRIPT STYLE IFRAME FRAME FRAMESET NOEMBED NOFRAMES NOSCRIPT OBJECT TEMPLATE SVG MATH").split(" "));
const lowered: { [name: string]: string } = { H1: "H3", H2: "H3", H5: "H4", H6: "H4" };
export const blocks = "p,h3,h4,ul,ol,li,blockquote,hr,table,div,section,article,pre";

// nodes turns what a field holds into clean nodes: HTML, or lines of text.
export function nodes(text: string): DocumentFragment {
  if (!/</.test(text)) return lines(text);
  const out = document.createDocumentFragment();
  const body = new DOMParser().parseFromString(text, "text/html").body;
  copy(body, out);
  return out;
}

export function lines(text: string): DocumentFragment {
  const out = document.createDocumentFragment();
  for (const line of text.split(/\r?\n/)) {
    if (!line.trim()) continue;
    const p = document.createElement("p");
    p.textContent = line.trim();
    out.appendChild(p);
  }
  return out;
}

// html is the clean text of what was edited; "" when it has no word in it.
export function html(edited: Node): string {
  const box = document.createElement("div");
  copy(edited, box);
  if (!(box.textContent || "").trim() && !box.querySelector("table,hr")) return "";
  return box.innerHTML.replace(/<\/(p|h3|h4|li|ul|ol|tr|table|blockquote)>(?!\n|$)/g, "</$1>\n").trim();
}

function copy(from: Node, to: Node): void {
  from.childNodes.forEach((n) => {
    if (n.nodeType === Node.TEXT_NODE) to.appendChild(document.createTextNode((n as Text).data));
    if (n.nodeType === Node.ELEMENT_NODE) element(n as HTMLElement, to);
  });
}

function element(e: HTMLElement, to: Node): void {
  const name = lowered[e.tagName.toUpperCase()] || e.tagName.toUpperCase();
  if (gone.has(name)) return;
  const paragraph = (name === "DIV" || name === "PRE") && !e.querySelector(blocks) && (e.textContent || "").trim() !== "";
  if (!kept.has(name) && !paragraph) return copy(e, to);
  const made = document.createElement(paragraph ? "p" : name);
  for (const a of ["colspan", "rowspan"]) if (/^T[DH]$/.test(name) && /^\d{1,3}$/.test(e.getAttribute(a) || "")) made.setAttribute(a, e.getAttribute(a) || "");
  if (name === "TH" && /^(col|row)$/.test(e.getAttribute("scope") || "")) made.setAttribute("scope", e.getAttribute("scope") || "");
  if (name === "A") {
    const href = address(e.getAttribute("href") || "");
    if (!href) return copy(e, to); // leads nowhere allowed: its words only
    made.setAttribute("href", href);
  }
  copy(e, made);
  to.appendChild(made);
}

// address is an address a link may have, or "".
export function address(s: string): string {
  s = s.trim();
  if (/^(https?:|mailto:|tel:)/i.test(s)) return s;
  return /^[a-z][a-z0-9+.-]*:/i.test(s) || /[\u0000-\u001f]/.test(s) ? "" : s;
}

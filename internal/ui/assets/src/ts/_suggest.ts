import { all } from "./_dom";

type Suggestion = { text: string; note?: string; href: string };

// suggest shows, under a search box, where what is being typed leads: links
// one walks with the arrow keys. Without scripts the box is a plain form.
export function suggest(): void {
  for (const box of all<HTMLInputElement>("input[data-suggest]")) {
    if (box.dataset.suggest) watch(box, box.dataset.suggest);
  }
}

function watch(box: HTMLInputElement, at: string): void {
  const holder = box.closest("form");
  if (!holder) return;
  const list = document.createElement("ul");
  list.className = "suggest";
  list.hidden = true;
  list.setAttribute("aria-label", box.dataset.suggestLabel || "");
  box.after(list);
  let timer = 0;
  let last = "";
  let asked: AbortController | null = null;
  const close = (): void => { list.hidden = true; };
  const ask = async (): Promise<void> => {
    const q = box.value.trim();
    if (q === last) return;
    last = q;
    asked?.abort();
    if (!q) return close();
    asked = new AbortController();
    try {
      const r = await fetch(at + "?q=" + encodeURIComponent(q), { signal: asked.signal });
      if (r.ok && box.value.trim() === q) show(list, (await r.json()).suggestions);
    } catch { /* typed on, or the line is poor: the form still works */ }
  };
  box.addEventListener("input", (e) => {
    if ((e as InputEvent).isComposing) return;
    clearTimeout(timer);
    timer = window.setTimeout(ask, 200);
  });
  box.addEventListener("compositionend", () => { clearTimeout(timer); timer = window.setTimeout(ask, 200); });
  holder.addEventListener("keydown", (e) => walk(e, box, list, close));
  holder.addEventListener("focusout", (e) => {
    if (!(e.relatedTarget instanceof Node) || !holder.contains(e.relatedTarget)) close();
  });
}

function show(list: HTMLUListElement, found: Suggestion[]): void {
  list.textContent = "";
  list.append(...found.map((s) => {
    const a = document.createElement("a");
    a.href = s.href;
    a.textContent = s.text;
    const li = document.createElement("li");
    li.append(a);
    if (s.note) {
      const note = document.createElement("span");
      note.className = "muted";
      note.textContent = " " + s.note;
      a.append(note);
    }
    return li;
  }));
  list.hidden = found.length === 0;
}

function walk(e: KeyboardEvent, box: HTMLInputElement, list: HTMLUListElement, close: () => void): void {
  if (list.hidden) return;
  const links = all<HTMLAnchorElement>("a", list);
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  if (e.key === "Escape") {
    close();
    box.focus();
  } else if (e.key === "ArrowDown" && at + 1 < links.length) {
    links[at + 1].focus();
  } else if (e.key === "ArrowUp" && at >= 0) {
    (at === 0 ? box : links[at - 1]).focus();
  } else {
    return;
  }
  e.preventDefault();
}

import { all, words } from "./_dom";

// Says how many characters are left, counted as people count them, and only
// near the end, so that nobody writes against a counter.
export function count(): void {
  for (const p of all("[data-count]")) {
    const field = document.getElementById(p.dataset.count || "") as HTMLTextAreaElement | null;
    if (!field) continue;
    const most = Number(field.dataset.most);
    const before = p.textContent;
    const update = () => {
      const left = most - Array.from(field.value).length;
      p.textContent = left <= most / 5 ? words(p.dataset.words, left) : before;
      p.classList.toggle("error", left < 0);
    };
    field.addEventListener("input", update);
    update();
  }
}

export function all<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T[] {
  return Array.from(within.querySelectorAll<T>(selector));
}

// words fills {1} of a sentence the server put into a data attribute, so that
// no sentence stands in a script.
export function words(sentence: string | undefined, ...args: (string | number)[]): string {
  return (sentence || "").replace(/\{(\d+)\}/g, (_, n) => String(args[Number(n) - 1]));
}

export function inField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable], canvas") !== null;
}

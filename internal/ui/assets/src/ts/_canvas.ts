// The picture and its covered places. Rectangles are in pixels of the picture.
interface Rect { x: number; y: number; w: number; h: number }

const mostSide = 4096; // beyond it old telephones give an empty picture
const blocks = 6; // of a covered place along its longer side: nothing to restore

export class Canvas {
  private base = document.createElement("canvas");
  private rects: Rect[] = [];
  private chosen = -1;
  private from: { x: number; y: number; rect: Rect; fresh: boolean } | null = null;

  constructor(private canvas: HTMLCanvasElement, private changed: (n: number) => void) {
    canvas.addEventListener("pointerdown", (e) => this.down(e));
    canvas.addEventListener("pointermove", (e) => this.move(e));
    canvas.addEventListener("pointerup", () => this.up());
    canvas.addEventListener("pointercancel", () => this.up());
    canvas.addEventListener("keydown", (e) => { if (this.key(e)) e.preventDefault(); });
  }

  async load(file: File): Promise<void> {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, mostSide / Math.max(bitmap.width, bitmap.height));
    this.size(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
    context(this.base).drawImage(bitmap, 0, 0, this.base.width, this.base.height);
    bitmap.close();
    this.rects = [];
    this.chosen = -1;
    this.draw(true);
  }

  jpeg(): Promise<Blob | null> {
    this.draw(false);
    return new Promise((done) => this.canvas.toBlob((b) => { this.draw(true); done(b); }, "image/jpeg", 0.9));
  }

  act(what: string): void {
    const r = this.rects[this.chosen];
    if (what === "add") this.add(this.base.width / 2, this.base.height / 2);
    else if (what === "rotate") this.rotate();
    else if (r && what === "remove") this.remove();
    else if (r && what === "bigger") grow(r, 1.25);
    else if (r && what === "smaller") grow(r, 0.8);
    else return;
    this.finish();
  }

  private size(w: number, h: number): void {
    this.base.width = this.canvas.width = w;
    this.base.height = this.canvas.height = h;
  }

  private finish(): void {
    for (const r of this.rects) {
      r.w = Math.max(8, Math.min(r.w, this.base.width));
      r.h = Math.max(8, Math.min(r.h, this.base.height));
      r.x = Math.max(0, Math.min(r.x, this.base.width - r.w));
      r.y = Math.max(0, Math.min(r.y, this.base.height - r.h));
    }
    this.draw(true);
    this.changed(this.rects.length);
  }

  private add(x: number, y: number): Rect {
    const side = Math.max(this.base.width, this.base.height) * 0.12;
    const r = { x: x - side / 2, y: y - side / 2, w: side, h: side };
    this.chosen = this.rects.push(r) - 1;
    return r;
  }

  private remove(): void {
    this.rects.splice(this.chosen, 1);
    this.chosen = this.rects.length - 1;
  }

  private rotate(): void {
    const old = document.createElement("canvas");
    old.width = this.base.width;
    old.height = this.base.height;
    context(old).drawImage(this.base, 0, 0);
    this.size(old.height, old.width);
    const c = context(this.base);
    c.translate(this.base.width, 0);
    c.rotate(Math.PI / 2);
    c.drawImage(old, 0, 0);
    c.setTransform(1, 0, 0, 1, 0, 0);
    this.rects = this.rects.map((r) => ({ x: old.height - r.y - r.h, y: r.x, w: r.h, h: r.w }));
  }

  private point(e: PointerEvent): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    return { x: (e.clientX - box.left) * this.canvas.width / box.width, y: (e.clientY - box.top) * this.canvas.height / box.height };
  }

  private down(e: PointerEvent): void {
    const p = this.point(e);
    this.canvas.setPointerCapture(e.pointerId);
    const hit = this.rects.findIndex((r) => p.x >= r.x && p.x <= r.x + r.w && p.y >= r.y && p.y <= r.y + r.h);
    this.chosen = hit >= 0 ? hit : this.chosen;
    const rect = hit >= 0 ? this.rects[hit] : this.add(p.x, p.y);
    this.from = { ...p, rect: { ...rect }, fresh: hit < 0 };
    this.draw(true);
  }

  private move(e: PointerEvent): void {
    if (!this.from) return;
    const p = this.point(e), f = this.from, r = this.rects[this.chosen];
    const dx = p.x - f.x, dy = p.y - f.y;
    if (!f.fresh) {
      r.x = f.rect.x + dx;
      r.y = f.rect.y + dy;
    } else if (Math.hypot(dx, dy) > this.base.width / 60) { // a drag, not a tap
      r.x = Math.min(f.x, p.x);
      r.y = Math.min(f.y, p.y);
      r.w = Math.abs(dx);
      r.h = Math.abs(dy);
    }
    this.draw(true);
  }

  private up(): void {
    if (!this.from) return;
    this.from = null;
    this.finish();
  }

  private key(e: KeyboardEvent): boolean {
    const step = this.base.width / 50;
    const by: Record<string, [number, number]> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const r = this.rects[this.chosen];
    if (e.key === "Enter") this.add(this.base.width / 2, this.base.height / 2);
    else if (!r) return false;
    else if (by[e.key] && e.shiftKey) { r.w += by[e.key][0]; r.h += by[e.key][1]; }
    else if (by[e.key]) { r.x += by[e.key][0]; r.y += by[e.key][1]; }
    else if (e.key === "Delete" || e.key === "Backspace") this.remove();
    else if (e.key === "PageDown") this.chosen = (this.chosen + 1) % this.rects.length;
    else return false;
    this.finish();
    return true;
  }

  private draw(marks: boolean): void {
    const c = context(this.canvas);
    c.drawImage(this.base, 0, 0);
    for (const r of this.rects) this.cover(c, r);
    const r = this.rects[this.chosen];
    if (!marks || !r) return;
    const line = Math.max(2, this.base.width / 300);
    c.lineWidth = line * 3;
    c.strokeStyle = "#1b1f24";
    c.strokeRect(r.x, r.y, r.w, r.h);
    c.lineWidth = line;
    c.strokeStyle = "#ffdd57";
    c.strokeRect(r.x, r.y, r.w, r.h);
  }

  // A handful of flat squares: what was there cannot be worked back.
  private cover(c: CanvasRenderingContext2D, r: Rect): void {
    const cell = Math.max(r.w, r.h) / blocks;
    const small = document.createElement("canvas");
    small.width = Math.max(1, Math.round(r.w / cell));
    small.height = Math.max(1, Math.round(r.h / cell));
    const s = context(small);
    s.imageSmoothingQuality = "high";
    s.drawImage(this.base, r.x, r.y, r.w, r.h, 0, 0, small.width, small.height);
    c.imageSmoothingEnabled = false;
    c.drawImage(small, r.x, r.y, r.w, r.h);
    c.imageSmoothingEnabled = true;
  }
}

function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const c = canvas.getContext("2d");
  if (!c) throw new Error("no canvas");
  return c;
}

function grow(r: Rect, by: number): void {
  r.x -= r.w * (by - 1) / 2;
  r.y -= r.h * (by - 1) / 2;
  r.w *= by;
  r.h *= by;
}

// A clerk's photograph before it leaves the telephone: faces and papers are
// covered by hand and the picture is drawn anew as JPEG. The file as taken,
// with its place and time inside, is never sent; if it cannot be redrawn the
// field is emptied. Every act has a key and a button beside the drag.
import { all, words } from "./_dom";
import { Canvas } from "./_canvas";

for (const box of all("[data-blur]")) start(box);

function start(box: HTMLElement): void {
  const input = box.querySelector<HTMLInputElement>("input[type=file]");
  const canvas = box.querySelector("canvas");
  const tools = box.querySelector<HTMLElement>("[data-blur-tools]");
  const status = box.querySelector<HTMLElement>("[data-blur-status]");
  if (!input || !canvas || !tools || !status) return;
  let latest = Promise.resolve();
  const say = (sentence: string | undefined) => { status.textContent = sentence || ""; };
  const changed = (n: number) => {
    latest = latest.then(() => replace(picture, input, box, say, n));
  };
  const picture = new Canvas(canvas, changed);

  input.addEventListener("change", async () => {
    const file = input.files && input.files[0];
    tools.hidden = true;
    if (!file || !file.type.startsWith("image/")) return;
    input.dataset.pending = "yes"; // the form may not go before the redrawn one is in
    try {
      await picture.load(file);
      tools.hidden = false;
      changed(0);
    } catch {
      refuse(input, box, say);
    }
  });
  for (const b of all<HTMLButtonElement>("button[data-act]", tools)) {
    b.addEventListener("click", () => picture.act(b.dataset.act || ""));
  }
  hold(input, () => latest);
}

// hold keeps a form from being sent while the picture is still being redrawn.
function hold(input: HTMLInputElement, ready: () => Promise<void>): void {
  const form = input.form;
  if (!form) return;
  form.addEventListener("submit", async (e) => {
    if (input.dataset.pending !== "yes") return;
    e.preventDefault();
    const by = (e as SubmitEvent).submitter as HTMLElement | null;
    await ready();
    if (input.dataset.pending !== "yes") form.requestSubmit(by || undefined);
  });
}

async function replace(picture: Canvas, input: HTMLInputElement, box: HTMLElement, say: (s?: string) => void, n: number): Promise<void> {
  input.dataset.pending = "yes";
  const jpeg = await picture.jpeg();
  if (!jpeg) return refuse(input, box, say);
  const files = new DataTransfer();
  files.items.add(new File([jpeg], "photo.jpg", { type: "image/jpeg" }));
  input.files = files.files;
  delete input.dataset.pending;
  say(words(box.dataset.covered, n));
}

function refuse(input: HTMLInputElement, box: HTMLElement, say: (s?: string) => void): void {
  input.value = "";
  delete input.dataset.pending;
  say(box.dataset.refused);
}

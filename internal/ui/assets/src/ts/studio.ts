// A prompt spoken into the browser: samples from the microphone become a WAV
// file (PCM, 16 bits, one channel) in the form's own file field. What was
// recorded can be heard before it is kept; nothing is sent until the form is.
import { all, words } from "./_dom";

for (const form of all<HTMLFormElement>("form[data-recorder]")) start(form);

interface Take { parts: Float32Array[]; length: number; rate: number; }

function start(form: HTMLFormElement): void {
  const tools = form.querySelector<HTMLElement>("[data-recorder-tools]");
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  const status = form.querySelector<HTMLElement>("[data-recorder-status]");
  const clock = form.querySelector<HTMLElement>("[data-recorder-clock]");
  const meter = form.querySelector("meter");
  const button = (act: string) => form.querySelector<HTMLButtonElement>(`[data-act=${act}]`);
  const begin = button("start"), end = button("stop"), play = button("play");
  if (!tools || !input || !status || !clock || !meter || !begin || !end || !play) return;
  if (!navigator.mediaDevices || !window.AudioContext) return;
  tools.hidden = false;
  const most = Number(form.dataset.most) || 120;
  let take: Take | undefined;
  let stop: (() => void) | undefined;

  begin.addEventListener("click", async () => {
    let stream: MediaStream;
    begin.disabled = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false, noiseSuppression: true, autoGainControl: false } });
    } catch {
      status.textContent = form.dataset.refused || "";
      begin.disabled = false;
      return;
    }
    const context = new AudioContext();
    await context.resume();
    const source = context.createMediaStreamSource(stream);
    const node = context.createScriptProcessor(4096, 1, 1);
    const now: Take = { parts: [], length: 0, rate: context.sampleRate };
    take = now;
    let said = -1;
    stop = () => {
      stop = undefined;
      source.disconnect();
      node.disconnect();
      for (const t of stream.getTracks()) t.stop();
      void context.close();
      meter.value = 0;
      clock.textContent = "";
      begin.disabled = false;
      end.disabled = true;
      play.disabled = now.length === 0;
      put(input, wave(now));
      status.textContent = words(form.dataset.done, (now.length / now.rate).toFixed(1));
      begin.focus();
    };
    node.onaudioprocess = (e) => {
      const heard = e.inputBuffer.getChannelData(0);
      now.parts.push(new Float32Array(heard));
      now.length += heard.length;
      meter.value = heard.reduce((top, x) => Math.max(top, Math.abs(x)), 0);
      const seconds = Math.floor(now.length / now.rate);
      if (seconds !== said) {
        said = seconds;
        clock.textContent = words(form.dataset.going, seconds);
      }
      if (now.length >= most * now.rate && stop) stop();
    };
    source.connect(node);
    node.connect(context.destination); // silent: nothing is written to its output
    end.disabled = false;
    play.disabled = true;
    end.focus();
  });
  end.addEventListener("click", () => stop && stop());
  play.addEventListener("click", () => take && hear(take));
  input.addEventListener("change", () => { play.disabled = true; });
}

// wave is a take as a WAV file.
function wave(t: Take): ArrayBuffer {
  const b = new DataView(new ArrayBuffer(44 + 2 * t.length));
  const text = (at: number, s: string) => { for (let i = 0; i < s.length; i++) b.setUint8(at + i, s.charCodeAt(i)); };
  text(0, "RIFF");
  b.setUint32(4, 36 + 2 * t.length, true);
  text(8, "WAVEfmt ");
  b.setUint32(16, 16, true);
  b.setUint16(20, 1, true);
  b.setUint16(22, 1, true);
  b.setUint32(24, t.rate, true);
  b.setUint32(28, 2 * t.rate, true);
  b.setUint16(32, 2, true);
  b.setUint16(34, 16, true);
  text(36, "data");
  b.setUint32(40, 2 * t.length, true);
  let at = 44;
  for (const part of t.parts) {
    for (const x of part) {
      b.setInt16(at, Math.round(Math.max(-1, Math.min(1, x)) * 32767), true);
      at += 2;
    }
  }
  return b.buffer as ArrayBuffer;
}

function put(input: HTMLInputElement, wav: ArrayBuffer): void {
  const files = new DataTransfer();
  files.items.add(new File([wav], "recording.wav", { type: "audio/wav" }));
  input.files = files.files;
}

// hear plays a take; a blob's address is not allowed to the page, samples are.
function hear(t: Take): void {
  const context = new AudioContext();
  const buffer = context.createBuffer(1, Math.max(1, t.length), t.rate);
  let at = 0;
  for (const part of t.parts) {
    buffer.copyToChannel(part, 0, at);
    at += part.length;
  }
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.onended = () => { void context.close(); };
  source.connect(context.destination);
  source.start();
}

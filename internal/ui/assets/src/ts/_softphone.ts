// The browser's voice of a hotline seat: the microphone goes to every telephone
// process over WebRTC, each agreed on by one POST, so that whichever holds a caller
// speaks with the seat. The server holds the call, so a page that is loaded again
// joins again and the call goes on. One window at a time speaks: the newest; an
// older one says so and offers to take over.
const owner = "softphone";
const waits = [1000, 2000, 5000, 10000];

type Said = "joining" | "joined" | "partly" | "denied" | "none" | "lost" | "elsewhere";
type Tell = (s: Said, words?: string, counts?: [number, number]) => void;

export class Softphone {
  private voices = new Map<string, Voice>();
  private mic: MediaStream | null = null;
  private asked = false;
  private readonly me = String(Date.now()) + String(Math.random());
  muted = false;

  // at is where voices are agreed on, tell is told how they stand.
  constructor(private at: string, private tell: Tell) {
    addEventListener("pagehide", () => this.voices.forEach((v) => v.close()));
    addEventListener("online", () => this.voices.forEach((v) => { if (!v.open && this.ours()) v.join(); }));
  }

  // Each window names itself when it joins; who is no longer named stays away.
  private ours(): boolean {
    try {
      const named = localStorage.getItem(owner);
      return named === null || named === this.me;
    } catch {
      return true;
    }
  }

  // join takes the seat's voice to this window; places are the names of the processes.
  async join(places: string[] = Array.from(this.voices.keys())): Promise<void> {
    this.tell("joining");
    try {
      localStorage.setItem(owner, this.me);
    } catch { /* then two windows may take turns */ }
    try {
      if (!this.mic) this.mic = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
    } catch (e) {
      return this.tell((e as Error).name === "NotFoundError" ? "none" : "denied");
    }
    this.mute(this.muted);
    this.asked = true;
    this.places(places, true);
  }

  // places leaves processes that are gone and joins new ones; again also those that are not joined.
  places(names: string[], again = false): void {
    if (!this.asked || names.length === 0) return;
    this.voices.forEach((v, name) => {
      if (names.indexOf(name) >= 0) return;
      v.close();
      this.voices.delete(name);
    });
    for (const name of names) {
      const had = this.voices.get(name);
      if (had && !again) continue;
      const v = had || new Voice(this.at, name, this.mic as MediaStream, () => this.ours(), (words) => this.say(words));
      this.voices.set(name, v);
      v.join();
    }
    this.say();
  }

  private say(words?: string): void {
    const all = Array.from(this.voices.values());
    const joined = all.filter((v) => v.joined).length;
    if (!this.ours() && joined === 0) return this.tell("elsewhere");
    if (joined === all.length) return this.tell("joined");
    if (joined > 0) return this.tell("partly", words, [joined, all.length]);
    this.tell(all.some((v) => v.lostOnce) ? "lost" : "joining", words);
  }

  mute(on: boolean): void {
    this.muted = on;
    if (this.mic) for (const t of this.mic.getAudioTracks()) t.enabled = !on;
  }

  get live(): boolean { return this.mic !== null; }
}

// Voice is the browser's connection with one process.
class Voice {
  private pc: RTCPeerConnection | null = null;
  private audio: HTMLAudioElement | null = null;
  private tries = 0;
  private timer = 0;
  joined = false;
  lostOnce = false;

  constructor(private at: string, private name: string, private mic: MediaStream, private ours: () => boolean, private say: (words?: string) => void) {}

  get open(): boolean { return this.pc !== null; }

  async join(): Promise<void> {
    this.close();
    const pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
    this.pc = pc;
    try {
      await this.agree(pc);
    } catch (e) {
      if (this.pc === pc) this.lost((e as Error).message);
    }
  }

  private async agree(pc: RTCPeerConnection): Promise<void> {
    const t = pc.addTransceiver(this.mic.getAudioTracks()[0], { direction: "sendrecv", streams: [this.mic] });
    plain(t);
    pc.ontrack = (e) => this.hear(e.streams[0] || new MediaStream([e.track]));
    pc.onconnectionstatechange = () => {
      if (this.pc !== pc) return;
      if (pc.connectionState === "connected") {
        this.tries = 0;
        this.joined = true;
        this.say();
      } else if (pc.connectionState === "failed" || pc.connectionState === "closed" || pc.connectionState === "disconnected") {
        this.lost();
      }
    };
    await pc.setLocalDescription(await pc.createOffer());
    await gathered(pc);
    const body = new URLSearchParams({ at: this.name, sdp: (pc.localDescription as RTCSessionDescription).sdp });
    const answer = await fetch(this.at, { method: "POST", credentials: "same-origin", redirect: "error", body });
    const said = await answer.json();
    if (!answer.ok) throw new Error(String(said.message || ""));
    if (this.pc === pc) await pc.setRemoteDescription({ type: "answer", sdp: said.sdp });
  }

  // hear plays what comes: the page's own element first, for it was there when somebody pressed a key.
  private hear(stream: MediaStream): void {
    if (!this.audio) {
      const free = document.querySelector<HTMLAudioElement>("audio.hd-ear:not([data-of])");
      this.audio = free || document.createElement("audio");
      this.audio.dataset.of = this.name;
    }
    this.audio.srcObject = stream;
    this.audio.play().catch(() => undefined); // allowed while the microphone is on
  }

  private lost(words?: string): void {
    this.close();
    this.lostOnce = true;
    this.say(words);
    if (this.ours()) this.timer = window.setTimeout(() => this.join(), waits[Math.min(this.tries++, waits.length - 1)]);
  }

  close(): void {
    clearTimeout(this.timer);
    const pc = this.pc;
    this.pc = null;
    this.joined = false;
    if (pc) pc.close();
    if (this.audio) {
      this.audio.srcObject = null;
      delete this.audio.dataset.of;
      this.audio = null;
    }
  }
}

// plain offers the telephone's own sound alone: nothing is transcoded on the way.
function plain(t: RTCRtpTransceiver): void {
  const can = RTCRtpReceiver.getCapabilities && RTCRtpReceiver.getCapabilities("audio");
  if (!can || !t.setCodecPreferences) return;
  const ours = can.codecs.filter((c) => /^audio\/(pcma|telephone-event)$/i.test(c.mimeType) && c.clockRate === 8000);
  if (ours.length > 0) t.setCodecPreferences(ours);
}

// gathered waits for the browser's own addresses, and no longer than it is worth:
// the other side hears where voice comes from.
function gathered(pc: RTCPeerConnection): Promise<void> {
  return new Promise((done) => {
    const look = (): void => { if (pc.iceGatheringState === "complete") done(); };
    pc.onicegatheringstatechange = look;
    window.setTimeout(done, 1000);
    look();
  });
}

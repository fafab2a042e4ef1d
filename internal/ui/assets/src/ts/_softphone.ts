// The browser's voice of a hotline seat: the microphone goes to the telephone
// process over WebRTC, agreed on by one POST. The server holds the call, so a
// page that is loaded again joins again and the call goes on. One window at a
// time speaks: the newest; an older one says so and offers to take over.
const owner = "softphone";
const waits = [1000, 2000, 5000, 10000];

type Said = "joining" | "joined" | "denied" | "none" | "lost" | "elsewhere";

export class Softphone {
  private pc: RTCPeerConnection | null = null;
  private mic: MediaStream | null = null;
  private tries = 0;
  private timer = 0;
  private readonly me = String(Date.now()) + String(Math.random());
  muted = false;

  constructor(private at: string, private audio: HTMLAudioElement, private say: (s: Said, words?: string) => void) {
    addEventListener("pagehide", () => this.close());
    addEventListener("online", () => { if (!this.pc && this.ours()) this.join(); });
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

  async join(): Promise<void> {
    clearTimeout(this.timer);
    this.close();
    this.say("joining");
    try {
      localStorage.setItem(owner, this.me);
    } catch { /* then two windows may take turns */ }
    try {
      if (!this.mic) this.mic = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
    } catch (e) {
      return this.say((e as Error).name === "NotFoundError" ? "none" : "denied");
    }
    const pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
    this.pc = pc;
    try {
      await this.agree(pc);
    } catch (e) {
      if (this.pc === pc) this.lost((e as Error).message);
    }
  }

  private async agree(pc: RTCPeerConnection): Promise<void> {
    const mic = this.mic as MediaStream;
    const t = pc.addTransceiver(mic.getAudioTracks()[0], { direction: "sendrecv", streams: [mic] });
    plain(t);
    this.mute(this.muted);
    pc.ontrack = (e) => {
      this.audio.srcObject = e.streams[0] || new MediaStream([e.track]);
      this.audio.play().catch(() => undefined); // allowed while the microphone is on
    };
    pc.onconnectionstatechange = () => {
      if (this.pc !== pc) return;
      if (pc.connectionState === "connected") {
        this.tries = 0;
        this.say("joined");
      } else if (pc.connectionState === "failed" || pc.connectionState === "closed" || pc.connectionState === "disconnected") {
        this.lost();
      }
    };
    await pc.setLocalDescription(await pc.createOffer());
    await gathered(pc);
    const answer = await fetch(this.at, { method: "POST", credentials: "same-origin", redirect: "error", body: new URLSearchParams({ sdp: (pc.localDescription as RTCSessionDescription).sdp }) });
    const said = await answer.json();
    if (!answer.ok) throw new Error(String(said.message || ""));
    if (this.pc === pc) await pc.setRemoteDescription({ type: "answer", sdp: said.sdp });
  }

  private lost(words?: string): void {
    this.close();
    if (!this.ours()) return this.say("elsewhere");
    this.say("lost", words);
    this.timer = window.setTimeout(() => this.join(), waits[Math.min(this.tries++, waits.length - 1)]);
  }

  private close(): void {
    const pc = this.pc;
    this.pc = null;
    if (pc) pc.close();
  }

  mute(on: boolean): void {
    this.muted = on;
    if (this.mic) for (const t of this.mic.getAudioTracks()) t.enabled = !on;
  }

  get live(): boolean { return this.mic !== null; }
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

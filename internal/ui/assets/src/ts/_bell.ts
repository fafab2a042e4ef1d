// Rings like a telephone while a call waits to be taken: two tones, a second on
// and two off. Where the browser lets no sound out before somebody has pressed
// something, the banner and the title still say it.
export class Bell {
  private ctx: AudioContext | null = null;
  private timer = 0;

  ring(on: boolean): void {
    if (!on) {
      clearInterval(this.timer);
      this.timer = 0;
      return;
    }
    if (this.timer) return;
    this.once();
    this.timer = window.setInterval(() => this.once(), 3000);
  }

  private once(): void {
    try {
      const ctx = this.ctx || (this.ctx = new AudioContext());
      if (ctx.state === "suspended") ctx.resume().catch(() => undefined);
      const loud = ctx.createGain();
      loud.gain.value = 0.08;
      loud.connect(ctx.destination);
      for (const hertz of [440, 480]) {
        const tone = ctx.createOscillator();
        tone.frequency.value = hertz;
        tone.connect(loud);
        tone.start();
        tone.stop(ctx.currentTime + 1);
      }
    } catch { /* no sound here */ }
  }
}

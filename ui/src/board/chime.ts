// Two soft tones, made here: nothing to load, and nobody's recording.

let context: AudioContext | null = null;

function tone(at: AudioContext, frequency: number, start: number, length: number) {
  const source = at.createOscillator();
  const volume = at.createGain();
  source.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.3, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.001, start + length);
  source.connect(volume).connect(at.destination);
  source.start(start);
  source.stop(start + length);
}

/** Sounds once for a call. A PC without sound, or one that forbids it, stays silent. */
export function chime() {
  if (typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  const at = context;
  void at.resume().then(
    () => {
      tone(at, 784, at.currentTime, 0.9);
      tone(at, 587, at.currentTime + 0.35, 1.4);
    },
    () => undefined,
  );
}

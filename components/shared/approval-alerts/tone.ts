'use client';

/** Frequency in Hz and start in seconds. Critical is told apart by pitch, number and rhythm, not by loudness. */
const NOTES = {
  usual: [
    [587, 0],
    [784, 0.16],
  ],
  critical: [
    [988, 0],
    [740, 0.12],
    [988, 0.24],
    [740, 0.36],
  ],
} as const;
export type Tone = keyof typeof NOTES;

const NOTE_SECONDS = 0.14;
let audio: AudioContext | null = null;

/** Plays a short tone made here. A browser that was not touched yet plays nothing, and that is no error. */
export async function playTone(tone: Tone): Promise<void> {
  try {
    audio ??= new AudioContext();
    if (audio.state === 'suspended') await audio.resume();
    const from = audio.currentTime + 0.02;
    for (const [hertz, at] of NOTES[tone]) {
      const oscillator = audio.createOscillator();
      const volume = audio.createGain();
      oscillator.frequency.value = hertz;
      volume.gain.setValueAtTime(0.0001, from + at);
      volume.gain.exponentialRampToValueAtTime(0.2, from + at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, from + at + NOTE_SECONDS);
      oscillator.connect(volume).connect(audio.destination);
      oscillator.start(from + at);
      oscillator.stop(from + at + NOTE_SECONDS);
    }
  } catch {
    // No sound card, or no leave: the badge and the toast say the same.
  }
}

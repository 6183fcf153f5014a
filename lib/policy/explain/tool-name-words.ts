import { isGlob } from '../glob';

/** A tool's name or a pattern of names: as written, and quoted where it holds anything but letters, digits and the usual signs. */
export function toolNameWords(name: string): string {
  const shown = /^[\w.*/:-]+$/.test(name) ? name : JSON.stringify(name);
  return isGlob(name) ? `Tools like ${shown}` : shown;
}

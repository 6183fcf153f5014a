// The browser that tests and screenshots drive: the system's Chromium, never a download of a test library.
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runStep } from './steps.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const MAC_APPS = ['/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** The path of a Chromium (CHROMIUM_PATH goes first), or null. */
export function findChromium() {
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env.CHROMIUM_PATH, ...onPath, ...MAC_APPS].find((path) => path && existsSync(path)) ?? null;
}

/** Finds Chromium, or installs it where that needs no question: as root on Debian and its kin. Returns its path, or null with `why` said. */
export async function ensureChromium(say) {
  const found = findChromium();
  if (found) return found;
  if (process.getuid?.() !== 0 || !isDebian()) {
    say('No Chromium was found: the browser tests are skipped. Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH.');
    return null;
  }
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await runStep('Reading the package lists', 'apt-get', ['update', '-q'], { env });
    await runStep('Installing Chromium', 'apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], { env });
  } catch (error) {
    say(`Chromium could not be installed, and the browser tests are skipped: ${error.message}`);
  }
  return findChromium();
}

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

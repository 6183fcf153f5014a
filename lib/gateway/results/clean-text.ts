import type { ResultFlag, ResultRules } from '@/lib/domain/result-flags';
import type { SecretFilter } from '@/lib/kernel/secret-filter';
import { findHiddenText } from '@/lib/risk/hidden-unicode';
import { changeJsonStrings } from './json-strings';

/** Terminal escape sequences as a whole: CSI, OSC and its kin, and the short ones. */
const ESCAPES =
  /(?:\u001b\[|\u009b)[\u0030-\u003f]*[\u0020-\u002f]*[\u0040-\u007e]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[\u0020-\u002f]*[\u0030-\u007e]/g;
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
const LINK = /\b(?:https?|ftp):\/\/[^\s"']/i;
/** Only what follows a backslash in this way, or stands outside of ASCII, can hide anything from a look at the raw text. */
const MASKED = /\\[u/]/;
const PLAIN = /^[\u0000-\u007e]*$/;

export interface Cleaned {
  /** null: as it came. */
  readonly text: string | null;
  readonly flags: readonly ResultFlag[];
}

const NOTHING: Cleaned = { text: null, flags: [] };

/**
 * Looks at one JSON message: takes out secrets of ours, treats control characters as the rules say, and notes links and hidden
 * characters. Most messages are settled by a few searches of the raw text.
 */
export function cleanMessage(text: string, rules: ResultRules, secrets: SecretFilter | null): Cleaned {
  const masked = MASKED.test(text);
  if (!masked && PLAIN.test(text) && !text.includes('://') && !hasDirectly(text, secrets)) return NOTHING;
  const flags = new Set<ResultFlag>();
  const changed = changeJsonStrings(text, (value) => cleanString(value, rules, secrets, flags));
  // What is no JSON may hold one outside of any string.
  if (!secrets?.finds(changed ?? text)) return { text: changed, flags: [...flags] };
  return { text: secrets.clean(changed ?? text), flags: [...flags.add('secret')] };
}

/** Quotes and backslashes of a secret are written differently in JSON; such a text is taken apart. */
function hasDirectly(text: string, secrets: SecretFilter | null): boolean {
  return secrets !== null && (text.includes('\\"') || text.includes('\\\\') || secrets.finds(text));
}

function cleanString(value: string, rules: ResultRules, secrets: SecretFilter | null, flags: Set<ResultFlag>): string {
  let out = value;
  if (secrets?.finds(out)) {
    flags.add('secret');
    out = secrets.clean(out);
  }
  if (value.includes('://') && LINK.test(value)) flags.add('link');
  for (const { code } of findHiddenText(value)) flags.add(code === 'control_characters' ? 'control' : 'hidden_text');
  if (rules.control === 'pass') return out;
  const treated = rules.control === 'strip' ? out.replace(ESCAPES, '').replace(CONTROLS, '') : out.replace(CONTROLS, shown);
  // Taking an escape sequence out may put together what stood apart.
  return treated !== out && secrets?.finds(treated) ? secrets.clean(treated) : treated;
}

/** The picture of a control character. */
function shown(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : `\u2039U+00${code.toString(16).toUpperCase()}\u203a`;
}

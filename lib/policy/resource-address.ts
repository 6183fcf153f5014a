/**
 * A resource's address as rules look at it: scheme and host in lower case, percent-encoding only where it is needed. null for an address
 * that readers could take in different ways: dot segments, backslashes, control characters, encoded separators, broken encoding, and other
 * spellings of a file or of a host. What is matched must be what the server opens.
 */
export function plainAddress(uri: string): string | null {
  if (uri === '' || !uri.isWellFormed() || /[\u0000-\u0020\u007f-\u009f\\]/.test(uri)) return null;
  const split = /^([A-Za-z][A-Za-z0-9+.-]*:)(\/\/[^/?#]*)?(.*)$/s.exec(uri);
  if (split === null) return null;
  const [, scheme = '', authority = '', rest = ''] = split;
  const path = plainEncoding(rest);
  if (path === null || hasDotSegment(path)) return null;
  if (scheme.toLowerCase() === 'file:' ? !isPlainFile(authority, path) : WEB.test(scheme) && !isPlainPlace(uri, authority)) return null;
  return scheme.toLowerCase() + authority.toLowerCase() + path;
}

/** Encodings of plain characters are opened; those of separators, of the percent sign and of what is no text are refused. */
function plainEncoding(text: string): string | null {
  let broken = false;
  const opened = text.replace(/%(.{0,2})/gs, (whole, hex: string) => {
    const code = /^[0-9A-Fa-f]{2}$/.test(hex) ? Number.parseInt(hex, 16) : -1;
    if (code < 0x20 || code === 0x7f || REFUSED.has(code)) {
      broken = true;
      return whole;
    }
    const char = String.fromCharCode(code);
    return /[A-Za-z0-9._~-]/.test(char) ? char : `%${hex.toUpperCase()}`;
  });
  return broken ? null : opened;
}

/** `%`, `/` and `\`: a second reader would find other segments than the first. */
const REFUSED = new Set([0x25, 0x2f, 0x5c]);

/** `file:/x`, `file://host/x`, `file:///x?y` and `file:////x` open what `file:///x` opens. */
function isPlainFile(authority: string, path: string): boolean {
  return authority === '//' && !/\/\/|[?#]/.test(path);
}

/** Schemes whose addresses every reader of URLs mends: encoded hosts, missing slashes, ports that go without saying, odd spellings of IP addresses. */
const WEB = /^(?:https?|wss?|ftp):$/i;

/** The host as it is looked up, no user, and no fragment, which no server sees. */
function isPlainPlace(uri: string, authority: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { host, hash, username, password } = new URL(uri);
  return `//${host}` === authority.toLowerCase() && !/\.(?::|$)/.test(host) && hash + username + password === '' && !uri.endsWith('#');
}

function hasDotSegment(path: string): boolean {
  return /(?:^|\/)\.\.?(?:\/|$)/.test(path.replace(/[?#].*$/s, ''));
}

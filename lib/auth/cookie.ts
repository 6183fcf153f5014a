export interface CookieFacts {
  readonly name: string;
  /** true under https: `Secure`, and the `__Host-` prefix that no other subdomain can set. */
  readonly secure: boolean;
}

export function cookieFacts(publicUrl: string): CookieFacts {
  const secure = publicUrl.startsWith('https:');
  return { name: secure ? '__Host-callgate.session' : 'callgate.session', secure };
}

/** The value of a cookie, or null; of two with one name the first counts, which is the more specific one. */
export function readCookie(header: string | null, name: string): string | null {
  for (const part of header?.split(';') ?? []) {
    const cut = part.indexOf('=');
    if (cut > 0 && part.slice(0, cut).trim() === name) return part.slice(cut + 1).trim();
  }
  return null;
}

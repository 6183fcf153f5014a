/** What a `WWW-Authenticate: Bearer` header says; null for what it does not. */
export interface Challenge {
  readonly resourceMetadata: string | null;
  readonly scope: string | null;
  readonly error: string | null;
}

/** Reads the parameters of a Bearer challenge. Anything odd counts as not said. */
export function readChallenge(header: string | null): Challenge {
  const bearer = header === null ? null : /(?:^|,\s*)bearer(?:\s+|$)(.*)$/is.exec(header);
  const parameters = new Map<string, string>();
  for (const match of (bearer?.[1] ?? '').matchAll(/([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)) {
    const name = (match[1] ?? '').toLowerCase();
    if (!parameters.has(name)) parameters.set(name, (match[2] ?? match[3] ?? '').replace(/\\(.)/g, '$1').slice(0, 2_048));
  }
  const scope = parameters.get('scope');
  return {
    resourceMetadata: parameters.get('resource_metadata') ?? null,
    scope: scope !== undefined && /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(scope) ? scope : null,
    error: parameters.get('error') ?? null,
  };
}

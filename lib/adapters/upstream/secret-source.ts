import type { UpstreamTarget } from '@/lib/gateway/upstream-port';
import { type SecretFilter, secretFilter } from '@/lib/kernel/secret-filter';
import type { ConnectionRef, TokenSource } from './token-source';

type CredentialPlace = Pick<UpstreamTarget, 'serverId' | 'revision' | 'credentialOf'>;

/** What an upstream is given to prove who calls it. Held in memory only while needed; never logged. */
export interface UpstreamSecrets {
  /** Header name to value, sent with every request of http and sse upstreams. */
  readonly headers: Readonly<Record<string, string>>;
  /** Environment of a stdio upstream; the child gets this and PATH, nothing else. */
  readonly env: Readonly<Record<string, string>>;
  /** The connection whose token goes along as Authorization; absent without one. */
  readonly connection?: ConnectionRef;
}

/** Finds and decrypts an upstream's secrets, those of an agent of its own where it has any. Rejects when they cannot be read; nothing is sent then. */
export interface SecretSource {
  secretsOf(serverId: string, agentId: string | null): Promise<UpstreamSecrets>;
}

/** Asks the source once for each revision of a server: decryption stays off the hot path, a changed secret changes the revision. */
export class CachedSecrets {
  private readonly byServer = new Map<string, { readonly revision: string; readonly secrets: Promise<UpstreamSecrets> }>();
  private readonly filters = new WeakMap<UpstreamSecrets, { readonly token: string | null; readonly filter: SecretFilter | null }>();

  constructor(private readonly source: SecretSource) {}

  of({ serverId, revision, credentialOf }: CredentialPlace): Promise<UpstreamSecrets> {
    const key = `${serverId}\n${credentialOf ?? ''}`;
    const known = this.byServer.get(key);
    if (known?.revision === revision) return known.secrets;
    const entry = { revision, secrets: this.source.secretsOf(serverId, credentialOf ?? null) };
    this.byServer.set(key, entry);
    // A failure is not remembered: the next call asks again.
    entry.secrets.catch(() => {
      if (this.byServer.get(key) === entry) this.byServer.delete(key);
    });
    return entry.secrets;
  }

  /** What finds these secrets, and the token that goes along with them, in text; made once for each. */
  async filterOf(place: CredentialPlace, tokens: TokenSource | null): Promise<SecretFilter | null> {
    const secrets = await this.of(place);
    // Without a token to be had, none can have been sent.
    const token = (secrets.connection && (await tokens?.tokenOf(secrets.connection).catch(() => null))) ?? null;
    let known = this.filters.get(secrets);
    if (known === undefined || known.token !== token) {
      known = { token, filter: secretFilter([...secretValues(secrets), ...(token === null ? [] : [token])]) };
      this.filters.set(secrets, known);
    }
    return known.filter;
  }
}

/**
 * The values that are secrets for certain: what is called like one, what looks like one, and passwords inside of addresses. Other
 * configuration (a folder, a region) may stand in answers.
 */
export function secretValues({ env, headers }: UpstreamSecrets): string[] {
  return [...Object.entries(env), ...Object.entries(headers)].flatMap(([name, value]) => {
    const password = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:([^/@\s]+)@/i.exec(value)?.[1];
    if (password !== undefined) return [value, password];
    return SECRET_NAME.test(name) || looksRandom(value) ? [value] : [];
  });
}

const SECRET_NAME = /token|key|secret|passw|auth|credential|cookie|private|session|signature|(?:^|_)pat(?:$|_)/i;

function looksRandom(value: string): boolean {
  const word = value.trim().replace(/^\S+\s+/, '');
  return /^[A-Za-z0-9_+=.~-]{20,}$/.test(word) && (word.match(/[0-9]/g)?.length ?? 0) >= 3 && /[A-Za-z]/.test(word);
}

/** Replaces every secret value in a text by dots, for diagnostics that a person will read. Short values are left: they would blank ordinary words. */
export function maskSecrets(text: string, secrets: UpstreamSecrets): string {
  let masked = text;
  for (const value of [...Object.values(secrets.env), ...Object.values(secrets.headers)]) {
    for (const part of [value, value.replace(/^\S+\s+/, '')]) {
      if (part.length >= 6) masked = masked.replaceAll(part, '••••••');
    }
  }
  return masked;
}

// A credential header that framed the message or addressed the session would let configuration rewrite the protocol.
const HOP_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'last-event-id',
  'mcp-protocol-version',
  'mcp-session-id',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The configured headers that may go out, lower-case; `refused` names those that belong to the protocol. */
export function credentialHeaders(secrets: UpstreamSecrets): {
  readonly headers: Record<string, string>;
  readonly refused: readonly string[];
} {
  const headers: Record<string, string> = {};
  const refused: string[] = [];
  for (const [name, value] of Object.entries(secrets.headers)) {
    const key = name.trim().toLowerCase();
    if (HOP_HEADERS.has(key) || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key) || /[\r\n\0]/.test(value)) refused.push(name);
    else headers[key] = value;
  }
  return { headers, refused };
}

import { serverSecretAad } from '@/lib/domain/sealed-value';
import type { ControlContext, Transaction } from '../context';
import { ControlError } from '../control-error';
import type { OpenedSecrets } from '../services';

/**
 * A bearer credential is the header row of this exact name; a plain `Authorization` header is kept under its usual
 * spelling. So both can be told apart, and whoever sends the headers need not know the difference.
 */
export const BEARER_ROW = 'authorization';
const PLAIN_AUTHORIZATION = 'Authorization';

/** Headers that belong to the hop or to the protocol; setting them by hand would break or confuse the connection. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'keep-alive',
  'accept',
  'accept-encoding',
  'content-encoding',
  'mcp-session-id',
  'mcp-protocol-version',
  'last-event-id',
]);

export interface SecretInput {
  readonly env?: Readonly<Record<string, string | null>> | undefined;
  readonly headers?: Readonly<Record<string, string | null>> | undefined;
  readonly auth?:
    | { readonly type: 'none' }
    | { readonly type: 'bearer'; readonly token: string }
    | { readonly type: 'oauth' | 'client_credentials' }
    | undefined;
}

export interface SecretChange {
  readonly kind: 'env' | 'header';
  readonly name: string;
  /** null removes. */
  readonly value: string | null;
}

/** Throws 422 for a header that belongs to the hop or the protocol. */
export function requireSendable(name: string): void {
  if (!RESERVED_HEADERS.has(name.toLowerCase())) return;
  throw new ControlError(422, 'server.header_reserved', `The header \`${name}\` is set by the gateway itself. Leave it out.`, [
    { path: `/headers/${name}`, message: 'reserved' },
  ]);
}

/** The rows that the input asks to set or remove. Throws 422 for reserved headers and for two credentials at once. */
export function secretChanges(input: SecretInput): SecretChange[] {
  const changes: SecretChange[] = Object.entries(input.env ?? {}).map(([name, value]) => ({ kind: 'env', name, value }));
  for (const [name, value] of Object.entries(input.headers ?? {})) {
    const lower = name.toLowerCase();
    requireSendable(name);
    if (lower === BEARER_ROW && value !== null && input.auth !== undefined && input.auth.type !== 'none') {
      throw new ControlError(422, 'server.auth_twice', 'Both `auth` and an Authorization header are given. Keep one of them.', [
        { path: '/auth', message: 'given twice' },
      ]);
    }
    changes.push({ kind: 'header', name: lower === BEARER_ROW ? PLAIN_AUTHORIZATION : name, value });
  }
  if (input.auth)
    changes.push({ kind: 'header', name: BEARER_ROW, value: input.auth.type === 'bearer' ? `Bearer ${input.auth.token}` : null });
  return changes;
}

/** Writes the changes; header names are one whatever their case. Gives the names that changed, never a value. */
export async function writeSecrets(
  tx: Transaction,
  ctx: ControlContext,
  serverId: string,
  changes: readonly SecretChange[],
): Promise<string[]> {
  for (const { kind, name, value } of changes) {
    // Removing one kind of credential leaves the other; setting either replaces both.
    const where = kind === 'header' && value !== null ? { equals: name, mode: 'insensitive' as const } : name;
    await tx.serverSecret.deleteMany({ where: { serverId, kind, name: where } });
    if (value === null) continue;
    const id = ctx.services.newId('sec');
    await tx.serverSecret.create({
      data: {
        id,
        serverId,
        kind,
        name,
        envelope: ctx.services.envelope.seal(value, serverSecretAad(id, kind, name)),
        fingerprint: ctx.services.envelope.fingerprint(value),
        setBy: ctx.actor.name,
        setAt: ctx.now,
      },
    });
  }
  return changes.map(({ kind, name, value }) => `${kind} ${name} ${value === null ? 'removed' : 'set'}`);
}

/** The stored secrets in clear, for one attempt to reach the upstream. Throws 503 when the key does not open them. */
export function openSecrets(
  ctx: ControlContext,
  rows: readonly { id: string; kind: string; name: string; envelope: string }[],
): OpenedSecrets {
  const opened: { env: Record<string, string>; headers: Record<string, string> } = { env: {}, headers: {} };
  for (const row of rows) {
    try {
      const value = ctx.services.envelope.open(row.envelope, serverSecretAad(row.id, row.kind as 'env' | 'header', row.name));
      if (row.kind === 'env') opened.env[row.name] = value;
      else opened.headers[row.name === BEARER_ROW ? PLAIN_AUTHORIZATION : row.name] = value;
    } catch {
      throw new ControlError(
        503,
        'server.secret_sealed',
        `The stored secret \`${row.name}\` cannot be opened with the current CALLGATE_SECRET_KEY. Restore the key, or set the secret again.`,
      );
    }
  }
  return opened;
}

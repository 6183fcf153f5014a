import { createHmac } from 'node:crypto';
import { type ArgumentScope, type Hmac, isWithin } from '@/lib/domain/approval/argument-scope';
import { exceptionScopeAad } from '@/lib/domain/sealed-value';
import type { ApprovalPass, PassSeeker } from '@/lib/gateway/ports';
import type { ArgumentKeys } from './argument-store';
import type { RunRows } from './bounded-database';

/** So many standing scopes of the same tool, agent and rule are held against a call; further ones let nothing through. */
const SCOPES_MAX = 20;

export const hmacWith =
  (key: Buffer): Hmac =>
  (canonical) =>
    createHmac('sha256', key).update(canonical, 'utf8').digest('hex');

/** An unused approval of exactly this call first, then an exception; null when nothing lets it through. */
export async function findPass(
  run: RunRows,
  call: PassSeeker,
  keys: Pick<ArgumentKeys, 'envelope' | 'hmacKey'>,
): Promise<ApprovalPass | null> {
  const { digest } = call;
  const [approval] = await run<{ id: string; by: string | null }>(
    `SELECT id, decided_by AS by FROM approvals WHERE digest = $1 AND status = 'approved' AND usable_until > clock_timestamp() ORDER BY id LIMIT 1`,
    [digest],
  );
  if (approval !== undefined)
    return { kind: 'approval', id: approval.id, digest, scoped: false, approval: approval.id, by: approval.by ?? '' };
  const standing = await run<ExceptionRow>(STANDING, [digest, call.scopeDigest]);
  const found = standing.find((exception) => exception.scope === null || isLetThrough(exception, exception.scope, call, keys));
  if (found === undefined) return null;
  const scoped = found.scope !== null;
  return {
    kind: 'exception',
    id: found.id,
    digest: scoped ? call.scopeDigest : digest,
    scoped,
    approval: found.approval_id,
    by: found.created_by,
  };
}

interface ExceptionRow {
  readonly id: string;
  readonly approval_id: string;
  readonly created_by: string;
  /** Sealed; null where only the very arguments of the request pass. */
  readonly scope: string | null;
}

/** Exceptions of exactly this call first, then those with a scope, each with the longest time left first. */
const STANDING = `
  SELECT id, approval_id, created_by, scope_envelope AS scope FROM approval_exceptions
  WHERE ((digest = $1 AND scope_digest IS NULL) OR (scope_digest = $2 AND scope_envelope IS NOT NULL))
    AND revoked_at IS NULL AND expires_at > clock_timestamp()
  ORDER BY scope_digest IS NOT NULL, expires_at DESC LIMIT ${SCOPES_MAX}`;

/** A scope that cannot be opened, or arguments that nobody may look at, let nothing through. */
function isLetThrough(
  { id }: ExceptionRow,
  sealed: string,
  { intent }: PassSeeker,
  { envelope, hmacKey }: Pick<ArgumentKeys, 'envelope' | 'hmacKey'>,
): boolean {
  if (intent.args === null) return false;
  let scope: ArgumentScope;
  try {
    scope = JSON.parse(envelope.open(sealed, exceptionScopeAad(id))) as ArgumentScope;
  } catch {
    return false;
  }
  return isWithin(scope, intent.args, hmacWith(hmacKey));
}

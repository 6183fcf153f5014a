import { createHmac } from 'node:crypto';
import { type ArgumentScope, type Hmac, isWithin } from '@/lib/domain/approval/argument-scope';
import { exceptionScopeAad } from '@/lib/domain/sealed-value';
import type { ApprovalPass, PassSeeker } from '@/lib/gateway/ports';
import type { RunRows } from './approval-database';
import type { ArgumentKeys } from './argument-store';

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
  const [exception] = await run<ExceptionRow>(
    `SELECT id, approval_id, created_by FROM approval_exceptions
     WHERE digest = $1 AND scope_digest IS NULL AND revoked_at IS NULL AND expires_at > clock_timestamp() ORDER BY expires_at DESC LIMIT 1`,
    [digest],
  );
  if (exception !== undefined) return passOf(exception, digest, false);
  return withinScope(run, call, keys);
}

interface ExceptionRow {
  readonly id: string;
  readonly approval_id: string;
  readonly created_by: string;
}

/** A scope that cannot be opened, or arguments that nobody may look at, let nothing through. */
async function withinScope(
  run: RunRows,
  { scopeDigest, intent }: PassSeeker,
  { envelope, hmacKey }: Pick<ArgumentKeys, 'envelope' | 'hmacKey'>,
): Promise<ApprovalPass | null> {
  const { args } = intent;
  if (args === null) return null;
  const standing = await run<ExceptionRow & { scope: string }>(
    `SELECT id, approval_id, created_by, scope_envelope AS scope FROM approval_exceptions
     WHERE scope_digest = $1 AND scope_envelope IS NOT NULL AND revoked_at IS NULL AND expires_at > clock_timestamp()
     ORDER BY expires_at DESC LIMIT ${SCOPES_MAX}`,
    [scopeDigest],
  );
  const hmac = hmacWith(hmacKey);
  const found = standing.find(({ id, scope }) => {
    let opened: ArgumentScope;
    try {
      opened = JSON.parse(envelope.open(scope, exceptionScopeAad(id))) as ArgumentScope;
    } catch {
      return false;
    }
    return isWithin(opened, args, hmac);
  });
  return found === undefined ? null : passOf(found, scopeDigest, true);
}

const passOf = ({ id, approval_id, created_by }: ExceptionRow, digest: string, scoped: boolean): ApprovalPass => ({
  kind: 'exception',
  id,
  digest,
  scoped,
  approval: approval_id,
  by: created_by,
});

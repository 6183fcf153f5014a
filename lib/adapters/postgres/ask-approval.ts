import { type ApprovalBinding, differencesBetween } from '@/lib/domain/approval/approval-binding';
import { COOL_DOWN_MS, PENDING_PER_AGENT_MAX, pausedUntilMs, reuseMs } from '@/lib/domain/approval/approval-terms';
import { hiddenLeaves } from '@/lib/domain/approval/argument-scope';
import { approvalArgumentsAad } from '@/lib/domain/sealed-value';
import type { ApprovalAsk, AskAnswer } from '@/lib/gateway/ports';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { JsonObject } from '@/lib/kernel/json';
import type { ArgumentKeys } from './argument-store';
import type { RunRows } from './bounded-database';
import { findPass, hmacWith } from './find-pass';
import { findUsed, isRunning, openKept } from './kept-answers';
import { safeText, safeTextOrNull } from './safe-text';
import { traceContent, traceValues } from './trace-content';

const MS = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;
/** A request whose time is over, by the database's clock. */
export const IS_DUE = `status IN ('pending', 'approved') AND coalesce(usable_until, expires_at) <= clock_timestamp()`;

/**
 * Finds what lets a call through, or the request it belongs to, or opens one; in a transaction that holds the agent's
 * lock, so that identical calls on several nodes share one request and caps are exact.
 */
export async function askApproval(run: RunRows, ask: ApprovalAsk, id: string, keys: ArgumentKeys): Promise<AskAnswer> {
  const { agent } = ask.binding;
  await run("SELECT pg_advisory_xact_lock(hashtextextended('callgate approvals of ' || $1, 0))", [agent]);
  await run(`UPDATE approvals SET status = 'expired' WHERE agent_id = $1 AND ${IS_DUE}`, [agent]);
  const used = await findUsed(run, ask);
  if (used?.bytes != null) return { kind: 'kept', kept: openKept(used, keys.envelope) };
  const pass = await findPass(run, ask, keys);
  if (pass !== null) return { kind: 'pass', pass };
  const [pending] = await run<{ id: string; expires_ms: number }>(
    `UPDATE approvals SET asks = asks + 1, last_asked_at = clock_timestamp() WHERE digest = $1 AND status = 'pending'
     RETURNING id, ${MS('expires_at')} AS expires_ms`,
    [ask.digest],
  );
  if (pending !== undefined) return { kind: 'pending', approval: { id: pending.id, expiresAtMs: pending.expires_ms } };
  if (used !== null && (await isRunning(run, used.event)))
    return { kind: 'running', approval: { id: used.approval, expiresAtMs: used.expires_ms } };
  return (await refusal(run, ask)) ?? open(run, ask, id, keys);
}

/** Why nobody is asked, or null. */
async function refusal(run: RunRows, { subject, binding }: ApprovalAsk): Promise<AskAnswer | null> {
  const [last] = await run<{
    id: string;
    status: string;
    by: string | null;
    reason: string | null;
    retry_ms: number;
    expires_ms: number;
    now_ms: number;
  }>(
    `SELECT id, status, decided_by AS by, decided_reason AS reason, ${MS('decided_at')} + $2 AS retry_ms, ${MS('expires_at')} AS expires_ms,
       ${MS('clock_timestamp()')} AS now_ms
     FROM approvals WHERE subject = $1 AND decided_at IS NOT NULL ORDER BY decided_at DESC LIMIT 1`,
    [subject, COOL_DOWN_MS],
  );
  if (last?.status === 'denied' && last.retry_ms > last.now_ms) {
    const approval = { id: last.id, expiresAtMs: last.expires_ms };
    return { kind: 'denied', approval, by: last.by ?? '', reason: last.reason, retryAtMs: last.retry_ms };
  }
  const decided = await run<{ denied: boolean; at_ms: number; now_ms: number }>(
    `SELECT status = 'denied' AS denied, ${MS('decided_at')} AS at_ms, ${MS('clock_timestamp()')} AS now_ms
     FROM approvals WHERE agent_id = $1 AND decided_at IS NOT NULL ORDER BY decided_at DESC LIMIT 3`,
    [binding.agent],
  );
  const pausedMs = pausedUntilMs(decided.map(({ denied, at_ms }) => ({ denied, atMs: at_ms })));
  if (pausedMs !== null && pausedMs > (decided[0]?.now_ms ?? 0)) return { kind: 'paused', retryAtMs: pausedMs };
  const [waiting] = await run<{ n: number }>("SELECT count(*)::int AS n FROM approvals WHERE agent_id = $1 AND status = 'pending'", [
    binding.agent,
  ]);
  return (waiting?.n ?? 0) >= PENDING_PER_AGENT_MAX ? { kind: 'backlog', pendingMax: PENDING_PER_AGENT_MAX } : null;
}

async function open(run: RunRows, ask: ApprovalAsk, id: string, keys: ArgumentKeys): Promise<AskAnswer> {
  await endOutdated(run, ask);
  const { intent, demand, binding } = ask;
  const args = intent.args ?? {};
  const shown = intent.redact.length === 0 ? args : keys.redact(args, intent.redact);
  const [opened] = await run<{ expires_ms: number }>(INSERT, [
    id,
    ask.digest,
    ask.subject,
    JSON.stringify(binding),
    binding.agent,
    intent.agent?.slug ?? '',
    safeText(ask.owner, 300),
    binding.grant.id,
    binding.server,
    intent.server?.slug ?? '',
    binding.policy.id,
    intent.policy?.slug ?? '',
    binding.policy.version,
    safeText(intent.tool ?? '', 300),
    safeTextOrNull(intent.innerTool, 300),
    intent.category ?? 'unknown',
    intent.risk ?? 'high',
    safeTextOrNull(binding.grant.purpose, 2_000),
    safeText(demand.rule, 2_000),
    safeTextOrNull(intent.message, 2_000),
    JSON.stringify(traceContent(intent.trace)),
    JSON.stringify(demand.approvers),
    demand.count,
    reuseMs(demand.reuse),
    keys.envelope.seal(sealedText(ask, shown, keys), approvalArgumentsAad(id)),
    Buffer.byteLength(canonicalJson(args), 'utf8'),
    intent.keepArguments,
    safeTextOrNull(intent.session, 300),
    safeTextOrNull(intent.client?.name, 300),
    safeTextOrNull(intent.client?.version, 300),
    safeTextOrNull(intent.sourceIp, 100),
    demand.expiresMs,
  ]);
  return { kind: 'pending', approval: { id, expiresAtMs: opened?.expires_ms ?? 0 } };
}

/**
 * What is shown, what the server would get beside it (null without), the values that rules found in the arguments, and which
 * arguments are hidden, with the digests of their values.
 */
function sealedText({ intent, inputs }: ApprovalAsk, shown: JsonObject, { hmacKey }: ArgumentKeys): string {
  const hidden = hiddenLeaves(intent.args ?? {}, shown, hmacWith(hmacKey));
  return JSON.stringify([
    canonicalJson(shown),
    inputs === null ? null : canonicalJson(inputs),
    JSON.stringify(traceValues(intent.trace)),
    JSON.stringify(hidden),
  ]);
}

/** The same call under another configuration is another request: what was asked before is no longer what would run. */
async function endOutdated(run: RunRows, { subject, binding }: ApprovalAsk): Promise<void> {
  const open = await run<{ id: string; binding: ApprovalBinding }>(
    "SELECT id, binding FROM approvals WHERE subject = $1 AND status IN ('pending', 'approved') ORDER BY id FOR UPDATE",
    [subject],
  );
  for (const one of open) {
    await run("UPDATE approvals SET status = 'stale', differences = $2 WHERE id = $1", [
      one.id,
      JSON.stringify(differencesBetween(one.binding, binding)),
    ]);
  }
}

const INSERT = `
  INSERT INTO approvals (id, digest, subject, binding, agent_id, agent_slug, agent_owner, grant_id, server_id, server_slug, policy_id, policy_slug,
    policy_version, tool, inner_tool, category, risk, purpose, rule, message, trace, approvers, votes_needed, reuse_ms, arguments_envelope,
    arguments_bytes, keep_arguments, session, client_name, client_version, source_ip, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31,
    clock_timestamp() + $32::float8 * interval '1 millisecond')
  RETURNING ${MS('expires_at')} AS expires_ms`;

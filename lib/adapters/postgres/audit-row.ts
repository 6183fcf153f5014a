import type { AuditIntent, AuditSettlement } from '@/lib/domain/audit-event';
import type { Json } from '@/lib/kernel/json';
import { safeInteger, safeNumber, safeText, safeTextOrNull } from './safe-text';
import { traceContent } from './trace-content';

/**
 * The content of a row in `audit_events`: column names, in canonical (sorted) order, so that `JSON.stringify` writes
 * the canonical text at once. `table` is no column; it keeps a row of one table from passing as one of the other.
 */
export interface EventContent {
  agent_id: string | null;
  agent_slug: string | null;
  arguments_bytes: number | null;
  arguments_envelope: string | null;
  arguments_hmac: string | null;
  /** Only for calls of tools that go on. */
  arguments_shape?: string;
  at: string;
  category: string | null;
  charges: readonly Json[];
  client_name: string | null;
  client_version: string | null;
  decision: string;
  definition_digest: string | null;
  expects_outcome: boolean;
  grant_id: string | null;
  id: string;
  inner_tool: string | null;
  message: string | null;
  method: string;
  policy_id: string | null;
  policy_slug: string | null;
  policy_version: number | null;
  reason: string;
  risk: string | null;
  rpc_id: Json;
  rule: string;
  seq: number;
  server_id: string | null;
  server_slug: string | null;
  session: string | null;
  source_ip: string | null;
  table: 'audit_events';
  /** Only where there is one. */
  target?: string;
  tool: string | null;
  trace: readonly Json[];
  writer: string;
}

/** The content of a row in `audit_outcomes`; times are ISO 8601 in UTC with milliseconds. */
export interface OutcomeContent {
  /** Only where it was measured, like `policy_ms`. */
  admission_ms?: number;
  at: string;
  event_at: string;
  event_id: string;
  /** Only where something was noticed. */
  flags?: readonly string[];
  gateway_ms: number | null;
  http_status: number | null;
  note: string | null;
  outcome: string;
  policy_ms?: number;
  result_bytes: number | null;
  seq: number;
  table: 'audit_outcomes';
  upstream_ms: number | null;
  writer: string;
}

export interface EventPlace {
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly writer: string;
  readonly seq: number;
}

export interface StoredArguments {
  readonly bytes: number | null;
  readonly hmac: string | null;
  readonly envelope: string | null;
  readonly shape: string | null;
}

/** What the ledger itself found: the decision after counting, and the charges with where each counter stood. */
export interface LedgerFinding {
  readonly decision: AuditIntent['decision'];
  readonly reason: string;
  readonly rule: string;
  readonly message: string | null;
  readonly charges: readonly Json[];
  readonly expectsOutcome: boolean;
}

export function eventContent(intent: AuditIntent, place: EventPlace, finding: LedgerFinding, args: StoredArguments): EventContent {
  return {
    agent_id: safeTextOrNull(intent.agent?.id, NAME),
    agent_slug: safeTextOrNull(intent.agent?.slug, NAME),
    arguments_bytes: args.bytes,
    arguments_envelope: args.envelope,
    arguments_hmac: args.hmac,
    ...(args.shape === null ? null : { arguments_shape: args.shape }),
    at: place.at,
    category: intent.category,
    charges: finding.charges,
    client_name: safeTextOrNull(intent.client?.name, NAME),
    client_version: safeTextOrNull(intent.client?.version, NAME),
    decision: finding.decision,
    definition_digest: safeTextOrNull(intent.definitionDigest, NAME),
    expects_outcome: finding.expectsOutcome,
    grant_id: safeTextOrNull(intent.grant, NAME),
    id: place.id,
    inner_tool: safeTextOrNull(intent.innerTool, NAME),
    message: safeTextOrNull(finding.message, SENTENCE),
    method: safeText(intent.method, NAME),
    policy_id: safeTextOrNull(intent.policy?.id, NAME),
    policy_slug: safeTextOrNull(intent.policy?.slug, NAME),
    policy_version: safeInteger(intent.policy?.version),
    reason: finding.reason,
    risk: intent.risk,
    rpc_id: rpcId(intent.rpcId),
    rule: safeText(finding.rule, SENTENCE),
    seq: place.seq,
    server_id: safeTextOrNull(intent.server?.id, NAME),
    server_slug: safeTextOrNull(intent.server?.slug, NAME),
    session: safeTextOrNull(intent.session, NAME),
    source_ip: safeTextOrNull(intent.sourceIp, NAME),
    table: 'audit_events',
    // Rows from before there were targets have the same content, and with it the same hash, as rows without one.
    ...(intent.target == null ? null : { target: safeText(intent.target, SENTENCE) }),
    tool: safeTextOrNull(intent.tool, NAME),
    trace: traceContent(intent.trace),
    writer: place.writer,
  };
}

export function outcomeContent(
  settlement: AuditSettlement,
  place: { readonly at: string; readonly eventAt: string; readonly writer: string; readonly seq: number },
): OutcomeContent {
  const admissionMs = safeNumber(settlement.admissionMs);
  const policyMs = safeNumber(settlement.policyMs);
  return {
    ...(admissionMs === null ? null : { admission_ms: admissionMs }),
    at: place.at,
    event_at: place.eventAt,
    event_id: settlement.event,
    ...(settlement.flags === undefined || settlement.flags.length === 0 ? null : { flags: [...settlement.flags].sort() }),
    gateway_ms: safeNumber(settlement.gatewayMs),
    http_status: safeInteger(settlement.httpStatus),
    note: safeTextOrNull(settlement.note, 500),
    outcome: settlement.outcome,
    ...(policyMs === null ? null : { policy_ms: policyMs }),
    result_bytes: safeInteger(settlement.resultBytes),
    seq: place.seq,
    table: 'audit_outcomes',
    upstream_ms: safeNumber(settlement.upstreamMs),
    writer: place.writer,
  };
}

const NAME = 300;
const SENTENCE = 2000;

/** JSON-RPC ids are strings or numbers; anything else was refused before, and is not worth keeping. */
function rpcId(id: Json): Json {
  if (typeof id === 'string') return safeText(id, NAME);
  return typeof id === 'number' && Number.isFinite(id) ? id : null;
}

import { RESULT_FLAGS, type ResultFlag } from '@/lib/domain/result-flags';
import type { AuditRow } from './contract';

export const AUDIT_COLUMNS = `e.id, e.at, e.method, e.decision, e.reason, e.rule, e.message, e.server_slug, e.agent_slug, e.grant_id, e.policy_slug,
  e.policy_version, e.tool, e.inner_tool, e.category, e.risk, e.client_name, e.client_version, e.arguments_bytes,
  o.outcome, o.http_status, o.upstream_ms, o.gateway_ms, o.policy_ms, o.admission_ms, o.result_bytes, e.target, o.flags, e.session, e.source_ip, e.rpc_id,
  (SELECT w.node FROM writers w WHERE w.id = e.writer) AS node`;

/** A row as the database gives it. */
export interface AuditRecord {
  readonly id: string;
  readonly at: Date;
  readonly method: string;
  readonly decision: AuditRow['decision'];
  readonly reason: string;
  readonly rule: string;
  readonly message: string | null;
  readonly server_slug: string | null;
  readonly agent_slug: string | null;
  readonly grant_id: string | null;
  readonly policy_slug: string | null;
  readonly policy_version: number | null;
  readonly tool: string | null;
  readonly inner_tool: string | null;
  readonly category: AuditRow['category'];
  readonly risk: AuditRow['risk'];
  readonly client_name: string | null;
  readonly client_version: string | null;
  readonly arguments_bytes: number | null;
  readonly outcome: AuditRow['outcome'];
  readonly http_status: number | null;
  readonly upstream_ms: number | null;
  readonly gateway_ms: number | null;
  readonly policy_ms: number | null;
  readonly admission_ms: number | null;
  readonly result_bytes: number | null;
  readonly target: string | null;
  readonly flags: unknown;
  readonly session: string | null;
  readonly source_ip: string | null;
  readonly rpc_id: string | number | null;
  readonly node: string | null;
}

export function auditRow(row: AuditRecord): AuditRow {
  return {
    id: row.id,
    at: row.at.toISOString(),
    method: row.method,
    decision: row.decision,
    reason: row.reason,
    rule: row.rule,
    message: row.message,
    server: row.server_slug,
    agent: row.agent_slug,
    grant: row.grant_id,
    policy: row.policy_slug,
    policyVersion: row.policy_version,
    tool: row.tool,
    innerTool: row.inner_tool,
    category: row.category,
    risk: row.risk,
    client: row.client_name === null ? null : { name: row.client_name, version: row.client_version },
    argumentsBytes: row.arguments_bytes,
    outcome: row.outcome,
    httpStatus: row.http_status,
    upstreamMs: row.upstream_ms,
    gatewayMs: row.gateway_ms,
    policyMs: row.policy_ms,
    admissionMs: row.admission_ms,
    resultBytes: row.result_bytes,
    target: row.target,
    flags: flagsOf(row.flags),
    session: row.session,
    sourceIp: row.source_ip,
    rpcId: row.rpc_id,
    node: row.node,
  };
}

/** The words that this version knows. */
export function flagsOf(stored: unknown): ResultFlag[] {
  return Array.isArray(stored) ? RESULT_FLAGS.filter((flag) => stored.includes(flag)) : [];
}

import type { AuditRow } from '../audit/contract';
import type { CallRecord } from './call-record';

/** The version of the schema that the fields below are named by. */
export const OCSF_VERSION = '1.4.0';
const CATEGORY_UID = 6;
const CLASS_UID = 6003;

/** Create, Read, Update and Delete of the class; a call whose tool is none of them is Other. */
const ACTIVITIES: Record<NonNullable<AuditRow['category']>, number> = {
  read: 2,
  write: 3,
  destructive: 4,
  execute: 99,
  financial: 99,
};
const PASSED = new Set<AuditRow['decision']>([
  'allowed',
  'observed_denied',
  'observed_hidden',
  'observed_limited',
  'observed_needs_approval',
]);

/**
 * A call as an event of the class API Activity (6003) of the Open Cybersecurity Schema Framework. Every attribute that the class requires
 * is there; what it has no name for is in `unmapped` under the name it has here. Never arguments.
 */
export function ocsfEvent(call: CallRecord): Record<string, unknown> {
  const row = call as unknown as Omit<AuditRow, 'client'> & { client: string | null; clientVersion: string | null } & {
    session: string | null;
    sourceIp: string | null;
  };
  const activity = row.category === null ? 99 : ACTIVITIES[row.category];
  const operation = row.innerTool ?? row.tool ?? row.method;
  const status = statusOf(row);
  return present({
    activity_id: activity,
    category_uid: CATEGORY_UID,
    class_uid: CLASS_UID,
    type_uid: CLASS_UID * 100 + activity,
    time: Date.parse(row.at),
    severity_id: severityOf(row),
    status_id: status,
    status_code: row.reason,
    status_detail: row.message,
    message: row.message ?? `${row.decision}: ${operation}`,
    duration: row.upstreamMs === null ? null : Math.round(row.upstreamMs),
    metadata: {
      version: OCSF_VERSION,
      uid: row.id,
      product: { name: 'Callgate', vendor_name: 'Callgate' },
      log_name: 'callgate.calls',
      event_code: row.decision,
      original_time: row.at,
    },
    actor: present({
      user: row.agent === null ? null : { name: row.agent, type_id: 3 },
      session: row.session === null ? null : { uid: row.session },
      app_name: row.client ?? (row.agent === null ? 'unknown' : null),
    }),
    api: present({
      operation,
      service: row.server === null ? null : { name: row.server },
      request: { uid: row.id },
      response: row.httpStatus === null ? null : { code: row.httpStatus },
    }),
    src_endpoint: row.sourceIp === null ? { name: row.agent ?? 'unknown' } : { ip: row.sourceIp },
    dst_endpoint: row.server === null ? null : { svc_name: row.server },
    resources: resourcesOf(row, operation),
    unmapped: present({
      decision: row.decision,
      outcome: row.outcome,
      rule: row.rule,
      policy: row.policy,
      policy_version: row.policyVersion,
      grant: row.grant,
      tool: row.tool,
      inner_tool: row.innerTool,
      method: row.method,
      target: row.target,
      category: row.category,
      risk: row.risk,
      client_version: row.clientVersion,
      gateway_ms: row.gatewayMs,
      policy_ms: row.policyMs,
      admission_ms: row.admissionMs,
      arguments_bytes: row.argumentsBytes,
      result_bytes: row.resultBytes,
      flags: row.flags.length === 0 ? null : row.flags,
      rpc_id: row.rpcId,
      node: row.node,
    }),
  });
}

/** What was called; for what is no call, what it was about. */
function resourcesOf({ tool, target, method }: Pick<AuditRow, 'tool' | 'target' | 'method'>, operation: string) {
  if (tool !== null) return [{ name: operation, type: 'MCP tool' }];
  return target === null ? null : [{ name: target, type: method }];
}

/** 1 Success, 2 Failure, 0 Unknown: what the agent got, whoever it was that refused. */
function statusOf({ decision, outcome }: Pick<AuditRow, 'decision' | 'outcome'>): number {
  if (!PASSED.has(decision)) return 2;
  if (outcome === null || outcome === 'unknown') return 0;
  return outcome === 'ok' ? 1 : 2;
}

/** 1 Informational for what passed; what was refused weighs as much as what it would have done: 2 Low, 3 Medium, 4 High. */
function severityOf({ decision, risk }: Pick<AuditRow, 'decision' | 'risk'>): number {
  if (PASSED.has(decision)) return 1;
  return risk === 'critical' ? 4 : risk === 'high' ? 3 : 2;
}

const present = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

import type { EventDecision, EventOutcome } from '@/lib/domain/audit-event';
import type { TraceStep } from '@/lib/domain/decision';
import type { Category, DispatchShape, Finding, RiskLevel, ToolStatus } from '@/lib/domain/risk';
import type { Permission, Role } from '@/lib/domain/roles';
import type { Json, JsonObject } from '@/lib/kernel/json';

/** What the console reads from the management API: the answers of contract.md, one interface an entity. */
export interface Me {
  id: string;
  name: string;
  email: string;
  role: Role;
  permissions: Permission[];
}

export interface Server {
  id: string;
  slug: string;
  name: string;
  transport: 'http' | 'sse' | 'stdio';
  url: string | null;
  command: string | null;
  args: string[];
  env: Record<string, SecretState>;
  headers: Record<string, SecretState>;
  status: string;
  keepArguments?: boolean;
  gatewayUrl: string;
  protocolVersion: string | null;
  serverInfo: { name?: string; version?: string } | null;
  instructions?: string | null;
  lastSyncAt: string | null;
  lastSyncError: string | null;
  createdAt: string;
  updatedAt: string;
  tools?: ToolCounts;
}
export interface SecretState {
  set: true;
  setAt?: string;
  setBy?: string;
}
export interface ToolCounts {
  total: number;
  active: number;
  pending: number;
  quarantined: number;
  byRisk: Record<RiskLevel, number>;
}

export interface ProbeStep {
  name: string;
  status: 'ok' | 'failed' | 'skipped';
  ms: number | null;
  detail: string | null;
  fix: string | null;
}
export interface SyncResult {
  ok: boolean;
  steps: ProbeStep[];
  added: string[];
  changed: string[];
  removed: string[];
  error?: string | null;
}

export interface Tool {
  id: string;
  server: { id: string; slug: string; name: string };
  name: string;
  title: string | null;
  description: string | null;
  inputSchema: JsonObject | null;
  category: Category;
  risk: RiskLevel;
  reasons: string[];
  source: 'classifier' | 'manual';
  status: ToolStatus;
  digest: string;
  findings: Finding[];
  dispatch: DispatchShape | null;
  definition?: JsonObject;
  changedDefinition?: JsonObject | null;
  manual?: { reason: string; by: string; at: string } | null;
}

export interface Problem {
  severity: 'error' | 'warning' | 'hint';
  code: string;
  message: string;
  path: string;
  line: number;
  column: number;
  hint?: string;
}
export interface Policy {
  id: string;
  slug: string;
  name: string;
  server: { id: string; slug: string; name: string };
  liveVersion: number | null;
  liveText?: string | null;
  draft: { text: string; baseVersion: number | null; updatedAt: string; updatedBy: string } | null;
  grants: number;
  createdAt: string;
}
export interface PolicyVersion {
  version: number;
  text: string;
  comment: string | null;
  restoredFrom: number | null;
  publishedBy: string;
  publishedAt: string;
  digest: string;
}

export interface Agent {
  id: string;
  slug: string;
  name: string;
  owner: string;
  purpose: string | null;
  environment: string | null;
  labels: Record<string, string>;
  status: 'active' | 'suspended';
  grants: number;
  createdAt: string;
}
export interface Grant {
  id: string;
  label: string | null;
  agent: { id: string; slug: string; name: string };
  server: { id: string; slug: string; name: string };
  policy: { id: string; slug: string; name: string } | null;
  scopes: string[];
  purpose: string | null;
  status: string;
  notBefore: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
  lastFour: string | null;
  lastUsedAt: string | null;
  client: { name: string; version: string } | null;
  createdAt: string;
}

export interface AuditRow {
  id: string;
  at: string;
  method: string;
  decision: EventDecision;
  outcome: EventOutcome | null;
  reason: string;
  rule: string;
  message: string | null;
  server: { id: string; slug: string } | null;
  agent: { id: string; slug: string } | null;
  grant: string | null;
  policy: { id: string; slug: string; version: number } | null;
  tool: string | null;
  innerTool: string | null;
  category: Category | null;
  risk: RiskLevel | null;
  upstreamMs: number | null;
  gatewayMs: number | null;
}
export interface AuditDetail extends AuditRow {
  trace: TraceStep[];
  charges: Json[];
  arguments: JsonObject | null;
  argumentsNote?: string | null;
  session: string | null;
  client: { name: string; version: string } | null;
  sourceIp: string | null;
  httpStatus: number | null;
  resultBytes: number | null;
  note: string | null;
  writer: string;
  seq: number | string;
  hash: string;
  previousHash: string;
}

export interface LimitRow {
  rule: string;
  counter: string;
  scope: string;
  key: string;
  used: number;
  max: number;
  window: string;
  resetsAt: string;
  policy: { id: string; slug: string; name?: string } | null;
  server?: { slug: string } | null;
}

export interface Stats {
  bucket: string;
  bucketMs: number;
  buckets: { at: string; counts: Partial<Record<string, number>> }[];
  totals: Partial<Record<string, number>>;
  topAgents: { slug: string; name?: string; calls: number; notAllowed: number }[];
  topTools: { server: string; tool: string; calls: number; notAllowed: number }[];
  latency: { gateway: Percentiles | null; upstream: Percentiles | null };
}
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

export interface Member {
  id: string;
  email: string;
  name: string;
  role: Role;
  status: 'active' | 'disabled';
  createdAt: string;
  lastSeenAt: string | null;
}

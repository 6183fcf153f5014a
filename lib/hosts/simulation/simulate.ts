import type pg from 'pg';
import type { TextSealer } from '@/lib/adapters/postgres/argument-store';
import { countRecordedCalls, type RecordedCallsRange, readRecordedCalls } from '@/lib/adapters/postgres/recorded-calls';
import type { CallFacts, CatalogueTool } from '@/lib/domain/decision';
import type { JsonObject } from '@/lib/kernel/json';
import { compileDocument, compilePolicy } from '@/lib/policy/compile';
import type { PolicyDocument } from '@/lib/policy/document';
import { Replay } from '@/lib/policy/simulate/replay';
import type { ReplayResult } from '@/lib/policy/simulate/replay-result';
import { sharesCounters, warmUpFromMs } from '@/lib/policy/simulate/warm-up';

/** A job as its row has it. */
export interface SimulationJob {
  readonly id: string;
  readonly serverId: string;
  readonly policyId: string | null;
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly agentIds: readonly string[] | null;
  readonly against: 'recorded' | 'live';
  readonly warm: boolean;
}

/** Says how far it is; answers false when the job is no longer wanted. */
export type ReportProgress = (calls: number, of: number) => Promise<boolean>;

/** Thrown with a sentence for people. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
}

const REPORT_EVERY_MS = 500;

/** Runs a job on a connection of its own; null when it was given up. Throws SimulationError for what its author can mend. */
export async function simulate(
  client: pg.ClientBase,
  job: SimulationJob,
  sealer: TextSealer,
  report: ReportProgress,
  pause: () => Promise<void>,
  batchRows?: number,
): Promise<ReplayResult | null> {
  const server = await serverOf(client, job.serverId);
  const catalogue = await catalogueOf(client, job.serverId);
  const draft = compilePolicy(job.text, catalogue).document;
  if (draft === null) throw new SimulationError('The text does not compile any more, so it decides nothing.');
  const live = job.against === 'live' ? await liveDocument(client, job.policyId) : null;
  const documents = live === null ? [draft] : [draft, live];
  const replay = new Replay({
    document: draft,
    against: live === null ? null : compileDocument(live),
    catalogue,
    server,
    ...(await callersOf(client, job.serverId)),
    fromMs: job.fromMs,
    toMs: job.toMs,
    onlyAgents: job.agentIds === null ? null : new Set(job.agentIds),
    warm: job.warm,
  });
  const range: RecordedCallsRange = {
    serverId: job.serverId,
    policyId: job.policyId,
    fromMs: job.warm ? warmUpFromMs(documents, job.fromMs) : job.fromMs,
    toMs: job.toMs,
    agentIds: sharesCounters(documents) ? null : job.agentIds,
    requests: 'all',
  };
  const of = await countRecordedCalls(client, range);
  if (!(await report(0, of))) return null;
  let calls = 0;
  let reportedMs = performance.now();
  for await (const batch of readRecordedCalls(client, range, sealer, batchRows)) {
    for (const call of batch) replay.add(call);
    calls += batch.length;
    await pause();
    if (performance.now() - reportedMs < REPORT_EVERY_MS) continue;
    reportedMs = performance.now();
    if (!(await report(calls, Math.max(of, calls)))) return null;
  }
  return replay.result();
}

async function serverOf(client: pg.ClientBase, id: string): Promise<CallFacts['server']> {
  const { rows } = await client.query<CallFacts['server']>('SELECT id, slug FROM servers WHERE id = $1', [id]);
  if (rows[0] === undefined) throw new SimulationError('The server was deleted meanwhile.');
  return rows[0];
}

/** As the gateway's snapshot has it. */
export async function catalogueOf(client: pg.ClientBase, serverId: string): Promise<Map<string, CatalogueTool>> {
  const { rows } = await client.query<CatalogueTool>(
    `SELECT name, coalesce(manual_category, category) AS category, coalesce(manual_risk, risk) AS risk, status, digest, dispatch,
            definition -> 'inputSchema' AS "inputSchema" FROM tools WHERE server_id = $1 AND removed_at IS NULL ORDER BY name`,
    [serverId],
  );
  return new Map(rows.map((row) => [row.name, row]));
}

async function liveDocument(client: pg.ClientBase, policyId: string | null): Promise<PolicyDocument> {
  const { rows } = await client.query<{ text: string }>(
    'SELECT v.text FROM policies p JOIN policy_versions v ON v.policy_id = p.id AND v.version = p.live_version WHERE p.id = $1',
    [policyId],
  );
  const document = rows[0] === undefined ? null : compilePolicy(rows[0].text, null).document;
  if (document === null) throw new SimulationError('There is no live version that compiles, so there is nothing to compare with.');
  return document;
}

async function callersOf(
  client: pg.ClientBase,
  serverId: string,
): Promise<{ agents: Map<string, CallFacts['agent']>; grants: Map<string, CallFacts['grant']> }> {
  const grants = await client.query<{ id: string; agent_id: string; scopes: string[]; purpose: string | null }>(
    'SELECT id, agent_id, scopes, purpose FROM grants WHERE server_id = $1',
    [serverId],
  );
  const agents = await client.query<CallFacts['agent'] & { labels: JsonObject }>(
    'SELECT id, slug, name, owner, environment, labels FROM agents WHERE id = ANY($1)',
    [[...new Set(grants.rows.map((row) => row.agent_id))]],
  );
  return {
    agents: new Map(agents.rows.map((row) => [row.id, row])),
    grants: new Map(grants.rows.map(({ id, scopes, purpose }) => [id, { id, scopes, purpose }])),
  };
}

import { createHmac, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { shapeOf, storeArguments, type TextSealer } from '@/lib/adapters/postgres/argument-store';
import { eventContent, outcomeContent } from '@/lib/adapters/postgres/audit-row';
import { newEventId } from '@/lib/adapters/postgres/event-id';
import type { Category, RiskLevel } from '@/lib/domain/risk';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import { newId } from '@/lib/kernel/ids';
import { seededArguments, seededRandom } from '../../tests/fixtures/seed/seeded-tools';
import { Chain } from './chain';
import { copyRows } from './copy-rows';
import { createRhythm, normal } from './rhythm';
import type { SeededCaller, SeededOrganisation, SeededTool } from './seed-organisation';
import { fittingArguments, outcomeOf, traceOf, verdictOf } from './verdicts';

export interface SeedCallsOptions {
  readonly calls: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly seed: number;
  readonly sealer: TextSealer;
  readonly onProgress: (calls: number) => void;
}

interface Session {
  readonly id: string;
  readonly caller: SeededCaller;
  readonly grant: SeededCaller['grants'][number];
  /** Calls it will still make. */
  left: number;
}

const BATCH = 10_000;
const SESSIONS_OPEN = 40;
/** Arguments are sealed for so many of the calls; the others kept only their HMAC. */
const SEALED_SHARE = 0.35;

/** Writes calls in the order of time, chained like those of a gateway; the next batch is made while the database takes the last one. */
export async function seedCalls(client: pg.ClientBase, organisation: SeededOrganisation, options: SeedCallsOptions): Promise<void> {
  const random = seededRandom(options.seed);
  const timeOf = createRhythm(options.fromMs, options.toMs);
  const span = options.toMs - options.fromMs;
  // One rough afternoon of a server, one agent that runs in circles.
  const outage = {
    server: organisation.servers[3]?.slug,
    from: options.fromMs + span * 0.82,
    to: options.fromMs + span * 0.82 + 7_200_000,
  };
  const storm = {
    agent: organisation.callers[1]?.agent.slug,
    from: options.fromMs + span * 0.93,
    to: options.fromMs + span * 0.93 + 5_400_000,
  };
  const chain = await Chain.open(client, 'seed', options.fromMs);
  const hmacKey = randomBytes(32);
  const sessions: Session[] = [];
  let writing: Promise<void> = Promise.resolve();
  for (let done = 0; done < options.calls; done += BATCH) {
    const size = Math.min(BATCH, options.calls - done);
    for (let index = 0; index < size; index++) {
      const at = timeOf((done + index + random() * 0.5) / options.calls);
      const stormy = at >= storm.from && at < storm.to;
      const session = nextSession(sessions, organisation, random, at, stormy && random() < 0.6 ? storm.agent : undefined);
      const { caller, grant } = session;
      const { server } = grant;
      // Every agent has its own favourites among the tools of a server.
      const offset = organisation.callers.indexOf(caller) * 7;
      const tool = server.tools[(offset + Math.floor(random() ** 2.5 * server.tools.length)) % server.tools.length] as SeededTool;
      const verdict = verdictOf(tool, random(), stormy && caller.agent.slug === storm.agent);
      const args = fittingArguments(seededArguments(tool.definition, random), verdict, random);
      const passed = verdict.decision === 'allowed';
      const id = newEventId(at, index, randomBytes(8), 0);
      const canonical = canonicalJson(args);
      const content = eventContent(
        {
          ...verdict,
          method: 'tools/call',
          server: { id: server.id, slug: server.slug },
          agent: caller.agent,
          grant: grant.id,
          policy: { ...server.policy, version: Math.max(1, server.versions.filter((from) => from <= at).length) },
          tool: tool.definition.name,
          innerTool: null,
          category: tool.category as Category,
          risk: tool.risk as RiskLevel,
          definitionDigest: tool.digest,
          args,
          redact: [],
          keepArguments: true,
          session: session.id,
          client: caller.client,
          sourceIp: `10.20.0.${10 + (offset % 40)}`,
          rpcId: index,
          trace: traceOf(verdict, tool.definition.name),
          charges: [],
        },
        { id, at: new Date(at).toISOString(), writer: chain.id, seq: chain.seq + 1 },
        {
          decision: verdict.decision,
          reason: verdict.reason,
          rule: verdict.rule,
          message: verdict.message,
          charges: [],
          expectsOutcome: passed,
        },
        storeArguments(
          {
            bytes: Buffer.byteLength(canonical),
            hmac: createHmac('sha256', hmacKey).update(canonical).digest('hex'),
            plaintext: random() < SEALED_SHARE ? canonical : null,
            shape: passed ? shapeOf(args, Object.keys(tool.definition.inputSchema?.properties ?? {}), hmacKey) : null,
          },
          id,
          options.sealer,
        ),
      );
      chain.append(content);
      if (!passed) continue;
      const outcome = outcomeOf(random(), server.slug === outage.server && at >= outage.from && at < outage.to);
      const upstreamMs = Math.round(Math.exp(4.6 + 0.9 * normal(random)) * 1000) / 1000;
      chain.append(
        outcomeContent(
          {
            event: id,
            outcome,
            httpStatus: outcome === 'upstream_error' ? 502 : outcome === 'ok' || outcome === 'tool_error' ? 200 : null,
            upstreamMs: outcome === 'unknown' ? null : upstreamMs,
            ...(outcome === 'unknown' ? { gatewayMs: null } : gatewayTimes(random)),
            resultBytes: outcome === 'ok' ? 200 + Math.floor(random() ** 3 * 20_000) : null,
            note: null,
          },
          { at: new Date(Math.ceil(at + upstreamMs)).toISOString(), eventAt: content.at, writer: chain.id, seq: chain.seq + 1 },
        ),
      );
    }
    const tables = chain.take();
    await writing;
    writing = write(client, tables);
    // Its failure is seen at the next turn; until then it is nobody's.
    writing.catch(() => {});
    options.onProgress(done + size);
  }
  await writing;
  await chain.close(client);
}

async function write(client: pg.ClientBase, tables: ReturnType<Chain['take']>): Promise<void> {
  await client.query('BEGIN');
  for (const { table, columns, lines } of tables) await copyRows(client, table, columns, lines);
  await client.query('COMMIT');
}

/** What the gateway took: most of it is the wait for the record, which is written by batches. */
function gatewayTimes(random: () => number): { gatewayMs: number; policyMs: number; admissionMs: number } {
  const gatewayMs = Math.exp(-0.7 + 0.4 * normal(random));
  const micros = (ms: number): number => Math.round(ms * 1000) / 1000;
  // The shares move with the time itself: the database is what makes a slow call slow.
  const admission = gatewayMs / (gatewayMs + 0.15);
  const policy = (1 - admission) * 0.6;
  return { gatewayMs: micros(gatewayMs), policyMs: micros(gatewayMs * policy), admissionMs: micros(gatewayMs * admission) };
}

/** A session that is open, or a new one in place of one that has ended. */
function nextSession(
  sessions: Session[],
  organisation: SeededOrganisation,
  random: () => number,
  atMs: number,
  agent: string | undefined,
): Session {
  const slot = Math.floor(random() * SESSIONS_OPEN);
  const open = sessions[slot];
  if (open && open.left > 0 && (agent === undefined || open.caller.agent.slug === agent)) {
    open.left--;
    return open;
  }
  const hour = new Date(atMs).getUTCHours();
  const night = hour < 6 || hour > 20;
  let caller = organisation.callers.find((one) => one.agent.slug === agent);
  while (!caller) {
    const drawn = organisation.callers[Math.floor(random() ** 1.5 * organisation.callers.length)];
    // At night mostly those work that work around the clock.
    if (drawn && (!night || drawn.nightly || random() < 0.25)) caller = drawn;
  }
  const grant = caller.grants[Math.floor(random() ** 1.4 * caller.grants.length)] as SeededCaller['grants'][number];
  const session = { id: newId('ses', atMs, randomBytes(10)), caller, grant, left: 2 + Math.floor(random() ** 3 * 60) };
  sessions[slot] = session;
  return session;
}

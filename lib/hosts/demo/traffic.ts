import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_CALLS, type DemoCall, type Pick } from './demo-calls';
import { DEMO_AGENTS } from './demo-organisation';
import { McpSession } from './mcp-session';

const SEED_CALLS = 420;
const SEED_AT_ONCE = 3;
const SEED_PAUSE_MS = 60;
const PATIENCE_MS = 2_000;
const TRICKLE_PAUSE_MS = { low: 700, high: 4_500 } as const;
/** A demo that is forgotten overnight does not fill the disk. */
const TRICKLE_CALLS_MAX = 20_000;

interface Actor {
  readonly session: McpSession;
  readonly calls: readonly DemoCall[];
  readonly share: number;
}

export interface TrafficOptions {
  readonly origin: string;
  /** By `agent/server/policy`. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly notes: string;
  /** Whether a burst goes first, so that there is something to look at. */
  readonly seed: boolean;
  readonly signal: AbortSignal;
}

/** Real MCP calls of the demo's agents: a burst on the first start, then a trickle. Resolves after the burst; the trickle ends with `signal`. */
export async function makeTraffic(options: TrafficOptions): Promise<{ calls: number }> {
  const actors = actorsOf(options);
  const pick = pickFrom(Math.random);
  let calls = 0;
  const one = async (): Promise<void> => {
    const actor = weighted(actors, ({ share }) => share);
    const call = weighted(actor.calls, ({ weight }) => weight);
    const answered = actor.session.call(call.tool, withNotes(call.args(pick), options.notes));
    calls += 1;
    // A call that waits for a person is not waited for: the others go on.
    await Promise.race([answered, sleep(PATIENCE_MS, undefined, { ref: false })]);
  };
  const worker = async (): Promise<void> => {
    while (calls < SEED_CALLS && !options.signal.aborted) {
      await one();
      await sleep(SEED_PAUSE_MS);
    }
  };
  if (options.seed) await Promise.all(Array.from({ length: SEED_AT_ONCE }, worker));
  void trickle(one, pick, options.signal);
  return { calls };
}

async function trickle(one: () => Promise<void>, pick: Pick, signal: AbortSignal): Promise<void> {
  for (let made = 0; made < TRICKLE_CALLS_MAX && !signal.aborted; made++) {
    await one();
    await sleep(pick.number(TRICKLE_PAUSE_MS.low, TRICKLE_PAUSE_MS.high), undefined, { signal, ref: false }).catch(() => undefined);
  }
}

function actorsOf({ origin, tokens }: TrafficOptions): Actor[] {
  return DEMO_AGENTS.flatMap((agent) =>
    agent.grants.flatMap((granted) => {
      const token = tokens[`${agent.slug}/${granted}`];
      const calls = DEMO_CALLS[granted];
      if (!token || !calls) return [];
      const session = new McpSession(`${origin}/mcp/${granted.split('/')[0]}`, token, {
        name: `northwind-${agent.slug}`,
        version: '1.4.0',
      });
      return [{ session, calls, share: agent.suspended || calls.length === 1 ? 0.1 : 1 }];
    }),
  );
}

/** The folder is only known here. */
function withNotes(args: Record<string, unknown>, notes: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, typeof value === 'string' ? value.replace('$NOTES', notes) : value]),
  );
}

function pickFrom(random: () => number): Pick {
  const number = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  return { number, of: (values) => values[number(0, values.length - 1)] as (typeof values)[number] };
}

function weighted<T>(values: readonly T[], weightOf: (value: T) => number): T {
  let left = Math.random() * values.reduce((sum, value) => sum + weightOf(value), 0);
  for (const value of values) {
    left -= weightOf(value);
    if (left <= 0) return value;
  }
  return values[values.length - 1] as T;
}

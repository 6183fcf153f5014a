import { createHmac } from 'node:crypto';
import pg from 'pg';
import { hmacKey } from '@/lib/env/envelope';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { JsonObject } from '@/lib/kernel/json';
import type { SunkCall } from './sink';

export interface TrailCheck {
  /** Calls that the sink has seen and no allowed event answers for; must be empty. */
  readonly unaudited: SunkCall[];
  /** Allowed events, and those of them that have not ended yet. */
  readonly allowed: number;
  readonly unsettled: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

/**
 * Compares what the sink saw with the trail in the database: an event answers for a call when the HMAC of its arguments is that of
 * the arguments which arrived. `secretKey` is the CALLGATE_SECRET_KEY of the process, in base64.
 */
export async function checkTrail(
  database: pg.PoolConfig,
  secretKey: string,
  grant: string,
  calls: readonly SunkCall[],
): Promise<TrailCheck> {
  const key = hmacKey(Buffer.from(secretKey, 'base64'), 'audit arguments');
  const client = new pg.Client(database as pg.ClientConfig);
  await client.connect();
  try {
    const { rows } = await client.query<{ hmac: string; outcome: string | null }>(
      `SELECT e.arguments_hmac AS hmac, (SELECT min(o.outcome) FROM audit_outcomes o WHERE o.event_at = e.at AND o.event_id = e.id) AS outcome
         FROM audit_events e WHERE e.grant_id = $1 AND e.decision = 'allowed' AND e.method = 'tools/call'`,
      [grant],
    );
    const recorded = new Set(rows.map((row) => row.hmac));
    const hmacOf = (args: unknown) =>
      createHmac('sha256', key)
        .update(canonicalJson(args as JsonObject), 'utf8')
        .digest('hex');
    const outcomes: Record<string, number> = {};
    for (const { outcome } of rows) outcomes[outcome ?? 'none'] = (outcomes[outcome ?? 'none'] ?? 0) + 1;
    return {
      unaudited: calls.filter((call) => !recorded.has(hmacOf(call.arguments))),
      allowed: rows.length,
      unsettled: outcomes.none ?? 0,
      outcomes,
    };
  } finally {
    await client.end();
  }
}

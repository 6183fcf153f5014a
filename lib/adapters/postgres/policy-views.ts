import type { GatewayLog } from '@/lib/gateway/ports';
import type { LivePolicy } from '@/lib/gateway/snapshot-port';
import type { CompiledPolicy } from '@/lib/policy/compiled-policy';
import type { PolicyRow } from './snapshot-rows';

/** Turns a policy text into the engine; null when the text has errors. */
export type CompilePolicy = (text: string) => { readonly policy: CompiledPolicy | null };

/** Compiled policies by version id: versions are immutable, so each is compiled once a process. */
export type CompiledCache = Map<string, CompiledPolicy | null>;

/** The live version of each policy by server and policy id; one that does not compile is left out and logged. */
export function policyViews(
  rows: readonly PolicyRow[],
  compile: CompilePolicy,
  cache: CompiledCache,
  log: GatewayLog,
): Map<string, Map<string, LivePolicy>> {
  const byServer = new Map<string, Map<string, LivePolicy>>();
  const seen = new Set<string>();
  for (const row of rows) {
    seen.add(row.version_id);
    const compiled = compiledOf(row, compile, cache, log);
    if (!compiled) continue;
    const policies = byServer.get(row.server_id) ?? new Map<string, LivePolicy>();
    policies.set(row.id, { id: row.id, slug: row.slug, version: row.version, compiled });
    byServer.set(row.server_id, policies);
  }
  for (const id of cache.keys()) if (!seen.has(id)) cache.delete(id);
  return byServer;
}

function compiledOf(row: PolicyRow, compile: CompilePolicy, cache: CompiledCache, log: GatewayLog): CompiledPolicy | null {
  const known = cache.get(row.version_id);
  if (known !== undefined) return known;
  let compiled: CompiledPolicy | null = null;
  try {
    compiled = compile(row.text).policy;
  } catch (error) {
    log.error('the policy compiler failed', { policy: row.slug, version: row.version, error: (error as Error).message });
  }
  if (!compiled)
    log.error('a published policy does not compile; everything under it is denied', { policy: row.slug, version: row.version });
  cache.set(row.version_id, compiled);
  return compiled;
}

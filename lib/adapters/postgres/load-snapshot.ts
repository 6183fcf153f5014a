import type pg from 'pg';
import type { ActiveRestriction } from '@/lib/domain/anomaly/agent-restriction';
import type { AnomalySetting } from '@/lib/domain/anomaly/anomaly-settings';
import type { JwtIssuer } from '@/lib/domain/jwt/jwt-issuer';
import type { EngagedKill } from '@/lib/domain/kill-switch';
import type { GatewayLog } from '@/lib/gateway/ports';
import type { AgentView, GrantView, ServerView, Snapshot } from '@/lib/gateway/snapshot-port';
import { type GrantIndex, indexGrants } from './grant-index';
import { type CompiledCache, type CompilePolicy, policyViews } from './policy-views';
import { serverViews } from './server-views';
import type { AgentRow, ConnectionRow, ElevationRow, GrantRow, PolicyRow, ServerRow, ToolRow } from './snapshot-rows';

export interface LoadedState {
  readonly snapshot: Snapshot;
  readonly nowMs: number;
  /** The version of each policy that is decided by, by policy id; one that does not compile is absent. */
  readonly enforced: ReadonlyMap<string, number>;
}

type Run = <R extends pg.QueryResultRow>(text: string) => Promise<R[]>;

const MS = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;

/**
 * Reads everything a decision needs in one repeatable-read transaction, so that the version and the content belong
 * together. A published policy that no longer compiles is left out (and logged): its grants are denied everything.
 */
export async function loadSnapshot(run: Run, compile: CompilePolicy, cache: CompiledCache, log: GatewayLog): Promise<LoadedState> {
  await run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const [head] = await run<{ version: string; now_ms: number }>(
      `SELECT version::text, ${MS('clock_timestamp()')} AS now_ms FROM config_version WHERE id = 1`,
    );
    if (!head) throw new Error('the configuration has no version row');
    const servers = await run<ServerRow>(
      'SELECT id, slug, status, transport, url, command, args, revision, keep_arguments, bridge FROM servers',
    );
    const connections = await run<ConnectionRow>('SELECT server_id, agent_id, revision FROM upstream_connections');
    const tools = await run<ToolRow>(
      `SELECT server_id, name, coalesce(manual_category, category) AS category, coalesce(manual_risk, risk) AS risk, status, digest, dispatch, definition -> 'inputSchema' AS input_schema, definition -> 'outputSchema' AS output_schema
       FROM tools WHERE removed_at IS NULL`,
    );
    const policies = await run<PolicyRow>(
      'SELECT p.id, p.server_id, p.slug, v.id AS version_id, v.version, v.text FROM policies p JOIN policy_versions v ON v.policy_id = p.id AND v.version = p.live_version',
    );
    const agents = await run<AgentRow>(
      `SELECT a.id, a.slug, a.name, a.owner, a.environment, a.labels, a.status, coalesce(u.status, 'active') AS owner_status
       FROM agents a LEFT JOIN users u ON lower(u.email) = lower(a.owner)`,
    );
    const grants = await run<GrantRow>(
      `SELECT g.id, g.agent_id, g.server_id, g.policy_id, g.scopes, g.purpose, g.status, ${MS('g.not_before')} AS not_before, ${MS('g.expires_at')} AS expires_at,
         t.token_hash, ${MS('t.valid_until')} AS valid_until
       FROM grants g JOIN grant_tokens t ON t.grant_id = g.id`,
    );
    const elevations = await run<ElevationRow>(
      `SELECT grant_id, policy_id, ${MS('until_at')} AS until_ms FROM grant_elevations
       WHERE status = 'approved' AND until_at > clock_timestamp() ORDER BY until_at`,
    );
    const kills = await run<EngagedKill>(
      'SELECT id, scope, server_id AS "serverId", agent_id AS "agentId", tool FROM kill_switches WHERE lifted_at IS NULL',
    );
    const restrictions = await run<ActiveRestriction>(
      `SELECT id, agent_id AS "agentId", mode, server_id AS "serverId", tool, ${MS('until_at')} AS "untilMs" FROM agent_restrictions
       WHERE lifted_at IS NULL AND until_at > clock_timestamp()`,
    );
    const repeatSettings = await run<AnomalySetting>(
      `SELECT kind, agent_id AS "agentId", server_id AS "serverId", tool, enabled, threshold, action, minutes FROM anomaly_settings
       WHERE kind IN ('loop', 'repeated_read')`,
    );
    const issuers = await run<JwtIssuer>(
      `SELECT id, revision, issuer, jwks_url AS "jwksUrl", jwks, audiences, algorithms, tolerance_seconds AS "toleranceSeconds",
         lifetime_seconds AS "lifetimeSeconds", typ, agent_claim AS "agentClaim", agent_map AS "agentMap", scope_claim AS "scopeClaim",
         scope_mode AS "scopeMode", required_scopes AS "requiredScopes", one_time AS "oneTime"
       FROM jwt_issuers WHERE status = 'active'`,
    );
    await run('COMMIT');
    const live = policyViews(policies, compile, cache, log);
    return {
      snapshot: assemble(
        Number(head.version),
        { kills, issuers, restrictions, repeatSettings },
        serverViews(servers, connections, tools, live),
        grantIndex(grants, agents, elevations),
      ),
      nowMs: head.now_ms,
      enforced: new Map([...live.values()].flatMap((policies) => [...policies.values()].map(({ id, version }) => [id, version] as const))),
    };
  } catch (error) {
    await run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** One view a token: a grant has its current token and, for a while, the ones that were rotated out. */
function grantIndex(grants: readonly GrantRow[], agents: readonly AgentRow[], elevations: readonly ElevationRow[]): GrantIndex {
  const elevationOf = new Map(elevations.map((row) => [row.grant_id, { policyId: row.policy_id, untilMs: row.until_ms }]));
  const agentById = new Map<string, AgentView>();
  for (const { owner_status, ...row } of agents) agentById.set(row.id, { ...row, ownerActive: owner_status === 'active' });
  const views = new Map<string, GrantView>();
  for (const row of grants) {
    const agent = agentById.get(row.agent_id);
    if (!agent) continue;
    views.set(row.token_hash, {
      id: row.id,
      agent,
      serverId: row.server_id,
      policyId: row.policy_id,
      scopes: Array.isArray(row.scopes) ? row.scopes.map(String) : [],
      purpose: row.purpose,
      elevation: elevationOf.get(row.id) ?? null,
      notBeforeMs: row.not_before,
      expiresAtMs: row.expires_at,
      tokenExpiresAtMs: row.valid_until,
      status: row.status,
    });
  }
  return indexGrants(views, agentById.values());
}

function assemble(
  version: number,
  lists: Pick<Snapshot, 'kills' | 'issuers' | 'restrictions' | 'repeatSettings'>,
  servers: readonly ServerView[],
  grants: GrantIndex,
): Snapshot {
  const bySlug = new Map(servers.map((server) => [server.slug, server]));
  const byId = new Map(servers.map((server) => [server.id, server]));
  return {
    version,
    ...lists,
    grantByTokenHash: (hash) => grants.byTokenHash.get(hash),
    agentBySlug: (slug) => grants.agentBySlug.get(slug),
    grantsFor: grants.grantsFor,
    grantsOf: grants.grantsOf,
    serverBySlug: (slug) => bySlug.get(slug),
    serverById: (id) => byId.get(id),
  };
}

import type { AgentView, GrantView } from '@/lib/gateway/snapshot-port';

/** Grants as the two kinds of credentials look for them: by a token's hash, and by who may use what. */
export interface GrantIndex {
  readonly byTokenHash: ReadonlyMap<string, GrantView>;
  readonly agentBySlug: ReadonlyMap<string, AgentView>;
  grantsFor(agentId: string, serverId: string): readonly GrantView[];
  grantsOf(agentId: string): readonly GrantView[];
}

const NONE: readonly GrantView[] = [];

/** `views` has one entry a token; a grant that several tokens name is one grant of its agent. */
export function indexGrants(views: ReadonlyMap<string, GrantView>, agents: Iterable<AgentView>): GrantIndex {
  const byPlace = new Map<string, Map<string, GrantView>>();
  for (const view of views.values()) {
    const grant = { ...view, tokenExpiresAtMs: null };
    for (const place of [`${view.agent.id} ${view.serverId}`, view.agent.id]) {
      const grants = byPlace.get(place) ?? new Map<string, GrantView>();
      grants.set(view.id, grant);
      byPlace.set(place, grants);
    }
  }
  // Ids sort by time.
  const sorted = new Map([...byPlace].map(([place, grants]) => [place, [...grants.values()].sort((a, b) => (a.id < b.id ? 1 : -1))]));
  return {
    byTokenHash: views,
    agentBySlug: new Map([...agents].map((agent) => [agent.slug, agent])),
    grantsFor: (agentId, serverId) => sorted.get(`${agentId} ${serverId}`) ?? NONE,
    grantsOf: (agentId) => sorted.get(agentId) ?? NONE,
  };
}

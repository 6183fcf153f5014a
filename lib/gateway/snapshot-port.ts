import type { ActiveRestriction } from '@/lib/domain/anomaly/agent-restriction';
import type { AnomalySetting } from '@/lib/domain/anomaly/anomaly-settings';
import type { Catalogue } from '@/lib/domain/decision';
import type { JwtIssuer } from '@/lib/domain/jwt/jwt-issuer';
import type { EngagedKill } from '@/lib/domain/kill-switch';
import type { JsonObject } from '@/lib/kernel/json';
import type { CompiledPolicy } from '@/lib/policy/compiled-policy';
import type { UpstreamTarget } from './upstream-port';

export interface Snapshots {
  /** The current state, or null while there is none that was confirmed within the lease (3 s): refuse everything then. */
  current(): Snapshot | null;
  /** The state with every change that was committed before the call; null when it cannot be had within 2 s. */
  latest(): Promise<Snapshot | null>;
  /** Calls `listener` with each new state as soon as this node has it. Returns how to stop. */
  onChange(listener: (snapshot: Snapshot) => void): () => void;
}

/** One immutable state of everything a decision needs. A call uses one snapshot from start to end. */
export interface Snapshot {
  readonly version: number;
  /** The kill switches that are engaged; mostly none. */
  readonly kills: readonly EngagedKill[];
  /** What anomalies have put on agents and nobody has lifted; mostly nothing. Each is over by the clock. */
  readonly restrictions: readonly ActiveRestriction[];
  /** What was tuned of the control of repeated calls; mostly nothing. */
  readonly repeatSettings: readonly AnomalySetting[];
  /** Whose JWTs are believed; mostly none. */
  readonly issuers: readonly JwtIssuer[];
  grantByTokenHash(hash: string): GrantView | undefined;
  agentBySlug(slug: string): AgentView | undefined;
  /** The grants of an agent for a server without regard to tokens, the newest first. */
  grantsFor(agentId: string, serverId: string): readonly GrantView[];
  /** Every grant of an agent without regard to tokens, the newest first. */
  grantsOf(agentId: string): readonly GrantView[];
  serverBySlug(slug: string): ServerView | undefined;
  serverById(id: string): ServerView | undefined;
}

export interface AgentView {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly owner: string;
  readonly ownerActive: boolean;
  readonly environment: string | null;
  readonly labels: JsonObject;
  readonly status: 'active' | 'suspended';
}

export interface GrantView {
  readonly id: string;
  readonly agent: AgentView;
  readonly serverId: string;
  readonly policyId: string | null;
  readonly scopes: readonly string[];
  readonly purpose: string | null;
  readonly notBeforeMs: number | null;
  readonly expiresAtMs: number | null;
  /** Another policy of the same server until then; over by the clock, whether or not a newer snapshot says so. */
  readonly elevation: { readonly policyId: string; readonly untilMs: number } | null;
  /** A rotated-out token lives until here; null for the current one. */
  readonly tokenExpiresAtMs: number | null;
  readonly status: 'active' | 'revoked';
}

export interface LivePolicy {
  readonly id: string;
  readonly slug: string;
  readonly version: number;
  readonly compiled: CompiledPolicy;
}

export interface ServerView {
  readonly id: string;
  readonly slug: string;
  readonly status: 'active' | 'disabled';
  readonly target: UpstreamTarget;
  /** The same place with an agent's own credential, by agent id; an agent without one uses the server's. */
  readonly agentTargets?: ReadonlyMap<string, UpstreamTarget>;
  readonly catalogue: Catalogue;
  /** Published policies by id; a policy without a published version is absent. */
  readonly policies: ReadonlyMap<string, LivePolicy>;
  readonly keepArguments: boolean;
}

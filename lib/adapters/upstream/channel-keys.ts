import { createHash } from 'node:crypto';
import type { ClientProfile, UpstreamSession, UpstreamTarget } from '@/lib/gateway/upstream-port';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { JsonObject } from '@/lib/kernel/json';

/** Something that is kept open for a server. */
export interface Held<T> {
  readonly serverId: string;
  /** Whose credential it is; see `ownerOf`. */
  readonly owner: string;
  readonly revision: string;
  readonly value: T;
  lastUsed: number;
}

/** Connections belong to a server and a credential: those of one agent are not outdated by another's. */
export const ownerOf = (target: UpstreamTarget): string => `${target.serverId}\n${target.credentialOf ?? ''}`;

/** Clients share its children; everything else that goes by a channel has one for each session. */
export const sharesChildren = ({ transport, bridge }: UpstreamTarget): boolean => transport === 'stdio' && bridge !== true;

/** stdio: clients that declare the same share a child. sse and the bridge: each session has its own connection, as the revision means it. */
export function channelKey(target: UpstreamTarget, session: UpstreamSession | null): string {
  const base = `${ownerOf(target)}\n${target.revision}\n`;
  if (!sharesChildren(target)) return `${base}session ${session?.id ?? ''}`;
  const declared = canonicalJson(session?.profile.capabilities ?? {});
  return base + createHash('sha256').update(declared).digest('hex');
}

/** The one child that speaks the stateless revision, in which each request says for itself who asks. */
export const statelessKey = (target: UpstreamTarget): string => `${ownerOf(target)}\n${target.revision}\nstateless`;

/** Who a connection says that it is: its client, or `shared` where several use it. */
export function profileOf(target: UpstreamTarget, session: UpstreamSession | null, shared: JsonObject): ClientProfile {
  const capabilities = session?.profile.capabilities ?? {};
  const clientInfo = !sharesChildren(target) && session !== null ? session.profile.clientInfo : shared;
  return { protocolVersion: '2025-11-25', capabilities, clientInfo };
}

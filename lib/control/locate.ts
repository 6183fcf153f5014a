import type { Reader, Transaction } from './context';
import { notFound } from './control-error';

/** Finds what a path or body names by id or slug; throws 404. Slugs have no underscore, so the two cannot be confused. */

export async function locateServer(db: Reader, reference: string) {
  const server = await db.server.findUnique({ where: reference.startsWith('srv_') ? { id: reference } : { slug: reference } });
  if (!server) throw notFound('server', reference);
  return server;
}

export async function locateAgent(db: Reader, reference: string) {
  const agent = await db.agent.findUnique({ where: reference.startsWith('agt_') ? { id: reference } : { slug: reference } });
  if (!agent) throw notFound('agent', reference);
  return agent;
}

/** A policy of the given server. */
export async function locatePolicy(db: Reader, serverId: string, reference: string) {
  const policy = await db.policy.findFirst({
    where: reference.startsWith('pol_') ? { id: reference, serverId } : { slug: reference, serverId },
  });
  if (!policy) throw notFound('policy', reference);
  return policy;
}

export async function locateTool(db: Reader, serverId: string, reference: string) {
  const byName = await db.tool.findUnique({ where: { serverId_name: { serverId, name: reference } } });
  // A tool may be named like an id, so the name goes first.
  const tool = byName ?? (reference.startsWith('tool_') ? await db.tool.findFirst({ where: { id: reference, serverId } }) : null);
  if (!tool) throw notFound('tool', reference);
  return tool;
}

const LOCKABLE = {
  server: 'servers',
  policy: 'policies',
  agent: 'agents',
  grant: 'grants',
  tool: 'tools',
  user: 'users',
  approval: 'approvals',
  exception: 'approval_exceptions',
  channel: 'notification_channels',
  delivery: 'notification_deliveries',
  issuer: 'jwt_issuers',
  alert: 'alerts',
  restriction: 'agent_restrictions',
  exportSchedule: 'export_schedules',
} as const;

/** Takes the row lock, so that what is read next in this transaction stays true until it ends. */
export async function lockRow(tx: Transaction, kind: keyof typeof LOCKABLE, id: string): Promise<void> {
  await tx.$queryRawUnsafe(`SELECT 1 FROM "${LOCKABLE[kind]}" WHERE "id" = $1 FOR UPDATE`, id);
}

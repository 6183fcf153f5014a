import type { ControlContext, Reader, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locatePolicy, locateServer } from '../locate';
import { type listNodes as contract, type EnforcementNode, type getEnforcement as enforcement, NODE_SILENT_MS } from './contract';

type NodeRow = Awaited<ReturnType<Reader['node']['findMany']>>[number];

/** Reporting ones first, then by name. */
export async function listNodes(ctx: ControlContext, _input: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const newest = await ctx.prisma.configVersion.findUniqueOrThrow({ where: { id: 1 } });
  const rows = await ctx.prisma.node.findMany();
  const items = rows.map((row) => ({
    ...nodeFacts(ctx, row),
    startedAt: row.startedAt.toISOString(),
    configVersion: Number(row.configVersion),
    configAt: row.configAt.toISOString(),
    current: row.configVersion === newest.version,
  }));
  return { configVersion: Number(newest.version), items: items.sort(byState) };
}

export async function getEnforcement(
  ctx: ControlContext,
  { params }: VerbInput<typeof enforcement>,
): Promise<AnswerOf<typeof enforcement>> {
  const server = await locateServer(ctx.prisma, params.server);
  const policy = await locatePolicy(ctx.prisma, server.id, params.policy);
  const rows = await ctx.prisma.node.findMany();
  const nodes: EnforcementNode[] = rows.map((row) => {
    const entry = (row.policies as Record<string, [number, number] | undefined>)[policy.id];
    return { ...nodeFacts(ctx, row), version: entry?.[0] ?? null, since: entry ? new Date(entry[1]).toISOString() : null };
  });
  const reporting = nodes.filter((node) => node.state === 'reporting');
  return {
    live: policy.liveVersion,
    enforcing: reporting.filter((node) => node.version === policy.liveVersion).length,
    of: reporting.length,
    nodes: nodes.sort(byState),
  };
}

/** How many nodes answer and how many have gone quiet. */
export async function countNodes(ctx: Pick<ControlContext, 'now' | 'prisma'>): Promise<{ reporting: number; silent: number }> {
  const rows = await ctx.prisma.node.findMany({ select: { seenAt: true } });
  const reporting = rows.filter((row) => isReporting(ctx, row)).length;
  return { reporting, silent: rows.length - reporting };
}

const isReporting = (ctx: Pick<ControlContext, 'now'>, row: Pick<NodeRow, 'seenAt'>): boolean =>
  ctx.now.getTime() - row.seenAt.getTime() < NODE_SILENT_MS;

function nodeFacts(ctx: ControlContext, row: NodeRow) {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind === 'gateway' ? ('gateway' as const) : ('app' as const),
    state: isReporting(ctx, row) ? ('reporting' as const) : ('silent' as const),
    lastSeenAt: row.seenAt.toISOString(),
  };
}

const byState = (a: Pick<EnforcementNode, 'state' | 'name'>, b: Pick<EnforcementNode, 'state' | 'name'>): number =>
  a.state.localeCompare(b.state) || a.name.localeCompare(b.name);

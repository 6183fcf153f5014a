import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { Checkpoint, listChains as chainsContract, listCheckpoints as contract } from './contract';

interface CheckpointRow {
  readonly number: bigint;
  readonly at: Date;
  readonly keyId: string;
  readonly hash: string;
  readonly signature: string;
  readonly rows: bigint;
  readonly body: string;
}

export async function listCheckpoints(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.auditCheckpoint.findMany({
    where: after ? { number: { lt: BigInt(after[0] as string) } } : {},
    orderBy: { number: 'desc' },
    take: query.limit + 1,
  });
  return pageOf(rows, query.limit, (row) => [String(row.number)], await checkpointAnswers(ctx, rows));
}

/** With whether each signature is genuine, by the keys that this node vouches for. */
export async function checkpointAnswers(ctx: ControlContext, rows: readonly CheckpointRow[]): Promise<Checkpoint[]> {
  const genuine = await ctx.services.trail.signatures(rows.map(({ keyId, body, signature }) => ({ key: keyId, body, signature })));
  return rows.map((row, index) => ({
    number: Number(row.number),
    at: row.at.toISOString(),
    key: row.keyId,
    rows: Number(row.rows),
    hash: row.hash,
    signature: row.signature,
    signatureOk: genuine[index] === true,
    ...factsOf(row.body),
  }));
}

/** What the body tells; a body that was tampered with tells nothing. */
function factsOf(body: string): Pick<Checkpoint, 'kind' | 'heads' | 'changes'> {
  try {
    const { kind, heads, changes } = JSON.parse(body) as { kind: string; heads: unknown[]; changes: { seq: number } };
    return { kind: String(kind), heads: heads.length, changes: Number(changes.seq) };
  } catch {
    return { kind: 'unreadable', heads: 0, changes: 0 };
  }
}

export async function listChains(
  ctx: ControlContext,
  { query }: VerbInput<typeof chainsContract>,
): Promise<AnswerOf<typeof chainsContract>> {
  const after = decodeCursor(query.cursor, 2);
  const startedAt = after ? new Date(Number(after[0])) : null;
  const rows = await ctx.prisma.writer.findMany({
    where: startedAt ? { OR: [{ startedAt: { lt: startedAt } }, { startedAt, id: { lt: after?.[1] as string } }] } : {},
    orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
    take: query.limit + 1,
  });
  const items = rows.map((row) => ({
    writer: row.id,
    node: row.node,
    startedAt: row.startedAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
    rows: Number(row.lastSeq),
    hash: row.lastHash,
  }));
  return pageOf(rows, query.limit, (row) => [String(row.startedAt.getTime()), row.id], items);
}

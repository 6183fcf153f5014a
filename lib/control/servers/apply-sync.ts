import type { Prisma } from '@/lib/db/generated/client';
import type { Classification, ToolDefinition } from '@/lib/domain/risk';
import type { ControlContext, Transaction } from '../context';
import type { SyncPlan, ToolUpdate } from './reconcile-tools';

const INSERT_ROWS_MAX = 500;

/** Writes a sync's plan. Manual classifications are columns of their own and are never touched here. */
export async function applySync(tx: Transaction, ctx: ControlContext, serverId: string, plan: SyncPlan): Promise<void> {
  for (let from = 0; from < plan.added.length; from += INSERT_ROWS_MAX) {
    await tx.tool.createMany({
      data: plan.added.slice(from, from + INSERT_ROWS_MAX).map((tool) => ({
        id: ctx.services.newId('tool'),
        serverId,
        name: tool.definition.name,
        ...definitionColumns(tool.definition, tool.digest),
        ...classificationColumns(tool.classification),
        ...(tool.classification.dispatch ? { dispatch: tool.classification.dispatch as unknown as Prisma.InputJsonValue } : {}),
        status: tool.status,
        firstSeenAt: ctx.now,
        lastSeenAt: ctx.now,
      })),
    });
  }
  await tx.tool.updateMany({
    where: { id: { in: plan.updates.map((update) => update.id) } },
    data: { lastSeenAt: ctx.now, removedAt: null },
  });
  const current = new Map((await tx.tool.findMany({ where: { serverId } })).map((row) => [row.id, row]));
  for (const update of plan.updates) {
    const row = current.get(update.id);
    if (!row || saysNothingNew(update, row)) continue;
    await tx.tool.update({ where: { id: update.id }, data: columnsOf(update) });
    if (update.kind !== 'hold') await writeNullable(tx, update.id, { dispatch: update.classification.dispatch, changedDefinition: null });
  }
  if (plan.removedIds.length > 0) await tx.tool.updateMany({ where: { id: { in: [...plan.removedIds] } }, data: { removedAt: ctx.now } });
}

/** Columns of an approved or first definition. */
export function definitionColumns(definition: ToolDefinition, digest: string) {
  return {
    title: typeof definition.title === 'string' ? definition.title : null,
    description: typeof definition.description === 'string' ? definition.description : null,
    definition: definition as unknown as Prisma.InputJsonValue,
    digest,
  };
}

export function classificationColumns(classification: Classification) {
  return {
    category: classification.category,
    risk: classification.risk,
    reasons: [...classification.reasons],
    confidence: classification.confidence,
    findings: classification.findings as unknown as Prisma.InputJsonValue,
  };
}

/** SQL NULL for none. Through Prisma that would need its run-time sentinel, which this layer does not import. */
export async function writeNullable(
  tx: Transaction,
  id: string,
  columns: { dispatch?: unknown; changedDefinition?: unknown },
): Promise<void> {
  if ('dispatch' in columns)
    await tx.$executeRawUnsafe('UPDATE tools SET dispatch = $2::jsonb WHERE id = $1', id, jsonOrNull(columns.dispatch));
  if ('changedDefinition' in columns)
    await tx.$executeRawUnsafe('UPDATE tools SET changed_definition = $2::jsonb WHERE id = $1', id, jsonOrNull(columns.changedDefinition));
}

const jsonOrNull = (value: unknown): string | null => (value === undefined || value === null ? null : JSON.stringify(value));

function columnsOf(update: ToolUpdate): Prisma.ToolUpdateInput {
  switch (update.kind) {
    case 'seen':
      return { status: update.status, changedDigest: null, ...classificationColumns(update.classification) };
    case 'replace':
      return {
        status: update.status,
        changedDigest: null,
        ...definitionColumns(update.definition, update.digest),
        ...classificationColumns(update.classification),
      };
    case 'hold':
      return {
        status: 'quarantined',
        changedDigest: update.digest,
        changedDefinition: update.definition as unknown as Prisma.InputJsonValue,
      };
  }
}

interface StoredTool {
  readonly status: string;
  readonly changedDigest: string | null;
  readonly category: string;
  readonly risk: string;
  readonly confidence: string;
  readonly reasons: unknown;
  readonly findings: unknown;
}

/** Most tools of most syncs are as they were; an update each would cost more than the whole reading. */
function saysNothingNew(update: ToolUpdate, row: StoredTool): boolean {
  if (update.kind === 'hold') return row.status === 'quarantined' && row.changedDigest === update.digest;
  if (update.kind === 'replace') return false;
  const { classification } = update;
  return (
    row.status === update.status &&
    row.changedDigest === null &&
    row.category === classification.category &&
    row.risk === classification.risk &&
    row.confidence === classification.confidence &&
    JSON.stringify(row.reasons) === JSON.stringify(classification.reasons) &&
    JSON.stringify(row.findings).length === JSON.stringify(classification.findings).length
  );
}

import type { Prisma } from '@/lib/db/generated/client';
import type { Category, RiskLevel, ToolDefinition } from '@/lib/domain/risk';
import { classify } from '@/lib/risk/classify';
import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf, BodyOf } from '../define-contract';
import { locateServer, locateTool, lockRow } from '../locate';
import { classificationColumns, definitionColumns, writeNullable } from '../servers/apply-sync';
import type { updateTool as contract } from './contract';
import { inForce, type ToolRow, toolAnswer } from './tool-answer';

/** The level that goes with a category when a person names only the category. */
const USUAL_RISK: Record<Category, RiskLevel> = {
  read: 'low',
  write: 'medium',
  execute: 'high',
  destructive: 'critical',
  financial: 'critical',
};

/** Sets or clears a manual classification, approves a definition, or both, in one transaction. */
export async function updateTool(ctx: ControlContext, { params, body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const classifies = body.category !== undefined || body.risk !== undefined;
  if (!classifies && body.status === undefined) {
    throw new ControlError(400, 'request.empty', 'Nothing to change: give a category or risk with a reason, or status `active`.');
  }
  if ((body.category || body.risk) && !body.reason) {
    throw new ControlError(422, 'tool.reason_required', 'A manual classification needs a `reason`, which everyone who reads it will see.', [
      { path: '/reason', message: 'required' },
    ]);
  }
  const server = await locateServer(ctx.prisma, params.server);
  const { id } = await locateTool(ctx.prisma, server.id, params.tool);
  const after = await change(ctx, async (tx, record) => {
    await lockRow(tx, 'tool', id);
    const before = await tx.tool.findUniqueOrThrow({ where: { id } });
    if (body.status === 'active') await approve(tx, server.slug, before, body.digest);
    if (classifies) await tx.tool.update({ where: { id }, data: manualColumns(ctx, before, body) });
    const row = await tx.tool.findUniqueOrThrow({ where: { id } });
    await record({
      action: body.status === 'active' ? 'tool.approve' : 'tool.classify',
      entity: 'tool',
      entityId: id,
      entityName: `${server.slug}/${row.name}`,
      before: recorded(before),
      after: { ...recorded(row), ...(body.reason ? { reason: body.reason } : {}) },
    });
    return row;
  });
  ctx.services.events.publish('server', { action: 'tool', server: server.slug, tool: after.name });
  return toolAnswer(after, server.slug);
}

async function approve(tx: Transaction, serverSlug: string, row: ToolRow, reviewedDigest: string | undefined): Promise<void> {
  if (row.removedAt)
    throw new ControlError(
      409,
      'tool.removed',
      'The server no longer announces this tool, so there is nothing to approve. Sync the server first.',
    );
  const announced = row.changedDigest ?? row.digest;
  if (reviewedDigest !== undefined && reviewedDigest !== announced) {
    throw new ControlError(
      409,
      'tool.changed_again',
      'The server announces another definition than the one you reviewed. Look at it again before approving.',
      [{ path: '/digest', message: `now ${announced}` }],
    );
  }
  if (row.changedDigest === null) {
    await tx.tool.update({ where: { id: row.id }, data: { status: 'active' } });
    return;
  }
  const definition = row.changedDefinition as unknown as ToolDefinition;
  const classification = classify({ server: serverSlug, tool: definition });
  await tx.tool.update({
    where: { id: row.id },
    data: {
      status: 'active',
      changedDigest: null,
      ...definitionColumns(definition, row.changedDigest),
      ...classificationColumns(classification),
    },
  });
  await writeNullable(tx, row.id, { dispatch: classification.dispatch, changedDefinition: null });
}

function manualColumns(ctx: ControlContext, before: ToolRow, body: BodyOf<typeof contract>): Prisma.ToolUpdateInput {
  const category = body.category === undefined ? (before.manualCategory as Category | null) : body.category;
  const impliedRisk =
    body.category === undefined ? (before.manualRisk as RiskLevel | null) : body.category === null ? null : USUAL_RISK[body.category];
  const risk = body.risk === undefined ? impliedRisk : body.risk;
  const cleared = category === null && risk === null;
  return {
    manualCategory: category,
    manualRisk: risk,
    manualReason: cleared ? null : (body.reason ?? before.manualReason),
    manualBy: cleared ? null : ctx.actor.name,
    manualAt: cleared ? null : ctx.now,
  };
}

function recorded(row: ToolRow): Record<string, unknown> {
  return {
    ...inForce(row),
    source: row.manualCategory || row.manualRisk ? 'manual' : 'classifier',
    status: row.status,
    digest: row.digest,
  };
}

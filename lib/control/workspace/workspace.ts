import { zoneSpelling } from '@/lib/kernel/zoned-time';
import { change } from '../change';
import type { ControlContext, Reader, VerbInput } from '../context';
import type { setWorkspace as contract, Workspace } from './contract';

export async function getWorkspace(ctx: ControlContext): Promise<Workspace> {
  return readWorkspace(ctx.prisma);
}

export async function setWorkspace(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<Workspace> {
  const timeZone = zoneSpelling(body.timeZone);
  return change(ctx, async (tx, record) => {
    await tx.$executeRaw`SELECT 1 FROM workspace_settings WHERE id = 1 FOR UPDATE`;
    const before = await readWorkspace(tx);
    await tx.workspaceSettings.update({ where: { id: 1 }, data: { timeZone, changedAt: ctx.now, changedBy: ctx.actor.name } });
    await record({
      action: 'workspace.time_zone',
      entity: 'workspace',
      entityId: 'workspace',
      entityName: 'Time zone of the workspace',
      before: { timeZone: before.timeZone },
      after: { timeZone },
    });
    return readWorkspace(tx);
  });
}

/** Pages of the console are made with it before the browser asks for anything. */
export async function readWorkspace(db: Reader): Promise<Workspace> {
  const row = await db.workspaceSettings.findUniqueOrThrow({ where: { id: 1 } });
  return { timeZone: row.timeZone, changedAt: row.changedAt?.toISOString() ?? null, changedBy: row.changedBy };
}

import { change } from '../change';
import type { ControlContext, Reader, Transaction, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { locateServer, lockRow } from '../locate';
import type { CatalogueReading } from '../services';
import { storableJson, storableText } from '../storable';
import { applySync } from './apply-sync';
import { checkReach } from './check-address';
import type { syncServer as contract, SyncResult } from './contract';
import { reconcileTools } from './reconcile-tools';
import { openSecrets } from './secrets';
import { NotConnected, withConnection } from './with-connection';

type ServerWithSecrets = Awaited<ReturnType<Reader['server']['findUniqueOrThrow']>> & {
  readonly secrets: readonly { id: string; kind: string; name: string; envelope: string }[];
};

export async function syncServer(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const { id } = await locateServer(ctx.prisma, params.server);
  return synchronise(ctx, id);
}

/**
 * Reads the tools of a server and brings the catalogue up to date. The upstream is read outside the transaction: it may
 * take a minute, and no lock may wait for a stranger. Failures are part of the result and of the server's row.
 */
export async function synchronise(ctx: ControlContext, serverId: string): Promise<SyncResult> {
  const row = await ctx.prisma.server.findUniqueOrThrow({ where: { id: serverId }, include: { secrets: true } });
  const reading = await read(ctx, row);
  const result = await change(ctx, async (tx, record) => {
    await lockRow(tx, 'server', serverId);
    const server = await tx.server.findUnique({ where: { id: serverId } });
    if (!server) throw new ControlError(409, 'server.deleted', 'The server was deleted while its tools were read.');
    const outcome = reading.ok ? await takeOver(tx, ctx, server, reading) : await keepFailure(tx, serverId, reading);
    await record({
      action: reading.ok ? 'server.sync' : 'server.sync_failed',
      entity: 'server',
      entityId: serverId,
      entityName: server.slug,
      after: outcome,
    });
    return outcome;
  });
  ctx.services.events.publish('server', { action: 'synced', server: row.slug, ok: result.ok });
  return result;
}

async function read(ctx: ControlContext, row: ServerWithSecrets): Promise<CatalogueReading> {
  // The name may point elsewhere by now, and the operator may have changed what is permitted: every reading asks again.
  try {
    await checkReach(ctx, row);
    const upstream = {
      serverId: row.id,
      slug: row.slug,
      transport: row.transport as 'http' | 'sse' | 'stdio',
      url: row.url,
      command: row.command,
      args: row.args as string[],
      bridge: row.bridge,
      revision: row.revision,
    };
    return await ctx.services.readCatalogue(upstream, await withConnection(ctx, row.id, openSecrets(ctx, row.secrets)));
  } catch (error) {
    if (error instanceof ControlError) return { ok: false, failed: { step: 'check', detail: error.message } };
    if (error instanceof NotConnected)
      return {
        ok: false,
        failed: { step: 'authenticate', detail: error.message, fix: 'Connect the server in its settings, under Authentication.' },
      };
    throw error;
  }
}

async function takeOver(
  tx: Transaction,
  ctx: ControlContext,
  server: { readonly id: string; readonly slug: string; readonly lastSyncAt: Date | null },
  reading: Extract<CatalogueReading, { ok: true }>,
): Promise<SyncResult> {
  const { tools, protocolVersion, serverInfo, instructions, findings } = reading.catalogue;
  const existing = await tx.tool.findMany({ where: { serverId: server.id } });
  const plan = reconcileTools({ server: server.slug, first: server.lastSyncAt === null, existing, announced: tools });
  await applySync(tx, ctx, server.id, plan);
  await tx.server.update({
    where: { id: server.id },
    data: {
      lastSyncAt: ctx.now,
      lastSyncError: null,
      protocolVersion: storableText(protocolVersion),
      serverInfo: storableJson(serverInfo),
      instructions: instructions === null ? null : storableText(instructions),
    },
  });
  return { ...plan.result, notes: findings.map(storableText) };
}

async function keepFailure(tx: Transaction, serverId: string, reading: Extract<CatalogueReading, { ok: false }>): Promise<SyncResult> {
  const error = storableText(reading.failed.detail).slice(0, 2_000);
  await tx.server.update({ where: { id: serverId }, data: { lastSyncError: error } });
  return {
    ok: false,
    error,
    fix: reading.failed.fix ?? null,
    added: [],
    changed: [],
    removed: [],
    unchanged: 0,
    pending: [],
    quarantined: [],
    skipped: [],
    notes: [],
  };
}

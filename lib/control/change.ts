import type { Prisma } from '@/lib/db/generated/client';
import type { ControlContext, Transaction } from './context';
import type { ControlServices } from './services';
import { storableJson } from './storable';

export interface ChangeRecord {
  /** e.g. `policy.publish` */
  readonly action: string;
  /** e.g. `policy` */
  readonly entity: string;
  readonly entityId: string;
  readonly entityName?: string | null;
  /** What was and what is, as JSON without secrets; undefined when there was or is nothing. */
  readonly before?: unknown;
  readonly after?: unknown;
}

export type RecordChange = (change: ChangeRecord) => Promise<void>;

/** Writes one row of `admin_changes` in the transaction of the change itself. */
export async function recordChange(
  tx: Transaction,
  ctx: Pick<ControlContext, 'requestId' | 'now'> & {
    /** A person, a key, or a part of the product that acts by itself (`system`). */
    readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
    readonly services: Pick<ControlServices, 'newId'>;
  },
  change: ChangeRecord,
): Promise<void> {
  await tx.adminChange.create({
    data: {
      id: ctx.services.newId('chg'),
      at: ctx.now,
      actorKind: ctx.actor.kind,
      actorId: ctx.actor.id,
      actorName: ctx.actor.name,
      action: change.action,
      entity: change.entity,
      entityId: change.entityId,
      entityName: change.entityName ?? null,
      before: asJson(change.before),
      after: asJson(change.after),
      requestId: ctx.requestId,
    },
  });
}

/**
 * One transaction of a verb. It rolls back when `work` throws, and also when it ends without having recorded a change:
 * a write that leaves no trace is a bug, found by the first test that runs it.
 */
export async function change<T>(ctx: ControlContext, work: (tx: Transaction, record: RecordChange) => Promise<T>): Promise<T> {
  return ctx.prisma.$transaction(
    async (tx) => {
      let recorded = false;
      const result = await work(tx, async (facts) => {
        recorded = true;
        await recordChange(tx, ctx, facts);
      });
      if (!recorded) throw new Error('a transaction ended without recording its change');
      return result;
    },
    // A sync of thousands of tools is the longest; the pool is waited for no longer than a caller would.
    { maxWait: 5_000, timeout: 30_000 },
  );
}

function asJson(value: unknown): Prisma.InputJsonValue | undefined {
  // undefined leaves the column NULL; the round trip drops what JSON cannot say (undefined members, dates become text), and a
  // character that the database cannot hold must not refuse the change that it is in.
  return value === undefined || value === null ? undefined : (storableJson(value) as Prisma.InputJsonValue);
}

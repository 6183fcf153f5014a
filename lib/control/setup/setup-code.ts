import { sha256Hex } from '@/lib/kernel/digest';
import { change } from '../change';
import type { ControlContext, Reader, Transaction } from '../context';

const SETTING = 'setup_code';

export async function setupNeeded(db: Reader): Promise<boolean> {
  return (await db.user.findFirst({ select: { id: true } })) === null;
}

/** Serialises everything that may make the first administrator, across processes, until the transaction ends. */
export async function lockSetup(tx: Transaction): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(4207760101)::text`;
}

/**
 * A new one-time set-up code in clear, or null when there is somebody who can sign in. Only its hash is kept, so a code
 * that was printed before stops working. Two processes that start together print two codes; the later one works.
 */
export async function createSetupCode(ctx: ControlContext): Promise<string | null> {
  if (!(await setupNeeded(ctx.prisma))) return null;
  const code = ctx.services.randomText();
  const value = { sha256: sha256Hex(code), createdAt: ctx.now.toISOString() };
  await change(ctx, async (tx, record) => {
    await tx.setting.upsert({
      where: { key: SETTING },
      create: { key: SETTING, value, updatedAt: ctx.now },
      update: { value, updatedAt: ctx.now },
    });
    await record({ action: 'setup.code', entity: 'setup', entityId: SETTING });
  });
  return code;
}

/** true when it is the code; equal-length digests are compared, so timing tells nothing of the code. */
export async function isSetupCode(tx: Transaction, code: string): Promise<boolean> {
  const row = await tx.setting.findUnique({ where: { key: SETTING } });
  const expected = (row?.value as { sha256?: string } | undefined)?.sha256;
  return expected !== undefined && expected === sha256Hex(code);
}

export async function dropSetupCode(tx: Transaction): Promise<void> {
  await tx.setting.deleteMany({ where: { key: SETTING } });
}

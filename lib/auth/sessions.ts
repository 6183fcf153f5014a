import { createHash, randomBytes } from 'node:crypto';
import type { Database, Transaction } from '@/lib/control/context';
import type { Role } from '@/lib/domain/roles';

export const SESSION_IDLE_MS = 30 * 60_000;
export const SESSION_ABSOLUTE_MS = 12 * 3_600_000;
/** `last_seen_at` is written at most this often. */
const TOUCH_EVERY_MS = 60_000;

export interface LiveSession {
  readonly id: string;
  readonly user: { readonly id: string; readonly email: string; readonly name: string; readonly role: Role };
}

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly userAgent: string | null;
  readonly ip: string | null;
  readonly now: Date;
}

/** A random 256-bit reference; the browser keeps it, the database only its SHA-256. */
export async function createSession(tx: Transaction, session: NewSession): Promise<string> {
  const reference = randomBytes(32).toString('base64url');
  const { id, userId, ip, now } = session;
  await tx.session.create({
    data: {
      id,
      userId,
      ip,
      userAgent: session.userAgent?.slice(0, 500) ?? null,
      tokenHash: hashReference(reference),
      createdAt: now,
      lastSeenAt: now,
      expiresAt: new Date(now.getTime() + SESSION_ABSOLUTE_MS),
    },
  });
  return reference;
}

/** The session of a reference while it lives: known, neither idle for 30 minutes nor older than 12 hours, its person active. */
export async function findSession(prisma: Database, reference: string, now: Date, touch: boolean): Promise<LiveSession | null> {
  if (!isReference(reference)) return null;
  const row = await prisma.session.findUnique({ where: { tokenHash: hashReference(reference) }, include: { user: true } });
  if (row?.user.status !== 'active') return null;
  if (row.expiresAt <= now || row.lastSeenAt.getTime() + SESSION_IDLE_MS <= now.getTime()) return null;
  if (touch && now.getTime() - row.lastSeenAt.getTime() >= TOUCH_EVERY_MS) {
    // updateMany: the session may have been ended this very moment, and that is no error.
    await prisma.session.updateMany({ where: { id: row.id }, data: { lastSeenAt: now } });
    await prisma.user.updateMany({ where: { id: row.userId }, data: { lastSeenAt: now } });
  }
  const { id, email, name, role } = row.user;
  return { id: row.id, user: { id, email, name, role: role as Role } };
}

export async function deleteDeadSessions(tx: Transaction, now: Date): Promise<void> {
  await tx.session.deleteMany({
    where: { OR: [{ expiresAt: { lte: now } }, { lastSeenAt: { lte: new Date(now.getTime() - SESSION_IDLE_MS) } }] },
  });
}

export const isReference = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text);
export const hashReference = (reference: string): string => createHash('sha256').update(reference, 'utf8').digest('hex');

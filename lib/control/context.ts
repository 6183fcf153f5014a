import type { Prisma, PrismaClient } from '@/lib/db/generated/client';
import type { Role } from '@/lib/domain/roles';
import type { BodyOf, ParamsOf, QueryOf } from './define-contract';
import type { ControlServices } from './services';

export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;
/** Where a read may run: inside a transaction or not. */
export type Reader = Transaction | Database;

/** Who acts: a signed-in person or a management key. */
export interface Actor {
  readonly kind: 'user' | 'key';
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The console session the request came with; null for keys. */
  readonly sessionId: string | null;
}

/** Who acts where nobody is signed in yet: set-up and failed sign-ins. */
export interface Anonymous {
  readonly kind: 'anonymous';
  readonly id: 'anonymous';
  readonly name: 'anonymous';
  readonly role: null;
  readonly sessionId: null;
}
export const ANONYMOUS: Anonymous = { kind: 'anonymous', id: 'anonymous', name: 'anonymous', role: null, sessionId: null };

export interface ControlContext {
  readonly prisma: Database;
  readonly actor: Actor | Anonymous;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly now: Date;
  readonly services: ControlServices;
  /** Aborted when the caller goes away; streams end then. */
  readonly signal: AbortSignal;
  /** The last event id a resuming stream has seen. */
  readonly lastEventId: number | null;
}

/** What a verb of contract C receives, validated. */
export interface VerbInput<C> {
  readonly params: ParamsOf<C>;
  readonly query: QueryOf<C>;
  readonly body: BodyOf<C>;
  /** The `If-Match` header, unquoted; null when absent or `*`. */
  readonly ifMatch: string | null;
}

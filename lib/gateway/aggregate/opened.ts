import type { Era } from '@/lib/domain/mcp/methods';
import type { JsonObject } from '@/lib/kernel/json';

/** What is known of a server once it has been spoken to. */
export interface Opened {
  readonly era: Era;
  readonly sessionId: string | null;
  readonly capabilities: JsonObject;
  readonly instructions: string | null;
  /** Why it could not be spoken to; null when it could. */
  readonly failure: string | null;
}

/** A server of the aggregate in one session, or for all requests without one. */
export interface HeldLeg {
  readonly grantId: string;
  readonly revision: string;
  readonly opening: Promise<Opened>;
  readonly begunMs: number;
  /** null while it is being opened. */
  opened: Opened | null;
}

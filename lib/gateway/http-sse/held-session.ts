import type { Session, SessionStore } from '../sessions';
import type { Granted } from '../stages/grant';

/** Calls whose client left are given this long to come to their outcome before their session ends. */
const LOOK_AGAIN_MS = 250;
const LOOKS_MAX = 240;

/** The session with the server that a client's stream stands for: in use while the stream is open, and ended with it. */
export class HeldSession {
  private held: Session | null = null;

  /** `onLost` is called when the session is gone before the stream is. */
  constructor(
    private readonly sessions: SessionStore,
    private readonly onLost: () => void,
  ) {}

  get session(): Session | null {
    return this.held;
  }

  get id(): string | null {
    return this.held?.id ?? null;
  }

  /** In place of the one before, if the client has initialised again. */
  hold(id: string, call: Granted, nowMs: number): void {
    this.leave();
    const session = this.sessions.find(id, call.grant.id, call.server.id, nowMs);
    if (session === null) return;
    this.held = session;
    session.openStreams++;
    session.onDropped = () => {
      this.held = null;
      // One that the server refused after all leaves the client where it was.
      if (session.version !== null) this.onLost();
    };
  }

  /** Ends the session, after the calls that are at the server still. */
  leave(): void {
    const session = this.held;
    if (session === null) return;
    this.held = null;
    session.onDropped = null;
    session.openStreams--;
    this.endOnceQuiet(session, 0);
  }

  private endOnceQuiet(session: Session, looks: number): void {
    if (session.calls.size === 0 || looks >= LOOKS_MAX) {
      this.sessions.endById(session.id);
      return;
    }
    const timer = setTimeout(() => this.endOnceQuiet(session, looks + 1), LOOK_AGAIN_MS);
    (timer as { unref?: () => void }).unref?.();
  }
}

import type { EngagedKill } from '@/lib/domain/kill-switch';
import type { AskedApproval } from './ports';

/** How long a call that needs a person is held, and how its waiting shows. Milliseconds. */
export interface HoldTimes {
  /** Below the 60 s after which common clients give a call up. */
  readonly holdMs: number;
  /** For clients that asked for progress, because progress keeps their clock from running out. */
  readonly holdWithProgressMs: number;
  /** A decision within this time is answered as plain JSON; later the answer has begun as a stream. */
  readonly graceMs: number;
  /** A comment this often keeps proxies and idle timers from cutting the stream. */
  readonly commentEveryMs: number;
  readonly progressEveryMs: number;
}

/** Overridden by `CALLGATE_APPROVAL_HOLD_SECONDS` and `CALLGATE_APPROVAL_HOLD_PROGRESS_SECONDS`. */
export const HOLD_TIMES: HoldTimes = {
  holdMs: 45_000,
  holdWithProgressMs: 210_000,
  graceMs: 1_000,
  commentEveryMs: 5_000,
  progressEveryMs: 10_000,
};

/** Calls that one node holds for one request, for one agent, and altogether; further ones are answered at once that a person is asked. */
const HELD_PER_APPROVAL_MAX = 64;
const HELD_PER_AGENT_MAX = 200;
const HELD_MAX = 2_000;

export type Awakening =
  /** The request may have been decided: look. */
  | 'changed'
  /** The time is over. */
  | 'time'
  /** The client left, or cancelled the call: nothing may be executed for it any more. */
  | 'left'
  /** A kill switch stops the call. */
  | 'killed'
  /** The node is about to stop. */
  | 'drained';

/** The waiting of one held call. Whoever learns something tells it; the stage that waits asks what for. */
export class Waiting {
  /** Known as soon as a person is asked. */
  approval: AskedApproval | null = null;
  /** Set when a kill switch ended the waiting. */
  killed: EngagedKill | null = null;
  private ended: 'left' | 'killed' | 'drained' | null = null;
  private changed = false;
  private wake: (() => void) | null = null;
  private readonly messages: string[] = [];
  private onMessage: (() => void) | null = null;

  get left(): boolean {
    return this.ended === 'left';
  }

  /** The request may have been decided. */
  notify(): void {
    this.changed = true;
    this.wake?.();
  }

  leave(): void {
    this.ended = 'left';
    this.wake?.();
  }

  kill(kill: EngagedKill): void {
    this.killed = kill;
    this.ended ??= 'killed';
    this.wake?.();
  }

  drain(): void {
    this.ended ??= 'drained';
    this.wake?.();
  }

  /** A message of ours for the client, sent on the stream of the call once there is one. */
  say(message: string): void {
    this.messages.push(message);
    this.onMessage?.();
  }

  takeMessage(): string | undefined {
    return this.messages.shift();
  }

  /** Called when there is something to say. */
  whenSaid(callback: (() => void) | null): void {
    this.onMessage = callback;
  }

  /** What happens first, within `ms`. */
  async next(ms: number): Promise<Awakening> {
    if (this.ended === null && !this.changed && ms > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = null;
    }
    if (this.ended !== null) return this.ended;
    if (!this.changed) return 'time';
    this.changed = false;
    return 'changed';
  }
}

/** The calls that this node holds, so that they can be bounded, counted and let go of. */
export class HeldCalls {
  private readonly held = new Map<Waiting, { readonly approval: string; readonly agent: string }>();
  private draining = false;

  constructor(private readonly perAgentMax = HELD_PER_AGENT_MAX) {}

  get size(): number {
    return this.held.size;
  }

  /** null, or why the call is not held: there is no room, or one agent has its share of it. */
  add(waiting: Waiting, approval: string, agent: string): string | null {
    if (this.draining) return 'The gateway is about to stop, so the call is not held.';
    if (this.held.size >= HELD_MAX) return 'The gateway holds as many calls as it can, so this one is not held.';
    let same = 0;
    let mine = 0;
    for (const other of this.held.values()) {
      if (other.approval === approval) same++;
      if (other.agent === agent) mine++;
    }
    if (same >= HELD_PER_APPROVAL_MAX) return `${same} identical calls are held already, so this one is not.`;
    if (mine >= this.perAgentMax) return `${mine} calls of this agent are held already, so this one is not.`;
    this.held.set(waiting, { approval, agent });
    return null;
  }

  remove(waiting: Waiting): void {
    this.held.delete(waiting);
  }

  /** Lets go of all, and holds no more. */
  drain(): void {
    this.draining = true;
    for (const waiting of [...this.held.keys()]) waiting.drain();
  }
}

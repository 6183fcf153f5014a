import type { Log } from '../log';

/** What one look found. A reason beside `ok: true` is a warning: calls work, and somebody should look. */
export interface Finding {
  readonly ok: boolean;
  readonly reason: string | null;
}

export interface Check {
  readonly name: string;
  /** Looks again after so many milliseconds at the earliest; 0 looks each time. */
  readonly keptMs: number;
  look(): Finding | Promise<Finding>;
}

export interface CheckReport extends Finding {
  readonly name: string;
  /** ISO 8601; when this node first found it so. */
  readonly since: string;
}

/** The body of `/readyz`. `reasons` are those of the checks that failed. */
export interface ReadinessReport {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly checks: readonly CheckReport[];
}

/** A look that takes longer than this found that there is no answer. */
const WITHIN_MS = 1_500;
const WATCH_MS = 5_000;

/** Whether calls can be decided, recorded and forwarded on this node, and if not, since when and why. Changes are logged. */
export class Readiness {
  readonly #reports = new Map<string, CheckReport & { readonly lookedMs: number }>();
  readonly #looking = new Map<string, Promise<CheckReport>>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly checks: readonly Check[],
    private readonly log: Pick<Log, 'info' | 'warn'>,
    private readonly now: () => Date,
  ) {}

  /** Looks every few seconds, so that `since` is true when somebody asks. */
  start(): void {
    this.#timer = setInterval(() => void this.report(), WATCH_MS);
    this.#timer.unref();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** Never rejects, and takes 2 s at most. */
  async report(): Promise<ReadinessReport> {
    const checks = await Promise.all(this.checks.map((check) => this.#current(check)));
    const reasons = checks.flatMap(({ ok, reason }) => (ok ? [] : [reason ?? 'unknown']));
    return { ready: reasons.length === 0, reasons, checks };
  }

  #current(check: Check): Promise<CheckReport> {
    const known = this.#reports.get(check.name);
    if (known && performance.now() - known.lookedMs < check.keptMs) return Promise.resolve(shown(known));
    const looking = this.#looking.get(check.name) ?? this.#look(check).finally(() => this.#looking.delete(check.name));
    this.#looking.set(check.name, looking);
    return looking;
  }

  async #look(check: Check): Promise<CheckReport> {
    const found = await within(check);
    const before = this.#reports.get(check.name);
    const same = before !== undefined && before.ok === found.ok && (before.reason === null) === (found.reason === null);
    const report = { name: check.name, ...found, since: same ? before.since : this.now().toISOString(), lookedMs: performance.now() };
    this.#reports.set(check.name, report);
    if (!same) this.#tell(report, before !== undefined);
    return shown(report);
  }

  #tell({ name, ok, reason }: CheckReport, looked: boolean): void {
    if (reason !== null)
      this.log.warn(ok ? 'A check of this node found something to look at.' : 'This node is not ready.', { check: name, reason });
    else if (looked) this.log.info('A check of this node is in order again.', { check: name });
  }
}

const shown = ({ name, ok, reason, since }: CheckReport): CheckReport => ({ name, ok, reason, since });

async function within(check: Check): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, reason: `${check.name}: no answer within ${WITHIN_MS / 1_000} s` }), WITHIN_MS);
  });
  try {
    return await Promise.race([check.look(), late]);
  } catch (error) {
    return { ok: false, reason: `${check.name}: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    clearTimeout(timer);
  }
}

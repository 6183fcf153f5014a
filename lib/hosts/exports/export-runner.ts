import { setTimeout as sleep } from 'node:timers/promises';
import { claimExport, type ExportRun, endExport, forgetOldExports, keepExportAlive, runExport } from '@/lib/control/export-jobs/run-export';
import type { ControlServices } from '@/lib/control/services';
import type { ExportJob } from '@/lib/db/generated/client';
import type { Log } from '../log';
import type { ExportFiles } from './export-files';
import { writeScheduledFile } from './scheduled-files';

const POLL_MS = 2_000;
const ALIVE_MS = 3_000;
const SWEEP_EVERY_ROUNDS = 30;
/** The database is away or slow: the job stays and is tried again. Anything else would fail the same way each time. */
const PASSING = /^(57|53|08|40)|^(E[A-Z]+|P1\d{3}|P2024|P2028)$/;

/** Writes the exports of this node's folder, one after the other: at once after one was made here, and those that a dead process left. */
export class ExportRunner {
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> | null = null;
  #again = false;
  #rounds = 0;
  #failing = false;

  constructor(
    private readonly run: Omit<ExportRun, 'signal' | 'pause' | 'services'>,
    private readonly services: () => ExportRun['services'],
    private readonly files: ExportFiles,
    private readonly log: Pick<Log, 'warn'>,
    /** Where scheduled exports may be written below; null for nowhere. */
    private readonly scheduledBase: string | null = null,
  ) {}

  start(): void {
    this.#timer = setInterval(() => this.wake(), POLL_MS);
    this.#timer.unref();
    this.wake();
  }

  /** Looks for jobs; returns at once. */
  wake(): void {
    if (this.#closing.signal.aborted) return;
    this.#again = this.#round !== null;
    this.#round ??= this.#look().finally(() => {
      this.#round = null;
      if (this.#again) this.wake();
    });
  }

  /** Stops; what is being written goes on where it stands with the next process. */
  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#closing.abort(new Error('the process is ending'));
    await this.#round;
  }

  get port(): ControlServices['exports'] {
    return {
      folder: this.files.id,
      wake: () => this.wake(),
      read: (job) => this.files.read(job),
      remove: (job) => this.files.remove(job),
      scheduledFolder: this.scheduledBase !== null,
      writeScheduled: async (file, pieces, stillOurs) => {
        if (this.scheduledBase === null) throw new Error('This node has no CALLGATE_EXPORT_DIR.');
        await writeScheduledFile(this.scheduledBase, file, pieces, stillOurs);
      },
    };
  }

  async #look(): Promise<void> {
    try {
      const context: ExportRun = { ...this.run, services: this.services(), signal: this.#closing.signal, pause: () => this.#pause() };
      if (this.#rounds++ % SWEEP_EVERY_ROUNDS === 0) await this.files.keepOnly(() => forgetOldExports(context, this.files.id));
      for (let job = await claimExport(context, this.files.id); job !== null; job = await claimExport(context, this.files.id)) {
        await this.#write(context, job);
        this.#closing.signal.throwIfAborted();
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing && !this.#closing.signal.aborted)
        this.log.warn('Exports could not be written; trying again.', { error: (error as Error).message });
      this.#failing = true;
    }
  }

  async #write(context: ExportRun, job: ExportJob): Promise<void> {
    const gone = new AbortController();
    const alive = setInterval(() => {
      keepExportAlive(context, job.id).then(
        (ours) => ours || gone.abort(new Error('cancelled')),
        // The database is away; writing finds out by itself.
        () => undefined,
      );
    }, ALIVE_MS);
    const run = { ...context, signal: AbortSignal.any([context.signal, gone.signal]) };
    try {
      const sink = await this.files.write(job.id);
      try {
        await runExport(run, job, sink);
      } finally {
        await sink.close();
      }
    } catch (error) {
      if (run.signal.aborted) return;
      const { code, status } = error as { code?: string; status?: number };
      if (status === 503 || (code !== undefined && PASSING.test(code) && code !== 'ENOSPC' && code !== 'EACCES')) throw error;
      this.log.warn('An export failed.', { export: job.id, error: (error as Error).message });
      await endExport(context, job, 'failed', `It could not be written: ${(error as Error).message}`);
    } finally {
      clearInterval(alive);
      if (!(await this.#wanted(context, job.id))) await this.files.remove(job.id);
    }
  }

  async #wanted({ prisma }: ExportRun, id: string): Promise<boolean> {
    const job = await prisma.exportJob.findUnique({ where: { id }, select: { status: true } }).catch(() => ({ status: 'unknown' }));
    return job !== null && !['cancelled', 'failed', 'expired'].includes(job.status);
  }

  async #pause(): Promise<void> {
    await sleep(10, undefined, { signal: this.#closing.signal });
  }
}

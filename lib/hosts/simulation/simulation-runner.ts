import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import pg, { type PoolConfig } from 'pg';
import { createEnvelope } from '@/lib/env/envelope';
import type { ObservedUse } from '@/lib/policy/simulate/observed-use';
import type { Log } from '../log';
import { type CallsRange, readObservedUse } from './read-observed-use';
import { runJob } from './run-job';
import { failDeadJobs, failJob, keepAlive, putBackJob, takeNextJob } from './simulation-jobs';
import { startWorker } from './worker-process';

export interface SimulationRunnerOptions {
  readonly pool: pg.Pool;
  readonly poolConfig: PoolConfig;
  readonly secretKey: Buffer;
  /** Names this process among the runners. */
  readonly runner: string;
  /** null: jobs run in this process, in small steps. */
  readonly workerFile: string | null;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly pollMs?: number;
  readonly aliveMs?: number;
}

/** Rows a step when the gateway shares this process: some ten milliseconds. */
const SHARED_BATCH_ROWS = 400;
const POLL_MS = 5_000;
const ALIVE_MS = 5_000;

interface Work {
  readonly done: Promise<ObservedUse | null>;
  kill(): void;
}

/**
 * Runs this node's simulations, one after the other, in a process of lower priority. Jobs are found by looking: at once after
 * one was made here, and every few seconds for those that another node left.
 */
export class SimulationRunner {
  readonly #options: SimulationRunnerOptions;
  #timer: NodeJS.Timeout | null = null;
  #running: { id: string; work: Work } | null = null;
  #busy: Promise<void> | null = null;
  #observing: Promise<unknown> = Promise.resolve();
  #observer: Work | null = null;
  #again = false;
  #closing = false;

  constructor(options: SimulationRunnerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look(), this.#options.pollMs ?? POLL_MS);
    this.#timer.unref();
    void this.#look();
  }

  /** Looks for waiting jobs; returns at once. */
  wake(): void {
    void this.#look();
  }

  /** Ends a job that runs here and was cancelled in the books. */
  stop(id: string): void {
    if (this.#running?.id === id) this.#running.work.kill();
  }

  /** What agents did with a server, read aside from the gateway; one reading at a time. */
  observe(range: CallsRange): Promise<ObservedUse> {
    const turn = this.#observing.then(async () => {
      if (this.#closing) throw new Error('the process is ending');
      this.#observer = this.#begin({ kind: 'observe', range });
      const use = await this.#observer.done;
      if (use === null) throw new Error('the reading gave no answer');
      return use;
    });
    this.#observing = turn.catch(() => undefined);
    return turn;
  }

  /** Ends what runs; a job goes back to the queue and starts anew with the next process. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#timer) clearInterval(this.#timer);
    this.#observer?.kill();
    const running = this.#running;
    if (running !== null) {
      await putBackJob(this.#options.pool, running.id).catch(() => undefined);
      running.work.kill();
    }
    await this.#busy;
  }

  async #look(): Promise<void> {
    if (this.#closing) return;
    // A job that is made while the last look comes to its end must not wait for the next poll.
    this.#again = this.#busy !== null;
    this.#busy ??= this.#runAll().finally(() => {
      this.#busy = null;
      if (this.#again) void this.#look();
    });
    await this.#busy;
  }

  async #runAll(): Promise<void> {
    const { pool, runner, log } = this.#options;
    try {
      await failDeadJobs(pool);
      for (let id = await takeNextJob(pool, runner); id !== null; id = this.#closing ? null : await takeNextJob(pool, runner)) {
        // Closing while the row was being taken: nothing was started that would have to be ended.
        if (this.#closing) return await putBackJob(pool, id);
        await this.#run(id);
      }
    } catch (error) {
      // The database is away; the next look finds out whether it is back.
      if (!this.#closing) log.warn('Simulations could not be looked for.', { error });
    }
  }

  async #run(id: string): Promise<void> {
    const { pool, log } = this.#options;
    const work = this.#begin({ kind: 'simulate', id });
    this.#running = { id, work };
    const alive = setInterval(() => void keepAlive(pool, id).catch(() => undefined), this.#options.aliveMs ?? ALIVE_MS);
    try {
      await work.done;
    } catch (error) {
      // Cancelled and put-back jobs are not running any more, so that this changes nothing of theirs.
      await failJob(pool, id, `The process that ran this simulation ended: ${(error as Error).message}. Run it again.`);
      if (!this.#closing) log.warn('A simulation ended early.', { simulation: id, error });
    } finally {
      clearInterval(alive);
      this.#running = null;
    }
  }

  #begin(task: { kind: 'simulate'; id: string } | { kind: 'observe'; range: CallsRange }): Work {
    const { workerFile, poolConfig, secretKey } = this.#options;
    if (workerFile === null) return this.#beginHere(task);
    const worker = startWorker(workerFile, { poolConfig, secretKey: secretKey.toString('base64'), task });
    const done = worker.answer.then((answer) => {
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.observed ?? null;
    });
    return { done, kill: worker.kill };
  }

  /** Without a worker's bundle: in this process, giving way after each batch for as long again as the batch took. */
  #beginHere(task: { kind: 'simulate'; id: string } | { kind: 'observe'; range: CallsRange }): Work {
    const { poolConfig, secretKey } = this.#options;
    let stopped = false;
    let lastMs = performance.now();
    const pause = async (): Promise<void> => {
      if (stopped) throw new Error('stopped');
      const tookMs = performance.now() - lastMs;
      await (tookMs < 1 ? nextTurn() : sleep(Math.min(100, tookMs)));
      lastMs = performance.now();
    };
    const run = async (): Promise<ObservedUse | null> => {
      const client = new pg.Client({ ...poolConfig, application_name: 'callgate simulation' });
      client.on('error', () => undefined);
      await client.connect();
      try {
        const sealer = createEnvelope(secretKey);
        if (task.kind === 'observe') return await readObservedUse(client, task.range, sealer, pause, SHARED_BATCH_ROWS);
        await runJob(client, task.id, sealer, pause, SHARED_BATCH_ROWS);
        return null;
      } finally {
        await client.end().catch(() => undefined);
      }
    };
    return {
      done: run(),
      kill: () => {
        stopped = true;
      },
    };
  }
}

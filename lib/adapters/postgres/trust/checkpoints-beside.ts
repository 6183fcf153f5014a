import type { TrailFault } from '@/lib/domain/trail/trail-report';
import type { CheckpointsCheck } from './check-checkpoints';
import { readCheckpointBody, type SignedCheckpoint } from './checkpoint';
import type { FaultList } from './fault-list';

/** The file of checkpoints as it was before the snapshot; `lines` ends where the file ended then. */
export interface CheckpointFileReading {
  /** What is wrong with the file as such, found while the process kept it. */
  readonly fault: TrailFault | null;
  readonly lines: AsyncIterable<SignedCheckpoint | { readonly unreadable: number }>;
}

/** Follows the checkpoints of a trail, line by line beside those of the file outside it. What only the file has counts too. */
export class CheckpointsBeside {
  readonly #lines: AsyncIterator<SignedCheckpoint | { readonly unreadable: number }> | null;
  #line: SignedCheckpoint | null = null;
  #started = false;
  #compared = 0;

  constructor(
    private readonly check: CheckpointsCheck,
    file: CheckpointFileReading | null,
    private readonly found: FaultList,
    /** ISO time; lines of the file that are later belong to a time after the trail was copied. */
    private readonly until: string | null = null,
  ) {
    found.add(file?.fault);
    this.#lines = file ? file.lines[Symbol.asyncIterator]() : null;
  }

  async add(checkpoint: SignedCheckpoint): Promise<void> {
    await this.#start();
    this.found.add(this.check.add(checkpoint));
    while (this.#line && this.#line.number < checkpoint.number) {
      this.found.add(fault(this.#line.number, `the file has checkpoint ${this.#line.number} there, which the trail has not`));
      this.#line = await this.#next();
    }
    const line = this.#line;
    if (line?.number !== checkpoint.number) return;
    if (line.hash !== checkpoint.hash || line.body !== checkpoint.body || line.signature !== checkpoint.signature)
      this.found.add(fault(line.number, `checkpoint ${line.number} of the file is another one than that of the trail`));
    this.#line = await this.#next();
  }

  /** How many lines were compared; null without a file. */
  async end(): Promise<number | null> {
    await this.#start();
    if (this.#line && !this.#tooLate(this.#line)) {
      this.found.add(fault(this.#line.number, `the file goes on with checkpoint ${this.#line.number}, which the trail has not`));
      for (; this.#line && !this.#tooLate(this.#line); this.#line = await this.#next())
        this.found.add(this.check.add(this.#line, 'checkpoint_file'));
    }
    return this.#lines ? this.#compared : null;
  }

  async #start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    this.#line = await this.#next();
  }

  async #next(): Promise<SignedCheckpoint | null> {
    for (;;) {
      const next = await this.#lines?.next();
      if (!next || next.done) return null;
      this.#compared++;
      if (!('unreadable' in next.value)) return next.value;
      this.found.add(fault(0, `line ${next.value.unreadable} of the file is no checkpoint`));
    }
  }

  #tooLate(line: SignedCheckpoint): boolean {
    return this.until !== null && (readCheckpointBody(line.body)?.at ?? '') > this.until;
  }
}

function fault(number: number, message: string): TrailFault {
  return { table: 'checkpoint_file', writer: null, seq: number, since: number, id: null, kind: 'file', message };
}

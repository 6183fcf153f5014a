import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { TrailFault } from '@/lib/domain/trail/trail-report';
import { checkpointLine, readCheckpointLine, type SignedCheckpoint } from './checkpoint';
import type { CheckpointFileReading } from './checkpoints-beside';

/** The end of the file as this process last knew it. */
interface Known {
  readonly number: number;
  readonly hash: string;
  readonly bytes: number;
}

/**
 * The copy of the checkpoints outside the database: one line each, appended and flushed to the disk. What this process
 * has written or read once must stay; a file that was cut, exchanged or removed since is not mended but reported.
 */
export class CheckpointFile {
  #known: Known | null = null;
  #fault: TrailFault | null = null;

  constructor(readonly path: string) {}

  /** What is wrong with the file; null while it holds. */
  get fault(): TrailFault | null {
    return this.#fault;
  }

  /** The last checkpoint in it, as far as this process knows. */
  get last(): { readonly number: number; readonly hash: string } | null {
    return this.#known;
  }

  /** Looks whether the file is still the one that this process knows. Throws when it cannot be read. */
  async check(): Promise<void> {
    if (this.#fault) return;
    const there = existsSync(this.path);
    if (!this.#known) {
      this.#known = there ? await this.#readEnd() : null;
      return;
    }
    if (!there)
      this.#fault = fileFault(this.#known.number, `the file ${this.path} is missing; it went up to checkpoint ${this.#known.number}`);
    else if ((await stat(this.path)).size < this.#known.bytes)
      this.#fault = fileFault(this.#known.number, `the file ${this.path} was cut; it went up to checkpoint ${this.#known.number}`);
    else {
      const end = await this.#readEnd();
      if (end === null || end.number < this.#known.number || (end.number === this.#known.number && end.hash !== this.#known.hash))
        this.#fault = fileFault(
          this.#known.number,
          `the file ${this.path} does not end as it was written, with checkpoint ${this.#known.number}`,
        );
    }
  }

  /** Appends what the file lacks, in order. Nothing is appended to a file that does not hold, or that these do not follow. */
  async append(checkpoints: readonly SignedCheckpoint[]): Promise<void> {
    const last = this.#known?.number ?? 0;
    const fresh = checkpoints.filter(({ number }) => number > last);
    if (this.#fault || fresh.length === 0) return;
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const isNew = !existsSync(this.path);
    const file = await open(this.path, 'a', 0o600);
    try {
      const before = (await file.stat()).size;
      const text = fresh.map((one) => `${checkpointLine(one)}\n`).join('');
      await file.appendFile(text, 'utf8');
      await file.sync();
      const end = fresh.at(-1) as SignedCheckpoint;
      this.#known = { number: end.number, hash: end.hash, bytes: before + Buffer.byteLength(text) };
    } finally {
      await file.close();
    }
    if (isNew) await syncFolder(dirname(this.path));
  }

  /** The lines as they are now; what is appended later is not part of it. Null while there is no file and nothing was expected. */
  async reading(): Promise<CheckpointFileReading | null> {
    await this.check();
    if (!existsSync(this.path)) return this.#fault ? { fault: this.#fault, lines: noLines() } : null;
    return { fault: this.#fault, lines: fileLines(this.path, (await stat(this.path)).size) };
  }

  /** A last line that a crash left half is cut off by nobody: it shows as unreadable. */
  async #readEnd(): Promise<Known | null> {
    const { size } = await stat(this.path);
    const from = Math.max(0, size - END_BYTES);
    const file = await open(this.path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
      const line = buffer.subarray(0, bytesRead).toString('utf8').trimEnd().split('\n').at(-1) ?? '';
      const end = readCheckpointLine(line) ?? (from > 0 ? await this.#readWholeEnd() : null);
      return end && { number: end.number, hash: end.hash, bytes: size };
    } finally {
      await file.close();
    }
  }

  /** A checkpoint of very many writers is longer than the end that is read at first. */
  async #readWholeEnd(): Promise<SignedCheckpoint | null> {
    return readCheckpointLine((await readFile(this.path, 'utf8')).trimEnd().split('\n').at(-1) ?? '');
  }
}

const END_BYTES = 256 * 1024;

/** The checkpoints of a file, up to `bytes` of it. */
export async function* fileLines(path: string, bytes: number): AsyncGenerator<SignedCheckpoint | { unreadable: number }> {
  if (bytes === 0) return;
  const lines = createInterface({
    input: createReadStream(path, { end: bytes - 1, encoding: 'utf8' }),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line !== '') yield readCheckpointLine(line) ?? { unreadable: number };
  }
}

async function* noLines(): AsyncGenerator<SignedCheckpoint> {}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function fileFault(number: number, message: string): TrailFault {
  return { table: 'checkpoint_file', writer: null, seq: number, since: number, id: null, kind: 'file', message };
}

import { randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportSink } from '@/lib/control/export-jobs/run-export';

const NAME = /^exp_[0-9a-z]{26}$/;

/** The folder `exports` of a data folder, for the owner of the process alone. */
export class ExportFiles {
  /** Names the folder among those of other nodes; every process on the same one has the same name. */
  readonly id: string;
  readonly #path: string;

  /** Throws when the folder cannot be made. */
  constructor(dataDir: string) {
    this.#path = join(dataDir, 'exports');
    mkdirSync(this.#path, { recursive: true, mode: 0o700 });
    this.id = folderId(join(this.#path, 'folder-id'));
  }

  /** The file of a job for writing, made when it is not there; `close` it. */
  async write(job: string): Promise<ExportSink & { close(): Promise<void> }> {
    // 'a' would write at the end, wherever that is; what a crash left there is to be written over.
    const file = await open(this.#of(job), 'r+').catch(() => open(this.#of(job), 'wx+', 0o600));
    return {
      write: async (at, text) => {
        const bytes = Buffer.from(text, 'utf8');
        await file.truncate(at);
        for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
        await file.datasync();
        return bytes.length;
      },
      close: () => file.close(),
    };
  }

  /** The text of a file in pieces; rejects when it is gone. */
  async *read(job: string): AsyncGenerator<string> {
    for await (const piece of createReadStream(this.#of(job), { encoding: 'utf8', highWaterMark: 64 * 1024 })) yield piece as string;
  }

  async remove(job: string): Promise<void> {
    await rm(this.#of(job), { force: true });
  }

  /** Deletes the files of jobs that are not wanted. What another process begins meanwhile is not among those looked at. */
  async keepOnly(ask: () => Promise<ReadonlySet<string>>): Promise<void> {
    const names = await readdir(this.#path);
    const wanted = await ask();
    for (const name of names) if (NAME.test(name) && !wanted.has(name)) await this.remove(name);
  }

  #of(job: string): string {
    if (!NAME.test(job)) throw new Error(`\`${job}\` is no export`);
    return join(this.#path, job);
  }
}

function folderId(file: string): string {
  try {
    writeFileSync(file, randomUUID(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

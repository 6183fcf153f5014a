import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtureFile, startServer } from '../../fixtures/upstreams/harness';

/** What the sink wrote down of one call, before it answered. */
export interface SunkCall {
  readonly at: number;
  readonly tool: string;
  readonly arguments: Record<string, unknown>;
  readonly headers: Record<string, string>;
}

export interface Sink {
  readonly port: number;
  /** Every call that has reached it so far. */
  calls(): SunkCall[];
  stop(): Promise<void>;
}

/** The witness of what leaves the gateway: an upstream that logs each call to a file of its own. */
export async function startSink(env: Record<string, string> = {}): Promise<Sink> {
  const folder = mkdtempSync(join(tmpdir(), 'cg-sink-'));
  const log = join(folder, 'calls.ndjson');
  const server = await startServer([fixtureFile('sink-upstream.mjs')], { ...env, SINK_LOG: log });
  return {
    port: server.port,
    // The last line may be half written when it is read.
    calls: () => {
      const text = readFileSync(log, 'utf8');
      return text
        .slice(0, text.lastIndexOf('\n') + 1)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as SunkCall);
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

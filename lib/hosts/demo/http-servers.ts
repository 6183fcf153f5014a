import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

export interface HttpServers {
  readonly port: number;
  /** The support desk changes its tools, as real servers do without asking. */
  reviseDesk(): void;
}

const LISTENS_WITHIN_MS = 15_000;

/** Starts the bundled HTTP servers as one process that ends with this one, on `port` when it is free. Throws when they do not come up. */
export async function startHttpServers(root: string, port: number): Promise<HttpServers> {
  const child = spawn(process.execPath, [path.join(root, 'scripts/demo/upstreams/http.mjs')], {
    env: { NODE_ENV: 'production', PORT: String(port) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => undefined);
  return { port: await portOf(child), reviseDesk: () => void child.stdin.write('revise\n') };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The demo’s HTTP servers did not start.')), LISTENS_WITHIN_MS);
    let printed = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (!printed.includes('\n')) return;
      clearTimeout(timer);
      resolve((JSON.parse(printed) as { port: number }).port);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The demo’s HTTP servers ended with code ${code}.`));
    });
  });
}

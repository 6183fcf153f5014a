import { readdirSync, readFileSync } from 'node:fs';
import { WebSocket } from 'undici';
import { childrenOf } from '../../fixtures/upstreams/harness';
import type { RunningCallgate } from './callgate';
import { eventually } from './eventually';

const MB = 1024 * 1024;

/** What a process holds at one moment, just collected. */
export interface Held {
  /** Megabytes. */
  readonly rss: number;
  /** Megabytes of objects in use, buffers outside the heap included. */
  readonly used: number;
  readonly descriptors: number;
  readonly children: number;
}

/** What the process is to be started with, so that it can be told to collect. */
export const GAUGED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

export interface Gauge {
  read(): Promise<Held>;
  /** To be called before the process is to stop: it waits for whoever inspects it. */
  close(): void;
}

/** Reads what a process holds, from /proc. */
export async function gaugeOf(callgate: RunningCallgate): Promise<Gauge> {
  const pid = callgate.child.pid as number;
  const { ask, close } = await inspectorOf(callgate);
  const read = async (): Promise<Held> => {
    await ask('HeapProfiler.collectGarbage', {});
    const value = await ask('Runtime.evaluate', { expression: 'JSON.stringify(process.memoryUsage())', returnByValue: true });
    const usage = JSON.parse(String(value)) as { heapUsed: number; external: number };
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return {
      rss: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
      used: Math.round(((usage.heapUsed + usage.external) / MB) * 10) / 10,
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      children: childrenOf(pid).length,
    };
  };
  return { read, close };
}

type Ask = (method: string, params: object) => Promise<unknown>;

async function inspectorOf(callgate: RunningCallgate): Promise<{ ask: Ask; close: () => void }> {
  const url = await eventually('the inspector listens', () => /Debugger listening on (ws:\S+)/.exec(callgate.output())?.[1] ?? null);
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = new Map<number, (value: unknown) => void>();
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id: number; result?: { result?: { value?: unknown } } };
    waiting.get(id)?.(result?.result?.value);
    waiting.delete(id);
  };
  let ids = 0;
  const ask: Ask = (method, params) =>
    new Promise((resolve) => {
      ids += 1;
      waiting.set(ids, resolve);
      socket.send(JSON.stringify({ id: ids, method, params }));
    });
  return { ask, close: () => socket.close() };
}

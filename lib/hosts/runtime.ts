import type { Runtime } from './runtime-parts';

const KEY = Symbol.for('callgate.runtime');
const held = globalThis as { [KEY]?: Promise<Runtime> };

/** Route bundles have their own copy of every module; the runtime is found through the global object instead. */
export function holdRuntime(runtime: Promise<Runtime>): void {
  held[KEY] = runtime;
}

/** The runtime of this process; composed from the environment on first use where only Next runs. */
export function getRuntime(): Promise<Runtime> {
  held[KEY] ??= import('./compose').then(async ({ composeRuntime }) => {
    const { readEnv } = await import('@/lib/env/env');
    return composeRuntime(readEnv(process.env));
  });
  return held[KEY];
}

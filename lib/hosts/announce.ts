import type { Runtime } from './runtime-parts';

export type StartMode = 'all' | 'gateway' | 'dev' | 'demo';

/** What a person who started Callgate needs next, on standard output; logs go to standard error. */
export async function announce(runtime: Runtime, mode: StartMode): Promise<void> {
  const lines = ['', mode === 'gateway' ? `Callgate gateway: ${runtime.publicUrl}/mcp/{server}` : `Callgate: ${runtime.publicUrl}`];
  const code = mode === 'gateway' ? null : await runtime.setupCode();
  if (code) lines.push(`First administrator (this link works once): ${runtime.publicUrl}/setup?code=${code}`);
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

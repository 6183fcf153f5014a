import { startEmbeddedPostgres } from '@/lib/db/embedded-postgres';

// A process of its own that holds the embedded database in argv[2]: prints one JSON line when it has it, `stopped` after SIGTERM,
// and an error's message otherwise. Tests kill it.
const log = { info() {}, warn: (message: string) => console.error(message), error: (message: string) => console.error(message) };
try {
  const startedAt = performance.now();
  const server = await startEmbeddedPostgres({ dataDir: process.argv[2] as string, log });
  console.log(JSON.stringify({ url: server.url, adopted: server.adopted, tookMs: Math.round(performance.now() - startedAt) }));
  const idle = setInterval(() => {}, 1_000);
  process.once('SIGTERM', async () => {
    clearInterval(idle);
    await server.stop();
    console.log('stopped');
  });
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

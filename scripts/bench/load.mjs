// Closed-loop load from a process of its own: N connections, each with one request in flight, for a given time.
import { Pool } from 'undici';

process.on('message', async (job) => {
  process.send(await run(job));
});
process.on('disconnect', () => process.exit(0));

/** job: { url, token, tool, connections, durationMs }; answers { calls, errors, seconds, p50Ms, p99Ms, firstError } */
async function run({ url, token, tool, connections, durationMs }) {
  const target = new URL(url);
  const pool = new Pool(target.origin, { connections, pipelining: 1 });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-11-25',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  const latencies = [];
  let errors = 0;
  let firstError = null;
  let id = 0;
  const end = performance.now() + durationMs;
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - started) / 1000;
  await pool.close();
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? null;
  return { calls: latencies.length, errors, seconds, p50Ms: at(0.5), p99Ms: at(0.99), firstError };

  async function worker() {
    while (performance.now() < end) {
      const body = JSON.stringify({
        jsonrpc: '2.0',
        id: ++id,
        method: 'tools/call',
        params: { name: tool, arguments: { text: `call ${id}` } },
      });
      const sent = performance.now();
      try {
        const response = await pool.request({ path: target.pathname, method: 'POST', headers, body });
        const text = await response.body.text();
        if (response.statusCode !== 200 || !text.includes('"ok"')) throw new Error(`${response.statusCode} ${text.slice(0, 200)}`);
        latencies.push(performance.now() - sent);
      } catch (error) {
        errors++;
        firstError ??= String(error.message ?? error);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
}
process.send({ ready: true });

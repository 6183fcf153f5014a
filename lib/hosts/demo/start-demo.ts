import { projectRoot } from '@/lib/db/project-root';
import type { Runtime } from '../runtime-parts';
import { buildOrganisation } from './build-organisation';
import { createDemoApi } from './demo-api';
import { DEMO_ADMIN_EMAIL, type DemoPlan } from './demo-environment';
import { DEMO_MEMBERS } from './demo-organisation';
import { demoServers, notesFolder } from './demo-servers';
import { startHttpServers } from './http-servers';
import { makeTraffic } from './traffic';

/**
 * Fills a running Callgate with the demo organisation, prints who to sign in as and keeps its agents calling until the process is asked to stop.
 * Throws with what the API said when a part cannot be made.
 */
export async function startDemo(runtime: Runtime, plan: DemoPlan, port: number): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  try {
    await fillDemo(runtime, plan, port, stopping.signal);
  } catch (error) {
    // What was cut off by the stop is made by the next start.
    if (!stopping.signal.aborted) throw error;
  }
}

async function fillDemo(runtime: Runtime, plan: DemoPlan, port: number, signal: AbortSignal): Promise<void> {
  const { kept, dataDir } = plan;
  const root = projectRoot();
  const { host } = runtime.env;
  const origin = `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
  const first = Object.keys(kept.state.tokens).length === 0;
  const say = (line: string) => process.stdout.write(`${line}\n`);

  if (first) say('Making the demo organisation: servers, policies, agents and grants …');
  const http = await startHttpServers(root, kept.state.httpPort);
  kept.state.httpPort = http.port;
  kept.save();
  if (kept.state.deskRevised) http.reviseDesk();
  const api = createDemoApi(origin, plan.adminKey);
  await buildOrganisation(api, kept, demoServers(root, dataDir, http.port), root);
  if (!kept.state.deskRevised) {
    http.reviseDesk();
    await api.send('POST', '/servers/desk/sync', {});
    kept.state.deskRevised = true;
    kept.save();
  }
  if (first) say('Its agents make their first calls …');
  const traffic = { origin, tokens: kept.state.tokens, notes: notesFolder(dataDir), signal };
  const { calls } = await makeTraffic({ ...traffic, seed: first });
  const others = DEMO_MEMBERS.map(({ email, role }) => `${email} (${role})`).join(', ');
  say(
    [
      '',
      `Demo: ${calls > 0 ? `${calls} calls were made; ` : ''}its agents go on calling now and then.`,
      `Sign in at ${runtime.publicUrl} as ${DEMO_ADMIN_EMAIL} with the password ${kept.state.adminPassword}`,
      `The same password signs in ${others}.`,
      '',
    ].join('\n'),
  );
}

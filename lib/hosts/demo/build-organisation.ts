import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DemoApi } from './demo-api';
import { DEMO_ADMIN_EMAIL } from './demo-environment';
import { DEMO_AGENTS, DEMO_MEMBERS, DEMO_POLICIES, type DemoAgent, type DemoPolicy } from './demo-organisation';
import type { DemoServer } from './demo-servers';
import type { KeptState } from './demo-state';

interface Page<T> {
  readonly items: readonly T[];
}

interface Grant {
  readonly id: string;
  readonly server: { readonly slug: string };
}

/**
 * Brings the demo's organisation about through the management API. What is there is left as it is, so that a second start changes nothing;
 * only addresses follow the machine, and a grant whose token is not known any more gets a new one.
 */
export async function buildOrganisation(api: DemoApi, kept: KeptState, servers: readonly DemoServer[], root: string): Promise<void> {
  await makeMembers(api, kept);
  for (const server of servers) await makeServer(api, server);
  const there = new Set(servers.map(({ slug }) => slug));
  for (const policy of DEMO_POLICIES) if (there.has(policy.server)) await makePolicy(api, policy, root);
  for (const agent of DEMO_AGENTS) await makeAgent(api, agent, kept, there);
}

async function makeMembers(api: DemoApi, kept: KeptState): Promise<void> {
  const password = kept.state.adminPassword;
  const members = (await api.find<Page<{ id: string; email: string }>>('/members?limit=100'))?.items ?? [];
  for (const member of [{ email: DEMO_ADMIN_EMAIL, name: 'Ana Silva', role: 'admin' }, ...DEMO_MEMBERS]) {
    const found = members.find(({ email }) => email === member.email);
    if (!found) await api.send('POST', '/members', { ...member, password });
    else if (kept.fresh) await api.send('PATCH', `/members/${found.id}`, { name: member.name, password });
  }
}

async function makeServer(api: DemoApi, { slug, name, connection }: DemoServer): Promise<void> {
  const found = await api.find<{ url: string | null; command: string | null; args: string[] }>(`/servers/${slug}`);
  if (!found) return void (await api.send('POST', '/servers', { slug, name, ...connection }));
  const same =
    connection.transport === 'http'
      ? found.url === connection.url
      : found.command === connection.command && JSON.stringify(found.args) === JSON.stringify(connection.args);
  if (!same) await api.send('PATCH', `/servers/${slug}`, connection);
}

async function makePolicy(api: DemoApi, policy: DemoPolicy, root: string): Promise<void> {
  const at = `/servers/${policy.server}/policies/${policy.slug}`;
  const found = await api.find<{ live: unknown }>(at);
  if (found?.live) return;
  const text = readFileSync(path.join(root, 'scripts/demo/policies', `${policy.server}--${policy.slug}.jsonc`), 'utf8');
  for (const { comment, instead } of policy.versions) {
    await api.send('PUT', at, { name: policy.name, text: instead ? replaced(text, instead) : text });
    await api.send('POST', `${at}/publish`, { comment });
  }
  if (policy.draft) await api.send('PUT', at, { text: replaced(text, policy.draft) });
}

function replaced(text: string, [part, other]: readonly [string, string]): string {
  if (!text.includes(part)) throw new Error(`A policy of the demo does not contain ${part}.`);
  return text.replace(part, other);
}

async function makeAgent(api: DemoApi, agent: DemoAgent, kept: KeptState, there: ReadonlySet<string>): Promise<void> {
  const { slug, name, owner, purpose, environment, team } = agent;
  const isNew = (await api.find(`/agents/${slug}`)) === null;
  if (isNew) await api.send('POST', '/agents', { slug, name, owner, purpose, environment, labels: { team } });
  const grants = (await api.find<Page<Grant>>(`/grants?agent=${slug}&status=active&limit=100`))?.items ?? [];
  for (const granted of agent.grants) {
    const [server = '', policy = null] = granted.split('/');
    if (!there.has(server)) continue;
    const key = `${slug}/${granted}`;
    const found = grants.find((grant) => grant.server.slug === server);
    if (found && kept.state.tokens[key]) continue;
    const { token } = found
      ? await api.send<{ token: string }>('POST', `/grants/${found.id}/rotate`, {})
      : await api.send<{ token: string }>('POST', '/grants', { agent: slug, server, policy, label: `${name}, ${environment}` });
    kept.state.tokens[key] = token;
    kept.save();
  }
  if (isNew && agent.suspended) await api.send('PATCH', `/agents/${slug}`, { status: 'suspended', reason: agent.suspended });
}

import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { ToolDefinition } from '@/lib/domain/risk';
import { newId } from '@/lib/kernel/ids';
import { compilePolicy } from '@/lib/policy/compile';
import { classify } from '@/lib/risk/classify';
import { definitionDigest } from '@/lib/risk/definition-digest';
import { seededTools } from '../../tests/fixtures/seed/seeded-tools';
import { SEEDED_POLICY } from '../../tests/fixtures/seed/seeded-world';

export interface SeededTool {
  readonly definition: ToolDefinition;
  readonly category: string;
  readonly risk: string;
  readonly digest: string;
}

export interface SeededServer {
  readonly id: string;
  readonly slug: string;
  readonly policy: { readonly id: string; readonly slug: string };
  /** When each version went live, oldest first; epoch milliseconds. */
  readonly versions: readonly number[];
  readonly tools: readonly SeededTool[];
}

export interface SeededCaller {
  readonly agent: { readonly id: string; readonly slug: string };
  readonly client: { readonly name: string; readonly version: string };
  /** By server. */
  readonly grants: readonly { readonly id: string; readonly server: SeededServer }[];
  /** Calls around the clock, or in working hours. */
  readonly nightly: boolean;
}

export interface SeededOrganisation {
  readonly servers: readonly SeededServer[];
  readonly callers: readonly SeededCaller[];
  readonly tools: number;
  readonly agents: number;
}

const SERVERS = ['billing', 'crm', 'support-desk', 'logistics', 'knowledge', 'releases'];
const AGENTS = [
  'support-bot', 'refund-clerk', 'lead-scout', 'invoice-matcher', 'order-tracker', 'release-captain', 'ticket-triage', 'report-writer',
  'contract-reader', 'campaign-planner', 'meeting-notes', 'stock-keeper', 'dispatch-desk', 'onboarding-guide', 'data-steward', 'incident-scribe',
  'price-watch', 'night-reconciler', 'archive-crawler', 'qa-runner',
]; // biome-ignore format: twenty names, not a page of them
const CLIENTS = [
  { name: 'claude-code', version: '2.1.4' },
  { name: 'cursor', version: '1.9.0' },
  { name: 'back-office-runner', version: '0.8.2' },
];
const OWNERS = ['ana@example.com', 'ben@example.com', 'chloe@example.com', 'dilip@example.com', 'eva@example.com'];

/** Six servers with 300 tools, a policy of three versions each, and twenty agents with grants; straight into the tables. */
export async function seedOrganisation(
  client: pg.ClientBase,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<SeededOrganisation> {
  const id = (prefix: Parameters<typeof newId>[0]): string => newId(prefix, fromMs, randomBytes(10));
  const all = seededTools(300);
  const perServer = Math.ceil(all.length / SERVERS.length);
  const servers: SeededServer[] = [];
  for (const [index, slug] of SERVERS.entries()) {
    const tools = all.slice(index * perServer, (index + 1) * perServer).map((definition): SeededTool => {
      const { category, risk } = classify({ server: slug, tool: definition });
      return { definition, category, risk, digest: definitionDigest(definition) };
    });
    servers.push(await seedServer(client, { slug, tools, id, fromMs, toMs }));
  }
  const callers: SeededCaller[] = [];
  for (const [index, slug] of AGENTS.entries()) {
    const agent = { id: id('agt'), slug };
    await client.query(`INSERT INTO agents (id, slug, name, owner, purpose, environment, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`, [
      agent.id,
      slug,
      slug.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase()),
      OWNERS[index % OWNERS.length],
      `Works on ${servers[index % servers.length]?.slug}`,
      index % 5 === 0 ? 'staging' : 'production',
      new Date(fromMs),
    ]);
    const grants: { id: string; server: SeededServer }[] = [];
    for (let extra = 0; extra < 2 + (index % 3); extra++) {
      const server = servers[(index + extra * 2) % servers.length] as SeededServer;
      if (grants.some((grant) => grant.server === server)) continue;
      const grant = { id: id('grt'), server };
      await client.query(
        `INSERT INTO grants (id, agent_id, server_id, policy_id, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
        [grant.id, agent.id, server.id, server.policy.id, OWNERS[0], new Date(fromMs)],
      );
      grants.push(grant);
    }
    callers.push({ agent, client: CLIENTS[index % CLIENTS.length] as SeededCaller['client'], grants, nightly: index % 7 === 3 });
  }
  return { servers, callers, tools: all.length, agents: AGENTS.length };
}

interface ServerDraft {
  readonly slug: string;
  readonly tools: readonly SeededTool[];
  readonly id: (prefix: Parameters<typeof newId>[0]) => string;
  readonly fromMs: number;
  readonly toMs: number;
}

async function seedServer(client: pg.ClientBase, { slug, tools, id, fromMs, toMs }: ServerDraft): Promise<SeededServer> {
  const serverId = id('srv');
  const policy = { id: id('pol'), slug: 'back-office' };
  const versions = [0, 0.3, 0.7].map((share) => Math.floor(fromMs + share * (toMs - fromMs)));
  await client.query(
    `INSERT INTO servers (id, slug, name, transport, url, revision, created_at) VALUES ($1, $2, $3, 'http', $4, '1', $5)`,
    [
      serverId,
      slug,
      slug.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase()),
      `https://${slug}.example.com/mcp`,
      new Date(fromMs),
    ],
  );
  for (const { definition, category, risk, digest } of tools) {
    await client.query(
      `INSERT INTO tools (id, server_id, name, description, definition, digest, category, risk, status) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active')`,
      [id('tool'), serverId, definition.name, definition.description, JSON.stringify(definition), digest, category, risk],
    );
  }
  const { compiledText } = compilePolicy(SEEDED_POLICY, null);
  if (compiledText === null) throw new Error('the seeded policy does not compile');
  const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
  await client.query(
    `INSERT INTO policies (id, server_id, slug, name, live_version, created_at) VALUES ($1, $2, $3, 'Back office', 3, $4)`,
    [policy.id, serverId, policy.slug, new Date(fromMs)],
  );
  for (const [index, at] of versions.entries()) {
    await client.query(
      `INSERT INTO policy_versions (id, policy_id, version, text, text_sha256, compiled, compiled_sha256, comment, published_by, published_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id('pver'),
        policy.id,
        index + 1,
        SEEDED_POLICY,
        sha256(SEEDED_POLICY),
        compiledText,
        sha256(compiledText),
        null,
        OWNERS[index],
        new Date(at),
      ],
    );
    await client.query(
      `INSERT INTO admin_changes (id, at, actor_kind, actor_id, actor_name, action, entity, entity_id, entity_name, before, after)
       VALUES ($1, $2, 'user', $3, $3, 'policy.publish', 'policy', $4, $5, $6, $7)`,
      [
        newId('chg', at, randomBytes(10)),
        new Date(at),
        OWNERS[index],
        policy.id,
        `${slug}/${policy.slug}`,
        index === 0 ? null : JSON.stringify({ version: index }),
        JSON.stringify({ version: index + 1, sha256: sha256(SEEDED_POLICY) }),
      ],
    );
  }
  return { id: serverId, slug, policy, versions, tools };
}

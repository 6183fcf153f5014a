import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CallFacts, CatalogueTool, Charge, Decision } from '@/lib/domain/decision';
import type { JsonObject } from '@/lib/kernel/json';

/** One sentence of the language with a call that shows it. Tools and facts that a case does not name are plain defaults. */
export interface PolicyCase {
  readonly sentence: string;
  readonly policy: JsonObject;
  readonly catalogue?: readonly Partial<CatalogueTool>[];
  readonly call: {
    readonly tool: string;
    readonly args: JsonObject;
    readonly at?: string;
    readonly session?: string;
    readonly server?: object;
    readonly agent?: object;
    readonly grant?: object;
    readonly client?: CallFacts['client'];
  };
  readonly expect: Omit<Partial<Decision>, 'charges'> & { readonly charges?: readonly Partial<Charge>[] };
  /** false: in a part of the language that the naive evaluator does not read. */
  readonly naive?: boolean;
}

export interface CaseFile {
  readonly name: string;
  readonly about: string;
  readonly catalogue?: readonly Partial<CatalogueTool>[];
  readonly cases: readonly PolicyCase[];
}

const folder = fileURLToPath(new URL('../../cases/policy/', import.meta.url));

export function caseFiles(): CaseFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ ...(JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as Omit<CaseFile, 'name'>), name }));
}

export function catalogueOf(tools: readonly Partial<CatalogueTool>[]): Map<string, CatalogueTool> {
  const plain = { category: 'write', risk: 'medium', status: 'active', digest: 'd', dispatch: null, inputSchema: null } as const;
  return new Map(tools.map((tool) => [tool.name ?? '', { ...plain, name: '', ...tool }]));
}

export function callOf({ tool, args, at, session, server, agent, grant, client }: PolicyCase['call']): CallFacts {
  return {
    tool,
    args,
    at: Date.parse(at ?? '2026-11-20T09:30:00Z'),
    server: { id: 'srv_1', slug: 'main', ...server },
    agent: { id: 'agt_1', slug: 'bot', name: 'Bot', owner: 'owner@example.com', environment: null, labels: {}, ...agent },
    grant: { id: 'grt_1', scopes: [], purpose: null, ...grant },
    client: client ?? null,
    session: session ?? null,
  };
}

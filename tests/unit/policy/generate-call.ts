import type { CallFacts, CatalogueTool } from '@/lib/domain/decision';
import type { Json } from '@/lib/kernel/json';
import { PLACES, randomValue, SCALARS, type Seeded, TOOLS } from './generate-values';

function randomArguments(r: Seeded, depth = 4): Record<string, Json> {
  if (depth > 0 && r.chance(0.45)) {
    const made: Record<string, Json> = {};
    if (!r.chance(0.03))
      made.tool_name = r.chance(0.9)
        ? r.pick([...TOOLS, 'nobody.knows', 'x__unknown'])
        : r.pick<Json>([1, null, 'a b', 'x'.repeat(129), { a: 1 }]);
    if (!r.chance(0.05)) made.arguments = r.chance(0.95) ? randomArguments(r, depth - 1) : r.pick<Json>([[], 'x', null]);
    if (r.chance(0.04)) made[r.pick(['toolName', 'Tool_Name', 'extra'])] = 'pay';
    if (r.chance(0.2)) made.a = randomValue(r);
    return made;
  }
  const made: Record<string, Json> = {};
  for (const key of ['a', 'b']) if (r.chance(0.7)) made[key] = randomValue(r);
  const places = Object.entries(PLACES);
  for (const [op, { values }] of places) if (r.chance(0.6)) made[op] = r.pick(values);
  if (r.chance(0.3)) made.places = r.some(3, () => r.pick(r.pick(places)[1].values));
  if (r.chance(0.5)) made.list = r.chance(0.9) ? r.some(3, () => r.pick(SCALARS)) : 'no list';
  if (r.chance(0.4)) made.items = r.some(3, () => (r.chance(0.8) ? { price: r.pick([1, 50, 'x']) } : r.pick(SCALARS)));
  return made;
}

/** Dispatchers inside dispatchers, around the depth where it is too much. */
function nested(r: Seeded, depth: number): Record<string, Json> {
  if (depth === 0) return randomArguments(r, 0);
  return { tool_name: depth === 1 ? r.pick(TOOLS) : r.pick(['call_tool', 'run_any']), arguments: nested(r, depth - 1) };
}

const DISPATCH = { tool: 'args.tool_name', arguments: 'args.arguments' };
const PLAIN_SCHEMA = { type: 'object', properties: { a: { type: ['number', 'string'] }, list: { type: 'array' } }, required: ['a'] };
const SCHEMA = { type: 'object', properties: { tool_name: { type: 'string' }, arguments: { type: 'object' }, a: {} } };

export function randomCatalogue(r: Seeded): Map<string, CatalogueTool> {
  const catalogue = new Map<string, CatalogueTool>();
  for (const name of TOOLS) {
    if (r.chance(0.07)) continue;
    const dispatch =
      name === 'call_tool' || name === 'run_any'
        ? DISPATCH
        : name === 'run_code'
          ? { tool: 'args.code', arguments: null, opaque: true }
          : null;
    const inputSchema =
      name === 'call_tool'
        ? SCHEMA
        : name === 'run_any'
          ? { ...SCHEMA, additionalProperties: true }
          : name.startsWith('pay')
            ? PLAIN_SCHEMA
            : null;
    catalogue.set(name, {
      name,
      dispatch,
      inputSchema,
      digest: 'd',
      category: r.pick(['read', 'write', 'execute', 'destructive', 'financial'] as const),
      risk: r.pick(['low', 'medium', 'high', 'critical'] as const),
      status: r.chance(0.93) ? 'active' : r.pick(['pending', 'quarantined'] as const),
    });
  }
  return catalogue;
}

export function randomCall(r: Seeded): CallFacts {
  const deep = r.chance(0.05);
  return {
    tool: deep || r.chance(0.4) ? r.pick(['call_tool', 'run_any']) : r.pick([...TOOLS, 'nobody.knows']),
    args: deep ? nested(r, 2 + r.below(4)) : randomArguments(r),
    at: Date.UTC(2026, r.below(12), 1 + r.below(28), r.below(24), r.below(60)),
    server: { id: 'srv_1', slug: 'main' },
    agent: {
      id: 'agt_1',
      slug: 'a',
      name: 'acme',
      owner: 'o@example.com',
      environment: r.pick([null, 'prod']),
      labels: r.chance(0.5) ? { team: 'acme' } : {},
    },
    grant: { id: 'grt_1', scopes: r.some(2, () => r.pick(['acme', 'read', 'admin'])), purpose: r.pick([null, 'acme']) },
    client: r.chance(0.5) ? { name: 'acme', version: '1' } : null,
    session: r.chance(0.5) ? 'ses_1' : null,
  };
}

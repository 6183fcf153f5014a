import { describe, expect, it } from 'vitest';
import type { Catalogue, CatalogueTool, Decision } from '@/lib/domain/decision';
import type { JsonObject } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { undeclaredArgument, withDeclaredArguments } from '@/lib/policy/declared-arguments';

const schema = { type: 'object', properties: { owner: { type: 'string' } } };
const tool: CatalogueTool = {
  name: 'create',
  category: 'write',
  risk: 'medium',
  status: 'active',
  digest: '',
  dispatch: null,
  inputSchema: schema,
};
const catalogue: Catalogue = new Map([[tool.name, tool]]);

function decide(text: string, args: Record<string, string>): Decision {
  const agent = { id: 'a', slug: 'a', name: 'A', owner: 'o', environment: null, labels: {} };
  const call = {
    tool: 'create',
    args,
    at: 0,
    server: { id: 's', slug: 's' },
    agent,
    grant: { id: 'g', scopes: [], purpose: null },
    client: null,
    session: null,
  };
  const decision = compilePolicy(text, catalogue).policy?.decide(call, catalogue) as Decision;
  return withDeclaredArguments(decision, args, tool);
}

describe('arguments that a tool does not declare', () => {
  it('are found where the schema is a plain list of properties', () => {
    expect(undeclaredArgument({ owner: 'a', sidenote: 'b' }, schema)).toBe('sidenote');
    expect(undeclaredArgument({ owner: 'a' }, schema)).toBeNull();
    expect(undeclaredArgument({ toString: 'a' }, { type: 'object', properties: {} })).toBe('toString');
    expect(undeclaredArgument({ sidenote: 'b' }, { ...schema, additionalProperties: false })).toBe('sidenote');
  });

  it('are left to a schema that says or composes more', () => {
    const opens: JsonObject[] = [
      { additionalProperties: true },
      { additionalProperties: {} },
      { patternProperties: {} },
      { allOf: [] },
      { $ref: '#/x' },
    ];
    for (const open of opens) expect(undeclaredArgument({ sidenote: 'b' }, { ...schema, ...open })).toBeNull();
    expect(undeclaredArgument({ sidenote: 'b' }, { type: 'object' })).toBeNull();
    expect(undeclaredArgument({ sidenote: 'b' }, null)).toBeNull();
  });

  it('turn a permission into a denial that charges nothing, and leave a denial as it is', () => {
    const limited = '{"version":"1","default":"deny","tools":{"create":{"limits":[{"counter":"n","window":"day","max":5}]}}}';
    expect(decide(limited, { owner: 'a', sidenote: 'b' })).toMatchObject({
      outcome: 'denied',
      passes: false,
      reason: 'argument.undeclared',
      charges: [],
    });
    expect(decide(limited, { owner: 'a' })).toMatchObject({ outcome: 'allowed', passes: true, charges: [{ counter: 'n' }] });
    expect(decide('{"version":"1","default":"deny"}', { owner: 'a', sidenote: 'b' }).reason).toBe('policy.default_deny');
    expect(decide('{"version":"1","default":"deny","mode":"observe"}', { owner: 'a', sidenote: 'b' })).toMatchObject({
      passes: false,
      observed: false,
    });
  });
});

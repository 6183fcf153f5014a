import type { CallFacts, Catalogue, CatalogueTool } from '@/lib/domain/decision';
import type { Json, JsonObject } from '@/lib/kernel/json';

/** One policy said in three languages, with calls and the answer that all of them have to give. */
export interface Scenario {
  readonly name: string;
  readonly callgate: string;
  readonly cedar: string;
  readonly rego: string;
  readonly catalogue: Catalogue;
  readonly calls: readonly { readonly call: CallFacts; readonly allowed: boolean }[];
}

const RECIPIENTS = ['acct_1', 'acct_2', 'acct_3'];
const AMOUNT_MAX = 1000;

/** Each tool needs a reason, blocks amounts above a maximum and recipients that are not listed; other tools are denied. */
export function scenarioOf(tools: number): Scenario {
  const names = Array.from({ length: tools }, (_, i) => `server__tool_${i}`);
  const block: Json = {
    require: [{ path: 'args.reason', op: 'exists', value: true }],
    deny_if: [
      { path: 'args.amount', op: 'gt', value: AMOUNT_MAX },
      { path: 'args.to', op: 'not_in', value: RECIPIENTS },
    ],
  };
  const callgate = { version: '1', default: 'deny', tools: Object.fromEntries(names.map((name) => [name, block])) };
  const list = RECIPIENTS.map((one) => JSON.stringify(one)).join(', ');
  const cedar = names.map(
    (name) =>
      `permit(principal, action == Action::"${name}", resource) when { context.args has reason && ` +
      `context.args has amount && context.args.amount <= ${AMOUNT_MAX} && context.args has to && [${list}].contains(context.args.to) };`,
  );
  const rego = names.map(
    (name) =>
      `allow if {\n\tinput.tool == "${name}"\n\tinput.args.reason != null\n\tinput.args.amount <= ${AMOUNT_MAX}\n\tinput.args.to in {${list}}\n}\n`,
  );
  return {
    name: `${tools} tool${tools === 1 ? '' : 's'}`,
    callgate: JSON.stringify(callgate),
    cedar: cedar.join('\n'),
    rego: `package callgate\n\nimport rego.v1\n\ndefault allow := false\n\n${rego.join('\n')}`,
    catalogue: new Map([...names, 'server__unlisted'].map((name) => [name, toolOf(name)])),
    calls: names.flatMap((name) => callsOf(name)),
  };
}

function callsOf(name: string): Scenario['calls'] {
  const good = { reason: 'refund', amount: 5, to: 'acct_1' };
  return [
    { call: callOf(name, good), allowed: true },
    { call: callOf(name, { ...good, amount: 5000 }), allowed: false },
    { call: callOf(name, { ...good, to: 'acct_9' }), allowed: false },
    { call: callOf(name, { amount: 5, to: 'acct_1' }), allowed: false },
    { call: callOf('server__unlisted', good), allowed: false },
    { call: callOf(name, { ...good, amount: AMOUNT_MAX, to: 'acct_3' }), allowed: true },
  ];
}

function toolOf(name: string): CatalogueTool {
  return { name, category: 'write', risk: 'medium', status: 'active', digest: '', dispatch: null, inputSchema: null };
}

function callOf(tool: string, args: JsonObject): CallFacts {
  return {
    tool,
    args,
    at: Date.UTC(2026, 0, 5, 12),
    server: { id: 'srv_1', slug: 'server' },
    agent: { id: 'agt_1', slug: 'bot', name: 'Bot', owner: 'owner@example.com', environment: null, labels: {} },
    grant: { id: 'grt_1', scopes: [], purpose: null },
    client: null,
    session: null,
  };
}

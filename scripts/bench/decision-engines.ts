import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { compilePolicy } from '@/lib/policy/compile';
import type { Scenario } from './decision-scenarios';

/** Answers the calls of one scenario by their place in the list, as its own callers would ask it. */
export interface Engine {
  readonly name: string;
  /** Whether the call may pass. */
  decide(at: number): boolean;
}

export function callgateEngine({ callgate, catalogue, calls }: Scenario): Engine {
  const { policy, problems } = compilePolicy(callgate, catalogue);
  if (policy === null) throw new Error(JSON.stringify(problems));
  return { name: 'callgate', decide: (at) => policy.decide(callAt(calls, at), catalogue).passes };
}

function callAt(calls: Scenario['calls'], at: number): Scenario['calls'][number]['call'] {
  const found = calls[at];
  if (found === undefined) throw new Error('a call that the scenario does not have');
  return found.call;
}

/** Cedar with its policies parsed once (`preparsePolicySet`), which is its fast way. */
export function cedarEngine({ name, cedar, calls }: Scenario): Engine {
  const parsed = preparsePolicySet(name, { staticPolicies: cedar });
  if (parsed.type === 'failure') throw new Error(JSON.stringify(parsed.errors));
  const requests = calls.map(({ call }) => ({
    principal: { type: 'Agent', id: call.agent.id },
    action: { type: 'Action', id: call.tool },
    resource: { type: 'Server', id: call.server.id },
    context: { args: call.args as Record<string, string | number> },
    preparsedPolicySetId: name,
    entities: [],
  }));
  return {
    name: 'cedar-wasm',
    decide(at) {
      const request = requests[at];
      if (request === undefined) throw new Error('a call that the scenario does not have');
      const answer = statefulIsAuthorized(request);
      if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
      return answer.response.decision === 'allow';
    },
  };
}

/** OPA from a policy that its own compiler made: no package of the registry holds it, so the path of the tool is given. */
export async function opaEngine({ rego, calls }: Scenario, tool: string): Promise<Engine> {
  const policy = await loadPolicy(compileRego(rego, tool));
  const inputs = calls.map(({ call }) => ({ tool: call.tool, args: call.args }));
  return { name: 'opa-wasm', decide: (at) => policy.evaluate(inputs[at])[0]?.result === true };
}

function compileRego(rego: string, tool: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'callgate-opa-'));
  try {
    writeFileSync(join(folder, 'policy.rego'), rego);
    execFileSync(tool, ['build', '-t', 'wasm', '-e', 'callgate/allow', 'policy.rego', '-o', 'bundle.tar.gz'], { cwd: folder });
    execFileSync('tar', ['-xzf', 'bundle.tar.gz', '/policy.wasm'], { cwd: folder });
    return readFileSync(join(folder, 'policy.wasm'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Why OPA cannot take part, in a sentence; null when it can. */
export function opaMissing(tool: string | undefined): string | null {
  if (tool === undefined || tool === '')
    return 'opa-wasm runs policies that the `opa` command has compiled, and no npm package holds that command. Set BENCH_OPA to its path to include it.';
  return existsSync(tool) ? null : `BENCH_OPA names ${tool}, which does not exist.`;
}

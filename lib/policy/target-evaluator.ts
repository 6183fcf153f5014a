import type { CallFacts, TargetDecision, TargetKind } from '@/lib/domain/decision';
import { REASONS } from '@/lib/domain/reasons';
import { type PolicyDocument, type RuleBlock, SERVER_ASKS, type TargetRules } from './document';
import type { Facts } from './facts';
import { plainAddress } from './resource-address';
import { runPlan, strictest } from './run-plan';
import { ToolRules } from './tool-rules';
import { type Level, writeStep } from './walk';

const WORDS: Readonly<Record<TargetKind, { readonly denied: string; readonly unlisted: string }>> = {
  resources: {
    denied: 'The policy denies this resource.',
    unlisted: 'The policy does not list this resource, and what is not listed is denied.',
  },
  prompts: {
    denied: 'The policy denies this prompt.',
    unlisted: 'The policy does not list this prompt, and what is not listed is denied.',
  },
  server: { denied: 'The policy does not let the server ask for this.', unlisted: 'The policy does not let the server ask for this.' },
};
const UNCLEAR = 'The address can be read in more than one way (dot segments, encoded separators or control characters).';

/** Decides what is no tool call, by the rules of tools: the same blocks, conditions, limits and trace, found by address or name. */
export class TargetEvaluator {
  private readonly kinds: Readonly<Record<TargetKind, ToolRules | null>>;

  constructor(document: PolicyDocument) {
    const tree = (kind: TargetKind, rules: TargetRules | undefined, toolsPointer: string): ToolRules | null =>
      rules === undefined
        ? null
        : new ToolRules(
            {
              default: rules.default,
              mode: document.mode,
              timezone: document.timezone,
              hide: rules.hide,
              all_tools: rules.all,
              risk: {},
              tools: rules.rules,
            },
            { toolsPointer, allPointer: `/${kind}/all`, words: WORDS[kind] },
          );
    this.kinds = {
      resources: tree('resources', document.resources, '/resources/rules'),
      prompts: tree('prompts', document.prompts, '/prompts/rules'),
      server: tree('server', serverTree(document), '/server'),
    };
  }

  hidesSome(kind: TargetKind): boolean {
    return this.kinds[kind]?.hidesAny === true;
  }

  /** Under mode observe nothing changes for the agent, so what the policy hides is still listed. */
  hides(kind: TargetKind, name: string): boolean {
    const rules = this.kinds[kind];
    if (rules === null) return false;
    const known = nameOf(kind, name) ?? name;
    return rules.isHidden(known) && rules.resolve(known, undefined).enforced;
  }

  decide(kind: TargetKind, call: CallFacts): TargetDecision | null {
    const rules = this.kinds[kind];
    if (rules === null) return null;
    const name = nameOf(kind, call.tool);
    const plan = rules.resolve(name ?? call.tool, undefined);
    const facts: Facts = { call, toolName: name ?? call.tool, args: call.args, tool: undefined, category: undefined };
    const level: Level = { facts, enforced: plan.enforced, trace: [], refusals: [], charges: [], origin: [], outerRedactions: [] };
    const refuse = (outcome: 'hidden' | 'denied', rule: string, message: string, note?: string): void => {
      const step = writeStep(level, facts.toolName, { stage: 'visibility', rule }, 'fail', note);
      const reason = outcome === 'hidden' ? 'policy.hidden' : 'argument.denied';
      level.refusals.push({ outcome, reason, rule, message, enforced: level.enforced, step, approval: null });
    };
    if (name === null) refuse('denied', '(address)', UNCLEAR);
    else if (rules.isHidden(name)) refuse('hidden', '(hidden)', REASONS['policy.hidden'].words);
    const stopped = level.refusals.length > 0 && level.enforced;
    const charges = stopped ? [] : runPlan(plan, level, false);
    const refusal = strictest(level.refusals);
    if (refusal !== null) refusal.step.decided = true;
    const passes = refusal === null || !refusal.enforced;
    const common = { passes, observed: refusal !== null && passes, redact: plan.redact, trace: level.trace };
    if (refusal === null) {
      const reason = plan.origin === 'default' ? 'policy.default_allow' : 'policy.allowed';
      return { outcome: 'allowed', reason, rule: plan.pointer, message: null, charges, ...common };
    }
    const { outcome, reason, rule, message } = refusal;
    return { outcome, reason, rule, message, charges: passes ? charges : [], ...common };
  }
}

/** null: not to be matched with rules. */
function nameOf(kind: TargetKind, name: string): string | null {
  return kind === 'resources' ? plainAddress(name) : name;
}

function serverTree({ server }: PolicyDocument): TargetRules | undefined {
  if (server === undefined) return undefined;
  const rules: Record<string, RuleBlock> = {};
  for (const ask of SERVER_ASKS) {
    const block = server.rules[ask];
    if (block !== undefined) rules[ask] = block;
  }
  return { default: server.default, hide: [], all: null, rules };
}

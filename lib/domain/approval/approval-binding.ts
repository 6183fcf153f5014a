import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Json } from '@/lib/kernel/json';

/**
 * Everything an approval is bound to. The arguments stand here as their keyed digest, the same as in the audit trail, so
 * that this text and its SHA-256 can be kept and shown without telling guessable arguments.
 */
export interface ApprovalBinding {
  readonly agent: string;
  readonly server: string;
  /** The called tool first, then what it runs. */
  readonly tools: readonly string[];
  /** HMAC-SHA-256 of the canonical arguments. */
  readonly arguments: string;
  /** The same of everything else that the call would hand to the server beside its arguments, such as answers to its questions; null without. */
  readonly inputs: string | null;
  /** Digests of the tools' definitions, in the order of `tools`; null for one that the catalogue does not have. */
  readonly definitions: readonly (string | null)[];
  readonly policy: { readonly id: string; readonly version: number };
  readonly grant: { readonly id: string; readonly scopes: readonly string[]; readonly purpose: string | null };
  /** Which rule asks, and whom. The same version of a policy can ask others: by class of the tool, by agent, by time. */
  readonly demand: { readonly rule: string; readonly approvers: readonly string[]; readonly count: number };
  /** How the tool that runs is classified; people can change it without a new definition. */
  readonly risk: { readonly category: string; readonly level: string };
}

/** What identifies the call itself, whatever configuration it would run under. */
export type ApprovalSubject = Pick<ApprovalBinding, 'agent' | 'server' | 'tools' | 'arguments' | 'inputs'>;

/** RFC 8785 text of a binding; its SHA-256 is the digest that people see and that is compared at consumption. */
export function bindingText(binding: ApprovalBinding): string {
  return canonicalJson({ ...aroundArguments(binding), arguments: binding.arguments } satisfies Record<string, Json>);
}

/** The same without the arguments: what a call shares with an exception whose scope its arguments are held against. */
export function scopeText(binding: ApprovalBinding): string {
  return canonicalJson({ ...aroundArguments(binding), arguments: 'within a scope' } satisfies Record<string, Json>);
}

function aroundArguments({
  agent,
  server,
  tools,
  inputs,
  definitions,
  policy,
  grant,
  demand,
  risk,
}: ApprovalBinding): Record<string, Json> {
  return {
    agent,
    definitions,
    demand: { approvers: demand.approvers, count: demand.count, rule: demand.rule },
    grant: { id: grant.id, purpose: grant.purpose, scopes: grant.scopes },
    inputs,
    policy: { id: policy.id, version: policy.version },
    risk: { category: risk.category, level: risk.level },
    server,
    tools,
  };
}

/** The same for the subject alone: what makes two requests identical to a person who said no. */
export function subjectText({ agent, server, tools, arguments: args, inputs }: ApprovalSubject): string {
  return canonicalJson({ agent, arguments: args, inputs, server, tools } satisfies Record<string, Json>);
}

/** One thing that is no longer what was shown. */
export interface ApprovalDifference {
  readonly what: 'policy' | 'rule' | 'definition' | 'risk' | 'grant' | 'agent' | 'owner' | 'server' | 'arguments' | 'inputs' | 'tool';
  readonly was: string;
  readonly is: string;
}

/** What differs between what was shown and what would run now. Empty when nothing does. */
export function differencesBetween(was: ApprovalBinding, is: ApprovalBinding): readonly ApprovalDifference[] {
  const found: ApprovalDifference[] = [];
  const compare = (what: ApprovalDifference['what'], before: string, after: string): void => {
    if (before !== after) found.push({ what, was: before, is: after });
  };
  compare('agent', was.agent, is.agent);
  compare('server', was.server, is.server);
  compare('tool', was.tools.join(' → '), is.tools.join(' → '));
  compare('arguments', short(was.arguments), short(is.arguments));
  compare('inputs', short(was.inputs), short(is.inputs));
  for (const [index, name] of was.tools.entries()) {
    const [before, after] = [was.definitions[index] ?? null, is.definitions[index] ?? null];
    if (before !== after) found.push({ what: 'definition', was: `${name} ${short(before)}`, is: `${name} ${short(after)}` });
  }
  compare('risk', riskWords(was.risk), riskWords(is.risk));
  if (was.policy.id !== is.policy.id) compare('policy', was.policy.id, is.policy.id);
  else compare('policy', `version ${was.policy.version}`, `version ${is.policy.version}`);
  compare('rule', demandWords(was.demand), demandWords(is.demand));
  compare('grant', grantWords(was.grant), grantWords(is.grant));
  return found;
}

/** `The policy is version 42 now; version 41 was shown.` */
export function differenceSentence({ what, was, is }: ApprovalDifference): string {
  return `The ${NAMES[what]} is ${is} now; ${was} was shown.`;
}

const NAMES: Record<ApprovalDifference['what'], string> = {
  policy: 'policy',
  rule: 'rule that asks',
  risk: 'class of the tool',
  definition: 'tool definition',
  grant: 'grant',
  agent: 'agent',
  owner: 'owner of the agent',
  server: 'server',
  arguments: 'digest of the arguments',
  inputs: 'digest of what is sent beside the arguments',
  tool: 'tool',
};

const riskWords = ({ category, level }: ApprovalBinding['risk']): string => `${category}, ${level} risk`;
const demandWords = ({ rule, approvers, count }: ApprovalBinding['demand']): string => `${rule} (${count} of ${approvers.join(', ')})`;

function grantWords({ id, scopes, purpose }: ApprovalBinding['grant']): string {
  const parts = [id, scopes.length === 0 ? 'no scopes' : `scopes ${scopes.join(', ')}`];
  if (purpose !== null) parts.push(`purpose "${purpose}"`);
  return parts.join(', ');
}

const short = (digest: string | null): string => (digest === null ? '(none)' : digest.slice(0, 12));

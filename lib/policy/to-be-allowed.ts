import type { CallFacts, Catalogue, Decision } from '@/lib/domain/decision';
import type { Json, JsonObject } from '@/lib/kernel/json';
import { type PlaceFacts, placeFacts, placeWords } from './allow/places';
import type { CompiledPolicy } from './compiled-policy';
import { applyCounters } from './decide-with-counters';
import { undeclaredArgument, withDeclaredArguments } from './declared-arguments';

/** One way on for a refused call. */
export interface Suggestion {
  /** `amount ≤ 100`, `give reason and amount ≤ 100`; for `never`, why no arguments help. */
  readonly text: string;
  /** What the call would come to. */
  readonly outcome: 'allowed' | 'needs_approval' | 'never';
  /** Arguments that were tried and came to it; null for `never`. */
  readonly example: JsonObject | null;
}

const CHANGES_MAX = 6;

/**
 * The nearest changes of a refused call's arguments with which it would be allowed, and with which a person would be asked.
 * Computed from the rules that look at the call; every answer was tried on the engine with the example it carries. `used` says
 * what counters stand at.
 */
export function toBeAllowed(
  policy: CompiledPolicy,
  call: CallFacts,
  catalogue: Catalogue,
  used: (key: string) => number | undefined = () => 0,
): readonly Suggestion[] {
  const tool = catalogue.get(call.tool);
  const decide = (args: JsonObject): Decision =>
    withDeclaredArguments(applyCounters(policy.decide({ ...call, args }, catalogue), used), args, tool);
  const search: Search = { call, decide, schema: tool?.inputSchema ?? null, used };
  const first = decide(call.args);
  if (first.outcome === 'allowed') return [];
  const found: Suggestion[] = [];
  for (const target of ['allowed', 'needs_approval'] as const) {
    if (first.outcome === target) continue;
    const suggestion = towards(target, search);
    if (suggestion !== null) found.push(suggestion);
  }
  if (found.length === 0 && first.outcome !== 'needs_approval')
    found.push({ text: obstacle(first, call), outcome: 'never', example: null });
  return found;
}

interface Search {
  readonly call: CallFacts;
  readonly decide: (args: JsonObject) => Decision;
  readonly schema: JsonObject | null;
  readonly used: (key: string) => number | undefined;
}

interface Found {
  readonly args: JsonObject;
  readonly facts: PlaceFacts;
  readonly value: Json | undefined;
}

/** Repairs what refuses, one place after another, until the call comes to the target. */
function towards(target: 'allowed' | 'needs_approval', search: Search): Suggestion | null {
  let args = search.call.args;
  const changed = new Map<string, Found>();
  const left: string[] = [];
  for (let i = 0; i < CHANGES_MAX; i += 1) {
    const decision = search.decide(args);
    if (decision.outcome === target && !decision.observed)
      return { text: inWords(search, args, changed, left, target), outcome: target, example: args };
    const undeclared = decision.reason === 'argument.undeclared' ? undeclaredArgument(args, search.schema) : null;
    if (undeclared !== null) {
      args = Object.fromEntries(Object.entries(args).filter(([key]) => key !== undeclared));
      left.push(undeclared);
      continue;
    }
    const next = repair(decision, args, target, search);
    if (next === null) return null;
    args = next.args;
    changed.set(next.facts.place.path, next);
  }
  return null;
}

/** The nearest value at one of the places that the deciding rule looks at, with which that rule no longer decides. */
function repair(decision: Decision, args: JsonObject, target: 'allowed' | 'needs_approval', search: Search): Found | null {
  const paths = new Set(
    decision.trace.filter((step) => step.rule === decision.rule && step.tool === search.call.tool).map((step) => step.path),
  );
  let best: { readonly found: Found; readonly score: number } | null = null;
  for (const path of paths) {
    const facts = path === undefined ? null : placeFacts(path, decision, args, search.schema, leftOf(decision, path, search));
    if (facts === null) continue;
    const actual = facts.place.read(args);
    for (const value of facts.candidates) {
      const tried = facts.place.put(args, value);
      const came = tried === null ? null : search.decide(tried);
      if (tried === null || came === null || (came.rule === decision.rule && came.outcome === decision.outcome)) continue;
      const score =
        (came.outcome === target ? 0 : came.passes || came.outcome === 'needs_approval' ? 1e12 : 2e12) + distance(actual, value);
      if (best === null || score < best.score) best = { found: { args: tried, facts, value }, score };
    }
  }
  return best?.found ?? null;
}

/** Numbers that matter to a limit which counts an argument: what is left in its window, and none at all. */
function leftOf(decision: Decision, path: string, { used }: Search): readonly number[] {
  const rules = new Set(decision.trace.filter((step) => step.stage === 'limit' && step.path === path).map((step) => step.rule));
  if (rules.size === 0) return [];
  const left = decision.charges.filter((charge) => rules.has(charge.rule)).map((charge) => charge.max - (used(charge.key) ?? 0));
  return [0, ...left.filter((amount) => amount >= 0)];
}

function distance(from: Json | undefined, to: Json | undefined): number {
  if (typeof from === 'number' && typeof to === 'number') return Math.min(1e9, Math.abs(from - to));
  // Saying something else is nearer than saying nothing.
  return to === undefined ? 1e10 : typeof from === typeof to ? 1 : 2;
}

function inWords(search: Search, args: JsonObject, changed: ReadonlyMap<string, Found>, left: readonly string[], target: string): string {
  const parts = [...changed.values()].map(({ facts, value }) => {
    const works = (other: Json): boolean => {
      const tried = facts.place.put(args, other);
      const came = tried === null ? null : search.decide(tried);
      return came !== null && came.outcome === target && !came.observed;
    };
    // The final decision has seen every rule; an earlier one may have stopped before some of them.
    const all = placeFacts(facts.place.path, search.decide(args), args, search.schema, facts.points) ?? facts;
    return placeWords({ ...all, named: [...new Set([...facts.named, ...all.named])] }, value, facts.place.read(search.call.args), works);
  });
  return [...left.map((key) => `leave out ${key}`), ...parts].join(' and ');
}

function obstacle(decision: Decision, call: CallFacts): string {
  const inner = decision.tools.length > 1 ? decision.tools.at(-1) : undefined;
  if (decision.outcome === 'hidden') return 'Cannot be allowed with other arguments: the tool is hidden.';
  if (decision.reason === 'policy.default_deny')
    return 'Cannot be allowed with other arguments: the tool is not listed, and what is not listed is denied.';
  if (decision.reason === 'policy.action_deny' || decision.reason === 'policy.risk_deny')
    return `Cannot be allowed with other arguments: ${inner === undefined ? 'the tool' : inner} is denied.`;
  if (decision.reason.startsWith('tool.')) return 'Cannot be allowed with other arguments: the tool is not in use on this server.';
  if (decision.outcome === 'limited') return 'Cannot be allowed with other arguments now: the limit is used up until it resets.';
  if (inner !== undefined && inner !== call.tool)
    return `No other arguments were found with which it would be allowed: ${inner}, which it would run, decides.`;
  return 'No other arguments were found with which it would be allowed.';
}

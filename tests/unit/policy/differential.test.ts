import { describe, expect, it } from 'vitest';
import type { Decision } from '@/lib/domain/decision';
import { OUTCOMES } from '@/lib/domain/decision';
import { REASONS } from '@/lib/domain/reasons';
import type { Json } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { WINDOW_UNITS } from '@/lib/policy/duration';
import { OPERATORS } from '@/lib/policy/operators/registry';
import { randomCall, randomCatalogue, randomPolicy, Seeded } from './generate-policy';
import { plainCharge } from './naive-charges';
import { type NaiveDecision, naiveDecide } from './naive-evaluator';

/** A million in the long form. */
const PAIRS = process.env.CALLGATE_SOAK === '1' ? 1_000_000 : 50_000;
const CALLS_PER_POLICY = 10;

/** What both must agree on. A sentence that the author did not write is the reason's own. */
function comparable(decision: Decision | NaiveDecision): object {
  const { outcome, passes, observed, reason, rule, tools } = decision;
  const words = outcome === 'allowed' ? null : REASONS[reason as keyof typeof REASONS].words;
  const charges = decision.charges.map((charge) => ('scope' in charge ? plainCharge(charge) : charge));
  return { outcome, passes, observed, reason, rule, tools: [...tools], message: decision.message ?? words, charges };
}

function shuffled(value: Json, r: Seeded): Json {
  if (Array.isArray(value)) return value.map((item) => shuffled(item as Json, r));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Record<string, Json>).map(([key, child]) => ({ key, child: shuffled(child, r), at: r.next() }));
  return Object.fromEntries(entries.sort((a, b) => a.at - b.at).map(({ key, child }) => [key, child]));
}

describe('the engine and the naive evaluator', () => {
  it(`agree on ${PAIRS.toLocaleString('en')} generated pairs of policy and call`, { timeout: 3_600_000 }, () => {
    const seen = new Map<string, number>();
    const judged = new Map<string, number>();
    const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
    for (let seed = 1; seed <= PAIRS / CALLS_PER_POLICY; seed += 1) {
      const r = new Seeded(seed);
      const policy = randomPolicy(r);
      const catalogue = randomCatalogue(r);
      const { policy: compiled, problems } = compilePolicy(JSON.stringify(policy), catalogue);
      if (compiled === null)
        throw new Error(
          `seed ${seed}: the generator wrote a policy that does not compile: ${JSON.stringify(problems.find((p) => p.severity === 'error'))} ${JSON.stringify(policy)}`,
        );
      for (let i = 0; i < CALLS_PER_POLICY; i += 1) {
        const call = randomCall(r);
        const decision = compiled.decide(call, catalogue);
        const ours = comparable(decision);
        const theirs = comparable(naiveDecide(policy, call, catalogue));
        if (JSON.stringify(ours) !== JSON.stringify(theirs))
          expect({ seed, i, policy, call, decision: ours }).toEqual({ seed, i, policy, call, decision: theirs });
        const decided = decision.trace.filter((step) => step.decided === true).length;
        if (decided !== (decision.outcome === 'allowed' ? 0 : 1)) expect(decided, `steps that decided, seed ${seed}, call ${i}`).toBe(1);
        const kind = `${decision.observed ? 'observed ' : ''}${decision.reason}`;
        count(seen, kind);
        count(judged, `tools ${decision.tools.length}`);
        for (const { op, result } of decision.trace) if (op !== undefined) count(judged, `${op} ${result}`);
        for (const { scope, window, align } of decision.charges) {
          count(judged, `scope ${scope}`);
          count(judged, `window ${'unit' in window ? window.unit : 'length'} ${align}`);
        }
      }
    }
    // Pairs that all end alike would agree about nothing: every reason the engine can give must have come up often.
    const reasons = Object.keys(REASONS).filter(
      (reason) =>
        /^(argument\.|dispatch\.|tool\.|policy\.|approval\.needed$)/.test(reason) && !['policy.none', 'policy.stale'].includes(reason),
    );
    expect(reasons.filter((reason) => (seen.get(reason) ?? 0) < PAIRS / 2000)).toEqual([]);
    expect([...seen.keys()].filter((kind) => kind.startsWith('observed ')).length).toBeGreaterThan(5);
    // So must every operator with every verdict it has, every depth of dispatchers, every scope and every window.
    const undecided = (op: string) => (['eq', 'neq', 'type', 'exists'].includes(op) ? [] : [`${op} error`]);
    const wanted = [
      ...[...OPERATORS.keys()].flatMap((op) => [`${op} pass`, `${op} fail`, ...undecided(op)]),
      ...[1, 2, 3, 4].map((tools) => `tools ${tools}`),
      ...['grant', 'agent', 'owner', 'server', 'policy', 'session', 'args.a'].map((scope) => `scope ${scope}`),
      ...[...WINDOW_UNITS, 'length'].flatMap((window) => [
        `window ${window} calendar`,
        ...(window === 'month' ? [] : [`window ${window} sliding`]),
      ]),
    ];
    expect(wanted.filter((kind) => (judged.get(kind) ?? 0) < PAIRS / 5000)).toEqual([]);
  });
});

describe('properties', { timeout: 120_000 }, () => {
  const each = (count: number, check: (r: Seeded, policy: Record<string, Json>, seed: number) => void) => {
    for (let seed = 1; seed <= count; seed += 1) {
      const r = new Seeded(1_000_000 + seed);
      check(r, randomPolicy(r), seed);
    }
  };

  it('adding a rule that denies never turns a refusal into an allow', () => {
    each(1500, (r, policy, seed) => {
      const catalogue = randomCatalogue(r);
      const harder = structuredClone(policy) as Record<string, Record<string, Record<string, Json>>>;
      const names = Object.keys(harder.tools ?? {});
      const extra = r.pick<Record<string, Json>>([
        { path: 'args.a', op: 'exists', value: true },
        { conditions: [] },
        { path: 'args.a', op: 'gt', value: 1 },
      ]);
      if (names.length === 0 || r.chance(0.3)) {
        harder.all_tools ??= {};
        const all = harder.all_tools as unknown as Record<string, Json[]>;
        all.deny_if = [...(all.deny_if ?? []), extra];
      } else {
        const block = (harder.tools as Record<string, Record<string, Json>>)[r.pick(names)] as unknown as Record<string, Json[]>;
        block.deny_if = [...(block.deny_if ?? []), extra];
      }
      const before = compilePolicy(JSON.stringify(policy), null).policy;
      const after = compilePolicy(JSON.stringify(harder), null).policy;
      for (let i = 0; i < 10; i += 1) {
        const call = randomCall(r);
        const was = before?.decide(call, catalogue);
        const is = after?.decide(call, catalogue);
        if (was === undefined || is === undefined) throw new Error(`seed ${seed} does not compile`);
        expect(is.passes && !was.passes, `seed ${seed}, call ${i}`).toBe(false);
        if (!was.observed && !is.observed) expect(OUTCOMES.indexOf(is.outcome)).toBeLessThanOrEqual(OUTCOMES.indexOf(was.outcome));
      }
    });
  });

  it('the order of keys changes neither the decision nor the compiled text', () => {
    each(800, (r, policy, seed) => {
      const catalogue = randomCatalogue(r);
      const one = compilePolicy(JSON.stringify(policy), catalogue);
      const other = compilePolicy(JSON.stringify(shuffled(policy, r)), catalogue);
      expect(other.compiledText, `seed ${seed}`).toBe(one.compiledText);
      for (let i = 0; i < 5; i += 1) {
        const call = randomCall(r);
        const reordered = { ...call, args: shuffled(call.args, r) as Record<string, Json> };
        expect(comparable(other.policy?.decide(reordered, catalogue) as Decision), `seed ${seed}, call ${i}`).toEqual(
          comparable(one.policy?.decide(call, catalogue) as Decision),
        );
      }
    });
  });

  it('unknown means no: a word that the language does not have makes any policy an error, wherever it stands', () => {
    const words = new Map<string, number>();
    each(1500, (r, policy, seed) => {
      const places: { change: () => void; kind: string }[] = [];
      const visit = (value: Json, inValue: boolean): void => {
        if (typeof value !== 'object' || value === null) return;
        if (Array.isArray(value)) for (const item of value) visit(item as Json, inValue);
        else {
          const object = value as Record<string, Json>;
          const isNamed = object === policy.tools;
          if (!inValue && !isNamed)
            places.push({ kind: 'key', change: () => (object[r.pick(['denyIf', 'unknown', 'Require', '__proto_'])] = true) });
          for (const key of ['op', 'window', 'scope', 'align', 'action', 'mode', 'default', 'version'])
            if (typeof object[key] === 'string' && !inValue && !isNamed)
              places.push({ kind: key, change: () => (object[key] = 'no_such_word') });
          for (const [key, child] of Object.entries(object)) visit(child, inValue || (key === 'value' && 'op' in object));
        }
      };
      visit(policy, false);
      const { kind, change } = r.pick(places);
      change();
      words.set(kind, (words.get(kind) ?? 0) + 1);
      expect(compilePolicy(JSON.stringify(policy), null).policy, `seed ${seed}, ${kind}`).toBeNull();
    });
    expect([...words.keys()].sort()).toEqual(['action', 'align', 'default', 'key', 'mode', 'op', 'scope', 'version', 'window']);
  });

  it('a decision depends on nothing but policy, call and catalogue: asking twice, in any order, gives the same', () => {
    each(300, (r, policy) => {
      const catalogue = randomCatalogue(r);
      const { policy: compiled } = compilePolicy(JSON.stringify(policy), catalogue);
      const calls = r.some(8, () => randomCall(r));
      const first = calls.map((call) => JSON.stringify(compiled?.decide(call, catalogue)));
      const again = [...calls]
        .reverse()
        .map((call) => JSON.stringify(compiled?.decide(call, catalogue)))
        .reverse();
      expect(again).toEqual(first);
    });
  });
});

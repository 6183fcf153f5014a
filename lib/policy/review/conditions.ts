import { removal, retesting } from './fixes';
import type { PlacedBlock } from './placed-block';
import type { PlacedCondition } from './places';
import type { Review } from './review-context';
import {
  areExclusive,
  bringsAbout,
  type DenyRule,
  excludesEachOther,
  type Gate,
  implies,
  isNarrower,
  rulesOut,
  type Terms,
  termsOf,
} from './terms';

/** Conditions that contradict each other, swallow each other, or test nothing. */
export function reviewConditions(review: Review): void {
  const everywhere = review.everywhere === null ? null : termsOf(review, review.everywhere);
  for (const placed of review.blocks) {
    reviewTrivial(review, placed);
    // Of a tool that is denied anyway, that is what is said.
    if (placed.block.action === 'deny') continue;
    const own = placed === review.everywhere && everywhere !== null ? everywhere : termsOf(review, placed);
    if (own.gates.length === 0 && own.denials.length === 0) continue;
    reviewBlock(review, own, placed === review.everywhere || everywhere === null ? own : joined(own, everywhere));
  }
}

function joined(own: Terms, everywhere: Terms): Terms {
  return {
    gates: [...own.gates, ...everywhere.gates],
    denials: [...own.denials, ...everywhere.denials],
    approval: [],
  };
}

function reviewBlock(review: Review, own: Terms, all: Terms): void {
  const said = new Set<string>();
  for (const gate of own.gates) if (contradicts(review, gate, all.gates)) return;
  for (const rule of own.denials) if (deniesAlways(review, rule, all.gates)) return;
  for (const gate of own.gates) {
    const stronger = all.gates.find((other) => other !== gate && swallows(all.gates, other, gate) && !said.has(other.at.pointer));
    if (stronger === undefined) continue;
    said.add(gate.at.pointer);
    sayShadowed(review, placeOf(gate.at), stronger.at.rulePointer, `this rule on \`${gate.at.condition.path}\``);
  }
  for (const rule of own.denials) {
    if (said.has(rule.pointer) || rule.terms.length < 2) continue;
    const [a, b] = exclusive(rule);
    if (a !== undefined && b !== undefined) {
      review.say({
        code: 'rule.never',
        pointer: rule.pointer,
        message: `No value of \`${a.at.condition.path}\` fulfils both conditions, so this blocks only calls where it cannot be compared.`,
        hint: 'conditions of one rule hold together; make two rules where either is meant',
        fixes: [removal('Remove the rule', rule.pointer)],
      });
      continue;
    }
    const excluded = all.gates.find((gate) => rule.terms.some((term) => gate.at.rulePointer !== rule.pointer && rulesOut(gate, term)));
    const wider = all.denials.find((other) => other !== rule && !said.has(other.pointer) && isWider(other, rule));
    const winner = excluded?.at.rulePointer ?? wider?.pointer;
    // A rule that is looked at first says its own sentence to the agent, which is worth something.
    const isHeard = winner !== undefined && (rule.terms[0]?.at.rule.on_deny ?? null) !== null && !isBefore(all, winner, rule.pointer);
    if (winner === undefined || isHeard) continue;
    said.add(rule.pointer);
    sayShadowed(review, rule.pointer, winner, 'this rule');
  }
}

function contradicts(review: Review, gate: Gate, gates: readonly Gate[]): boolean {
  const other = gates.find((candidate) => areExclusive(gate, candidate));
  if (other === undefined) return false;
  const { path } = gate.at.condition;
  // The one that stands later is marked: it was probably written without thinking of the first.
  const later = other.at.pointer.startsWith('/all_tools/') ? gate : other;
  const earlier = later === gate ? other : gate;
  const alone = gate === other;
  review.say({
    code: 'rule.contradiction',
    pointer: placeOf(later.at),
    message: alone
      ? `No value of \`${path}\` passes this rule.`
      : `No value of \`${path}\` passes: ${earlier.at.rulePointer} and ${later.at.rulePointer} exclude each other.`,
    hint: 'every call is denied here; change one of the two',
    fixes: alone ? [removal('Remove the rule', placeOf(gate.at))] : eitherOf(placeOf(later.at), placeOf(earlier.at)),
  });
  return true;
}

function deniesAlways(review: Review, rule: DenyRule, gates: readonly Gate[]): boolean {
  if (rule.terms.length < 2) return false;
  const causes = rule.terms.map((term) => gates.find((gate) => gate.at.rulePointer !== rule.pointer && bringsAbout(gate, term)));
  const [cause] = causes;
  if (cause === undefined || causes.includes(undefined)) return false;
  review.say({
    code: 'rule.contradiction',
    pointer: rule.pointer,
    message: `Whatever passes ${cause.at.rulePointer} is blocked by this rule, so no call passes both.`,
    hint: 'every call is denied here; change one of the two',
    fixes: eitherOf(rule.pointer, placeOf(cause.at)),
  });
  return true;
}

function eitherOf(one: string, other: string): ReturnType<typeof removal>[] {
  return [removal(`Remove ${one}`, one), removal(`Remove ${other}`, other)];
}

/** Whether the first refuses all that the second refuses, and the second has nothing of its own: no sentence that is read before. */
function swallows(order: readonly Gate[], first: Gate, second: Gate): boolean {
  if (!isNarrower(first, second)) return false;
  const isSame = isNarrower(second, first);
  const comesLater = order.indexOf(second) > order.indexOf(first);
  if (isSame) return comesLater;
  // `exists` beside a test on the value says that it is required, in words that the agent understands.
  return second.at.condition.op !== 'exists' && second.at.condition.op !== 'type' && (comesLater || second.at.rule.on_deny === null);
}

function isWider(wider: DenyRule, rule: DenyRule): boolean {
  const isImplied = wider.terms.every((b) => rule.terms.some((a) => implies(a, b)));
  const isSame = isImplied && rule.terms.every((a) => wider.terms.some((b) => implies(b, a)));
  return isImplied && (!isSame || wider.pointer < rule.pointer);
}

/** Whether the rule at the first pointer is looked at before the other one. */
function isBefore({ gates, denials }: Terms, first: string, second: string): boolean {
  const order = [
    ...gates.filter(({ at }) => at.stage === 'require').map(({ at }) => at.rulePointer),
    ...denials.map(({ pointer }) => pointer),
  ];
  return !first.startsWith('/all_tools/') && order.indexOf(first) < order.indexOf(second);
}

function exclusive(rule: DenyRule): readonly [] | readonly [DenyRule['terms'][number], DenyRule['terms'][number]] {
  for (const a of rule.terms) for (const b of rule.terms) if (a !== b && excludesEachOther(a, b)) return [a, b];
  return [];
}

function sayShadowed(review: Review, pointer: string, winner: string, what: string): void {
  review.say({
    code: 'rule.shadowed',
    pointer,
    message: `${winner} refuses everything that ${what} would.`,
    hint: 'remove it, or make it the stricter one',
    fixes: [removal('Remove the rule', pointer)],
  });
}

/** What to mark and to take out: the rule where the condition is all of it. */
function placeOf(at: PlacedCondition): string {
  return at.alone ? at.rulePointer : at.pointer;
}

const ANY_PATTERN = /^\^?(?:\(\?s\))?\.\*\$?$/;

/** Conditions that every value, or every text, passes. */
function reviewTrivial(review: Review, placed: PlacedBlock): void {
  for (const at of review.conditionsOf(placed)) {
    const kind = trivialKind(at);
    if (kind === null) continue;
    review.say({
      code: 'rule.always',
      pointer: `${at.pointer}/op`,
      message: `Every ${kind} passes this test${at.stage === 'require' ? '' : ', so it holds for all of them'}.`,
      hint: 'say what is to be tested, or remove it',
      fixes: [
        kind === 'text'
          ? retesting('Test plainly for text', at.pointer, 'type', 'string')
          : retesting('Test plainly that it is there', at.pointer, 'exists', true),
        removal('Remove it', at.stage === 'approval' ? at.pointer : placeOf(at)),
      ],
    });
  }
}

/** What passes such a test without exception; null for a test that tells values apart. */
export function trivialKind({ condition: { op, value } }: Pick<PlacedCondition, 'condition'>): 'text' | 'value' | null {
  if ((op === 'starts_with' || op === 'ends_with') && value === '') return 'text';
  if (op === 'glob' && value === '**') return 'text';
  if (op === 'regex' && typeof value === 'string' && ANY_PATTERN.test(value)) return 'text';
  return op === 'not_in' && Array.isArray(value) && value.length === 0 ? 'value' : null;
}

import type { Catalogue } from '@/lib/domain/decision';
import type { Condition, LimitRule, Mode, PolicyDocument, RuleBlock } from '../../document';
import { ToolRules } from '../../tool-rules';
import { looksAtClock } from '../explain-condition';
import { conditionsOf } from '../explain-policy';
import type { ChangeSentence } from '../explanation';
import { compareDefault, compareEveryTool, compareHidden, compareRiskClasses, compareTools, dispatchers } from './compare-lists';
import { compareTargets } from './compare-targets';

const ORDER = ['loosens', 'tightens', 'neutral'] as const;

/**
 * The differences between two policies in words, what opens access first. `before` is null when nothing is published yet,
 * which denies everything. What cannot be ordered counts as opening: a list without `loosens` means that no call that was
 * refused can pass now. Comments, formatting, descriptions, names and tests are no differences.
 */
export function explainChange(
  before: PolicyDocument | null,
  after: PolicyDocument,
  catalogue: Catalogue | null,
): readonly ChangeSentence[] {
  const policies = { before: before ?? nothing(after), after, catalogue };
  const sentences = [
    ...compareWhole(policies.before, after),
    ...compareDefault(policies),
    ...compareHidden(policies),
    ...compareEveryTool(policies),
    ...compareRiskClasses(policies),
    ...compareTools(policies),
    ...compareTargets(policies.before, after),
    ...unknownTools(policies.before, after, catalogue),
  ];
  const judged = hasMixedCounters(policies.before) || hasMixedCounters(after) ? sentences.map(unordered) : sentences;
  return ORDER.flatMap((effect) => judged.filter((sentence) => sentence.effect === effect));
}

/** Without a policy everything is denied; nothing is said about clocks. */
function nothing({ timezone }: PolicyDocument): PolicyDocument {
  return {
    version: '1',
    description: null,
    default: 'deny',
    mode: 'enforce',
    timezone,
    hide: [],
    all_tools: null,
    risk: {},
    tools: {},
    tests: [],
  };
}

function compareWhole(before: PolicyDocument, after: PolicyDocument): readonly ChangeSentence[] {
  const sentences: ChangeSentence[] = [];
  if (before.mode !== after.mode)
    sentences.push(
      after.mode === 'observe'
        ? { text: 'The policy is only observed: every call passes', pointer: '/mode', effect: 'loosens', in: 'after' }
        : {
            text: 'The policy is enforced, no longer only observed',
            pointer: before.mode === 'observe' ? '' : '/mode',
            effect: 'tightens',
            in: 'after',
          },
    );
  const clocks = (document: PolicyDocument) =>
    conditionsOf(document).some((condition: Condition) => condition.timezone === null && looksAtClock(condition));
  if (before.timezone !== after.timezone && clocks(before) && clocks(after))
    sentences.push({
      text: `Hours and weekdays: ${before.timezone} → ${after.timezone}`,
      pointer: '/timezone',
      effect: 'loosens',
      in: 'after',
    });
  return sentences;
}

/** A policy that names no tool from outside the server lets its dispatchers decide for tools that nobody knows (docs/adr/0003). */
function unknownTools(before: PolicyDocument, after: PolicyDocument, catalogue: Catalogue | null): readonly ChangeSentence[] {
  if (catalogue === null || after.default === 'allow' || dispatchers(catalogue).length === 0) return [];
  if (!new ToolRules(before).namesToolsOutside(catalogue) || new ToolRules(after).namesToolsOutside(catalogue)) return [];
  const text = 'Dispatchers that are listed may run tools that nobody knows, since no tool from outside the server is named any more';
  return [{ text, pointer: '/tools', effect: 'loosens', in: 'after' }];
}

/**
 * Whether a limit that refuses and one that only observes share a counter: then a change to either moves what the other has
 * left, in a direction that depends on the calls.
 */
function hasMixedCounters(document: PolicyDocument): boolean {
  const modes = new Map<string, Set<Mode>>();
  const note = (limits: readonly LimitRule[], block: Mode | null) => {
    for (const limit of limits) {
      const found = modes.get(limit.counter) ?? new Set();
      found.add(limit.mode ?? block ?? document.mode);
      modes.set(limit.counter, found);
    }
  };
  const blocks: readonly RuleBlock[] = [...Object.values(document.risk), ...Object.values(document.tools)];
  for (const block of blocks) note(limitsOf(block), block.mode);
  // Limits for every tool follow the mode of the tool that is called.
  for (const mode of new Set([null, ...blocks.map((block) => block.mode)]))
    if (document.all_tools !== null) note(limitsOf(document.all_tools), mode);
  return [...modes.values()].some((found) => found.size > 1);
}

function limitsOf(block: RuleBlock): readonly LimitRule[] {
  return block.rate_limit === null ? block.limits : [...block.limits, block.rate_limit];
}

function unordered(sentence: ChangeSentence): ChangeSentence {
  return sentence.effect === 'tightens' ? { ...sentence, effect: 'loosens' } : sentence;
}

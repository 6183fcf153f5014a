import type { Catalogue } from '@/lib/domain/decision';
import { CATEGORIES } from '@/lib/domain/risk';
import { EMPTY_BLOCK, type PolicyDocument } from '../../document';
import { compileNameGlob, isGlob } from '../../glob';
import type { ChangeSentence } from '../explanation';
import { toolNameWords } from '../tool-name-words';
import { CATEGORY_WORDS } from '../words';
import { compareBlocks } from './compare-blocks';
import { defaultSide, governorsOf, riskSide, toolSide } from './governors';
import { strongest } from './rule-order';
import { type Comparison, type Side, sayer } from './side';

interface Policies {
  readonly before: PolicyDocument;
  readonly after: PolicyDocument;
  readonly catalogue: Catalogue | null;
}

export function compareEveryTool({ before, after }: Policies): readonly ChangeSentence[] {
  const side = (document: PolicyDocument): Side => ({
    block: document.all_tools ?? EMPTY_BLOCK,
    pointer: '/all_tools',
    policyMode: document.mode,
    origin: 'all_tools',
  });
  return compareBlocks({ subject: 'Every tool', before: side(before), after: side(after), mayDispatch: false });
}

export function compareRiskClasses({ before, after, catalogue }: Policies): readonly ChangeSentence[] {
  return CATEGORIES.filter((category) => before.risk[category] !== undefined || after.risk[category] !== undefined).flatMap((category) =>
    compareBlocks({
      subject: `${CATEGORY_WORDS[category]} tools that are not listed`,
      before: riskSide(before, category),
      after: riskSide(after, category),
      mayDispatch: catalogue === null || dispatchers(catalogue).length > 0,
    }),
  );
}

/** Tools and globs that are listed on either side. One listed on one side only is compared with what decides it on the other. */
export function compareTools(policies: Policies): readonly ChangeSentence[] {
  const { before, after } = policies;
  const keys = [...new Set([...Object.keys(after.tools), ...Object.keys(before.tools)])].sort();
  return keys.flatMap((key) => {
    const [was, is] = [Object.hasOwn(before.tools, key), Object.hasOwn(after.tools, key)];
    if (was && is) return compareBlocks(comparisonOf(key, toolSide(before, key), toolSide(after, key), policies));
    return is ? compareListed(key, policies) : compareUnlisted(key, policies);
  });
}

function comparisonOf(key: string, before: Side, after: Side, { catalogue }: Policies): Comparison {
  const matches = compileNameGlob(key);
  const mayDispatch = catalogue === null || dispatchers(catalogue).some(matches);
  return { subject: toolNameWords(key), before, after, mayDispatch };
}

function compareListed(key: string, policies: Policies): readonly ChangeSentence[] {
  const { before, after } = policies;
  const side = toolSide(after, key);
  const governors = governorsOf(key, before, after, policies.catalogue);
  const found = governors.flatMap((governor) => compareBlocks(comparisonOf(key, governor, side, policies)));
  const extra = governors.every((governor) => governor.origin === 'tools') ? [] : openedToUnknown(key, policies);
  if (governors.length === 1) {
    if (found.length > 0 || extra.length > 0) return [...found, ...extra];
    return listed(key, 'neutral', 'listed now, decided as before', side.pointer, 'after');
  }
  return [...listed(key, strongest(found.map(({ effect }) => effect)), 'has rules of its own now', side.pointer, 'after'), ...extra];
}

function compareUnlisted(key: string, policies: Policies): readonly ChangeSentence[] {
  const { before, after } = policies;
  const side = toolSide(before, key);
  const governors = governorsOf(key, after, before, policies.catalogue);
  const found = governors.flatMap((governor) => compareBlocks(comparisonOf(key, side, governor, policies)));
  if (governors.length === 1)
    return found.length > 0 ? found : listed(key, 'neutral', 'no longer listed, decided as before', side.pointer, 'before');
  return listed(key, strongest(found.map(({ effect }) => effect)), 'no longer has rules of its own', side.pointer, 'before');
}

function listed(
  key: string,
  effect: ChangeSentence['effect'],
  text: string,
  pointer: string,
  side: 'before' | 'after',
): readonly ChangeSentence[] {
  const sentences: ChangeSentence[] = [];
  sayer(toolNameWords(key), sentences)(effect, text, pointer, side);
  return sentences;
}

/** docs/adr/0003: a detected dispatcher that is listed itself decides for inner tools that nobody knows. */
function openedToUnknown(key: string, { after, catalogue }: Policies): readonly ChangeSentence[] {
  if (catalogue === null || after.default === 'allow' || after.tools[key]?.dispatch !== null) return [];
  if (!dispatchers(catalogue).some(compileNameGlob(key))) return [];
  return listed(key, 'loosens', 'may run tools that nobody knows, since it is listed now', toolSide(after, key).pointer, 'after');
}

/** The names of tools that were found to run others. */
export function dispatchers(catalogue: Catalogue): readonly string[] {
  return [...catalogue.values()].filter((tool) => tool.dispatch !== null && tool.dispatch.opaque !== true).map((tool) => tool.name);
}

export function compareHidden({ before, after }: Policies): readonly ChangeSentence[] {
  const sentences: ChangeSentence[] = [];
  const covered = (name: string, by: PolicyDocument) =>
    by.hide.some((entry) => (isGlob(entry) ? compileNameGlob(entry)(name) : entry === name));
  for (const name of before.hide) {
    if (after.hide.includes(name)) continue;
    const still = covered(name, after);
    sayer(toolNameWords(name), sentences)(
      still ? 'neutral' : 'loosens',
      still ? 'still hidden, by another pattern' : 'no longer hidden',
      '/hide',
      'before',
    );
  }
  for (const name of after.hide) {
    if (before.hide.includes(name)) continue;
    const already = covered(name, before);
    sayer(toolNameWords(name), sentences)(
      already ? 'neutral' : 'tightens',
      already ? 'hidden by name, as it was by a pattern' : 'hidden from agents now',
      '/hide',
    );
  }
  return sentences;
}

export function compareDefault({ before, after }: Policies): readonly ChangeSentence[] {
  if (before.default === after.default) return [];
  const [was, is] = [defaultSide(before), defaultSide(after)];
  const opens = is.block.action !== 'deny';
  const sentences: ChangeSentence[] = [];
  sayer('Everything not listed', sentences)(
    opens ? 'loosens' : 'tightens',
    `${was.block.action === 'deny' ? 'denied' : 'allowed'} → ${opens ? 'allowed' : 'denied'}`,
    '/default',
  );
  return sentences;
}

import { PLAIN_RESULTS, type ResultRules } from '@/lib/domain/result-flags';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { PolicyDocument } from '../../document';
import { resultWords } from '../explain-targets';
import type { ChangeSentence } from '../explanation';
import { compareTargetRules, targetSide } from './compare-target-rules';

const TITLES = { resources: 'resources', prompts: 'prompts', server: 'what the server may ask of clients' } as const;

/** What differs beyond tools. Rules where there were none can only refuse more; any other difference counts as opening. */
export function compareTargets(before: PolicyDocument, after: PolicyDocument): readonly ChangeSentence[] {
  const sentences: ChangeSentence[] = [];
  for (const kind of ['resources', 'prompts', 'server'] as const) {
    const [was, is] = [before[kind], after[kind]];
    const what = TITLES[kind];
    if (was === undefined && is !== undefined)
      sentences.push({ text: `There are rules for ${what} now`, pointer: `/${kind}`, effect: 'tightens', in: 'after' });
    else if (was !== undefined && is === undefined)
      sentences.push({
        text: `There are no rules for ${what} any more: all of it passes`,
        pointer: `/${kind}`,
        effect: 'loosens',
        in: 'before',
      });
    else if (was !== undefined && is !== undefined) {
      const found = compareTargetRules(targetSide(kind, before), targetSide(kind, after));
      sentences.push(...found);
      if (found.length === 0 && canonicalJson(was) !== canonicalJson(is))
        sentences.push({ text: `Other rules for ${what}`, pointer: `/${kind}`, effect: 'loosens', in: 'after' });
    }
  }
  const [was, is] = [before.results ?? PLAIN_RESULTS, after.results ?? PLAIN_RESULTS];
  if (canonicalJson(was) !== canonicalJson(is))
    sentences.push({
      text: `Results: ${resultWords(is).join(' ')}`,
      pointer: after.results === undefined ? '' : '/results',
      effect: opens(was, is) ? 'loosens' : 'tightens',
      in: 'after',
    });
  return sentences;
}

function opens(was: ResultRules, is: ResultRules): boolean {
  const schema = ['off', 'flag', 'block'];
  const control = ['pass', 'show', 'strip'];
  return (
    is.max_bytes > was.max_bytes ||
    schema.indexOf(is.schema) < schema.indexOf(was.schema) ||
    control.indexOf(is.control) < control.indexOf(was.control)
  );
}

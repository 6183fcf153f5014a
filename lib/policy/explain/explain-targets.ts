import type { ResultRules } from '@/lib/domain/result-flags';
import { type PolicyDocument, SERVER_ASKS, type TargetRules } from '../document';
import { isGlob } from '../glob';
import { pointerTo } from '../problem';
import { explainBlock } from './explain-block';
import type { ExplanationSection, Sentence } from './explanation';

const ASK_WORDS = {
  sampling: 'Asking the model of the client',
  elicitation: 'Asking the person at the client',
  roots: 'Asking for folders',
} as const;

/** What the policy says of everything that is no tool, in sentences; nothing where it says nothing. */
export function explainTargets(document: PolicyDocument): readonly ExplanationSection[] {
  return [
    ...targets(document.resources, 'resources', 'Resource', document),
    ...targets(document.prompts, 'prompts', 'Prompt', document),
    ...server(document),
    ...results(document),
  ];
}

function targets(
  rules: TargetRules | undefined,
  kind: 'resources' | 'prompts',
  word: string,
  { mode }: PolicyDocument,
): readonly ExplanationSection[] {
  if (rules === undefined) return [];
  const pointer = `/${kind}`;
  const whole: Sentence[] = [
    { text: `${word}s that no rule names are ${rules.default === 'allow' ? 'allowed' : 'denied'}.`, pointer: `${pointer}/default` },
  ];
  if (rules.hide.length > 0)
    whole.push({ text: `Left out of the lists and refused as unknown: ${rules.hide.join(', ')}.`, pointer: `${pointer}/hide` });
  if (rules.all !== null) whole.push(...explainBlock(rules.all, `${pointer}/all`, 'all_tools', mode));
  const names = Object.keys(rules.rules).sort((a, b) => Number(isGlob(a)) - Number(isGlob(b)) || b.length - a.length || (a < b ? -1 : 1));
  return [
    { title: `${word}s`, pointer, sentences: whole },
    ...names.flatMap((name) => {
      const block = rules.rules[name];
      const at = pointerTo(`${pointer}/rules`, name);
      return block === undefined ? [] : [{ title: `${word} ${name}`, pointer: at, sentences: explainBlock(block, at, 'tool', mode) }];
    }),
  ];
}

function server({ server: rules, mode }: PolicyDocument): readonly ExplanationSection[] {
  if (rules === undefined) return [];
  const whole = { text: `What is not named here is ${rules.default === 'allow' ? 'allowed' : 'denied'}.`, pointer: '/server' };
  return [
    { title: 'What the server may ask of clients', pointer: '/server', sentences: [whole] },
    ...SERVER_ASKS.flatMap((ask) => {
      const block = rules.rules[ask];
      const at = pointerTo('/server', ask);
      return block === undefined ? [] : [{ title: ASK_WORDS[ask], pointer: at, sentences: explainBlock(block, at, 'tool', mode) }];
    }),
  ];
}

function results({ results: rules }: PolicyDocument): readonly ExplanationSection[] {
  if (rules === undefined) return [];
  return [{ title: 'Results', pointer: '/results', sentences: resultWords(rules).map((text) => ({ text, pointer: '/results' })) }];
}

/** What happens to answers, in sentences. */
export function resultWords({ max_bytes: bytes, control, schema }: ResultRules): readonly string[] {
  const controls = { pass: 'pass', strip: 'are taken out', show: 'are made visible' }[control];
  const sentences = [`Answers of more than ${bytes.toLocaleString('en')} bytes are withheld.`, `Control characters ${controls}.`];
  if (schema === 'flag') sentences.push('What does not follow its output schema is noted.');
  if (schema === 'block') sentences.push('What does not follow its output schema is withheld.');
  return sentences;
}

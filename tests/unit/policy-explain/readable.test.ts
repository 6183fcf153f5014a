import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Catalogue, CatalogueTool } from '@/lib/domain/decision';
import { explainPolicy } from '@/lib/policy/explain/explain-policy';
import { explanationText } from '@/lib/policy/explain/explanation-markdown';
import { readPolicyText } from '@/lib/policy/read-document';
import { manyTools } from '../../fixtures/upstreams/many-tools';

const FOLDER = 'scripts/demo/policies';
/** Words of the language and of programs, which readers of a policy need not know. Quoted values are the author's own. */
const JARGON = /args\.|deny_if|on_deny|increment_from|_lte|_gte|not_in\b|undefined|\bnull\b|NaN|\[object|\/tools\//;

function explained(text: string, catalogue: Catalogue | null) {
  const { document } = readPolicyText(text);
  if (document === null) throw new Error('does not parse');
  return explainPolicy(document, catalogue);
}

describe('a policy in words', () => {
  const files = readdirSync(FOLDER);

  it.each(files)('%s reads as sentences without jargon', (file) => {
    const { sections } = explained(readFileSync(`${FOLDER}/${file}`, 'utf8'), null);
    const sentences = sections.flatMap((section) => section.sentences.map((sentence) => sentence.text));
    expect(sentences.length).toBeGreaterThan(2);
    for (const sentence of sentences) {
      expect(sentence).toMatch(/^[A-Z][\s\S]*[.:]"?\.?$/);
      expect(sentence.replace(/"(?:[^"\\]|\\.)*"/g, '""')).not.toMatch(JARGON);
    }
  });

  it('says each of 300 tools once, and every sentence leads to a place in the text', () => {
    const names = manyTools(300).map((tool) => (tool as { name: string }).name);
    const text = JSON.stringify({
      version: '1',
      default: 'deny',
      tools: Object.fromEntries(names.map((name) => [name, { require: [{ path: 'args.id', op: 'exists', value: true }] }])),
    });
    const tools: Catalogue = new Map(
      names.map((name): [string, CatalogueTool] => [
        name,
        { name, category: 'write', risk: 'medium', status: 'active', digest: 'd', dispatch: null, inputSchema: null },
      ]),
    );
    const explanation = explained(text, tools);
    const titles = explanation.sections.map((section) => section.title);
    for (const name of names) expect(titles.filter((title) => title === name)).toHaveLength(1);
    const pointers = explanation.sections.flatMap((section) => section.sentences.map((sentence) => sentence.pointer));
    for (const pointer of pointers) expect(pointer === '' || pointer.startsWith('/')).toBe(true);
    expect(explanationText('large', explanation).split('\n').length).toBeGreaterThan(600);
  });
});

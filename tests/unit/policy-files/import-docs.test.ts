import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importPolicy } from '@/lib/policy/import/import-policy';

const docs = (name: string) => readFileSync(fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url)), 'utf8');
const block = (text: string, language: string) => new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)?.[1];

describe('docs/import.md', () => {
  it('shows what the import makes of its example, to the letter', () => {
    const text = docs('import.md');
    const { format, text: made, problems } = importPolicy(block(text, 'yaml') ?? '');
    expect(format).toBe('intercept');
    expect(made).toBe(block(text, 'jsonc'));
    expect(problems.filter((problem) => problem.severity === 'error')).toEqual([]);
  });
});

describe('docs/gitops.md', () => {
  it('names the commands that exist, with the meanings of their exit codes', async () => {
    const { EXIT, usage } = (await import('../../../scripts/cli/arguments.mjs' as string)) as {
      EXIT: Record<string, number>;
      usage: () => string;
    };
    const text = docs('gitops.md');
    const documented = [...text.matchAll(/^\| `((?:policy|server) [a-z]+)/gm)].map((match) => match[1]);
    const known = [...usage().matchAll(/^ {2}((?:policy|server) [a-z]+)/gm)].map((match) => match[1]);
    expect(documented.sort()).toEqual(known.sort());
    expect([...text.matchAll(/^\| ([0-9]) \|/gm)].map((match) => Number(match[1]))).toEqual(Object.values(EXIT));
  });
});

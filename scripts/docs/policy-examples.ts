import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalogue, CatalogueTool } from '@/lib/domain/decision';
import type { Json } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import type { PolicyDocument } from '@/lib/policy/document';
import { parsePolicyText, plainValue } from '@/lib/policy/parse';

/** A policy with the calls that it is explained by: its own `tests`. `x-tools` says what is known of tools that are not plain. */
export interface PolicyExample {
  readonly name: string;
  readonly text: string;
  readonly document: PolicyDocument;
  readonly catalogue: Catalogue;
  /** What its text says of tools that are not plain. */
  readonly tools: readonly Partial<CatalogueTool>[];
}

/** What one operator holds for, does not hold for and cannot judge. */
export interface OperatorExample {
  readonly value: Json;
  readonly holds: readonly Json[];
  readonly fails: readonly Json[];
  readonly undecided?: readonly Json[];
}

/** A text that is no policy, with the code of what is wrong and what the hint says. */
export interface ErrorExample {
  readonly text: string;
  readonly code: string;
  readonly hint?: string;
}

export interface PolicyExamples {
  readonly policies: ReadonlyMap<string, PolicyExample>;
  readonly operators: Readonly<Record<string, OperatorExample>>;
  readonly errors: readonly ErrorExample[];
}

const PLAIN = { category: 'write', risk: 'medium', status: 'active', digest: '', dispatch: null, inputSchema: null } as const;

/** Reads the examples of the policy language from a folder. */
export function readPolicyExamples(folder: string): PolicyExamples {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const names = readdirSync(folder).filter((name) => name.endsWith('.jsonc'));
  return {
    policies: new Map(names.map((file) => [file.replace('.jsonc', ''), exampleOf(file, read(file))])),
    operators: JSON.parse(read('operators.json')) as PolicyExamples['operators'],
    errors: JSON.parse(read('errors.json')) as PolicyExamples['errors'],
  };
}

function exampleOf(name: string, text: string): PolicyExample {
  const { document, problems } = compilePolicy(text, null);
  const { root } = parsePolicyText(text);
  if (document === null || root === null) throw new Error(`${name}: ${JSON.stringify(problems)}`);
  const written = plainValue(root) as { 'x-tools'?: readonly Partial<CatalogueTool>[] };
  const tools = [...Object.keys(document.tools), ...document.tests.flatMap((test) => (test.method === undefined ? [test.tool] : []))].map(
    (tool) => ({ ...PLAIN, name: tool }),
  );
  const own = written['x-tools'] ?? [];
  const known = own.map((tool) => ({ ...PLAIN, name: '', ...tool }));
  return { name, text, document, tools: own, catalogue: new Map([...tools, ...known].map((tool) => [tool.name, tool])) };
}

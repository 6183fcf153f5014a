// `npm run docs:policy`: writes docs/policy-language.md from its template, the language's schema and the examples.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPolicyExamples } from './policy-examples';
import { policyReference } from './policy-reference';

const docs = join(process.cwd(), 'docs');
const template = readFileSync(join(docs, 'templates/policy-language.md'), 'utf8');
writeFileSync(join(docs, 'policy-language.md'), policyReference(template, readPolicyExamples(join(docs, 'examples/policy'))));
console.log('docs/policy-language.md is written.');

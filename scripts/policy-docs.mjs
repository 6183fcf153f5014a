import { bundleEntry } from './prepare.mjs';

await import(await bundleEntry('scripts/docs/write-policy-reference.ts', 'policy-docs.mjs'));

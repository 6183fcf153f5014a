import { askOnRisky } from './ask-on-risky';
import type { ClassifiedTool } from './classified-tool';
import { DENY_ALL } from './deny-all';
import { readOnly } from './read-only';
import { recommendedPolicy } from './recommended-policy';

export type TemplateId = 'ask-on-risky' | 'recommended' | 'read-only' | 'observe' | 'deny-all';

export interface Template {
  readonly id: TemplateId;
  readonly label: string;
  /** What it allows, in one sentence. */
  readonly hint: string;
  /** JSONC with its reasons as comments: text is what is stored and reviewed. Deterministic. */
  text(tools: readonly ClassifiedTool[]): string;
}

/** Where a policy can begin, made from the classified tools of its server; the first is what to take when in doubt. */
export const TEMPLATES: readonly Template[] = [
  {
    id: 'ask-on-risky',
    label: 'Ask on risky',
    hint: 'Reading and changing are allowed; what runs, removes or pays waits for a person',
    text: (tools) => askOnRisky(tools, 'enforce'),
  },
  {
    id: 'recommended',
    label: 'Least privilege',
    hint: 'Every tool of the server listed with the least it needs; new tools are denied',
    text: recommendedPolicy,
  },
  { id: 'read-only', label: 'Read only', hint: 'Tools that read are allowed, everything else is denied', text: readOnly },
  {
    id: 'observe',
    label: 'Observe only',
    hint: 'Decides and records as "ask on risky" would, and lets every call pass',
    text: (tools) => askOnRisky(tools, 'observe'),
  },
  { id: 'deny-all', label: 'Deny everything', hint: 'Nothing is callable until you list it', text: () => DENY_ALL },
];

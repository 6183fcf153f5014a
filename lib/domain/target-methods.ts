import type { TargetKind } from './decision';

/** Requests that are no tool call and that a policy has rules for; the last three are asked by servers. */
export const TARGET_METHODS = ['resources/read', 'prompts/get', 'sampling/createMessage', 'elicitation/create', 'roots/list'] as const;
export type TargetMethod = (typeof TARGET_METHODS)[number];

export interface TargetMethodFacts {
  readonly kind: TargetKind;
  /** What rules call it; null where a request names an address or a prompt. */
  readonly ask: 'sampling' | 'elicitation' | 'roots' | null;
}

const FACTS: Readonly<Record<TargetMethod, TargetMethodFacts>> = {
  'resources/read': { kind: 'resources', ask: null },
  'prompts/get': { kind: 'prompts', ask: null },
  'sampling/createMessage': { kind: 'server', ask: 'sampling' },
  'elicitation/create': { kind: 'server', ask: 'elicitation' },
  'roots/list': { kind: 'server', ask: 'roots' },
};

export function isTargetMethod(method: string): method is TargetMethod {
  return Object.hasOwn(FACTS, method);
}

export function factsOfTarget(method: TargetMethod): TargetMethodFacts {
  return FACTS[method];
}

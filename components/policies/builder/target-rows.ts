import { SERVER_ASKS, type ServerAsk } from '@/lib/policy/document';
import { argumentPaths, type PathOption } from './argument-paths';
import type { BlockView } from './block-view';
import type { PolicyView } from './policy-view';

export const TARGET_KINDS = {
  resources: { title: 'Resources', one: 'resource', every: 'Every resource' },
  prompts: { title: 'Prompts', one: 'prompt', every: 'Every prompt' },
} as const;
export type TargetKind = keyof typeof TARGET_KINDS;

export const ASK_WORDS: Readonly<Record<ServerAsk, string>> = {
  sampling: 'The model (sampling)',
  elicitation: 'The person (elicitation)',
  roots: 'Folders (roots)',
};

/** A rule about something that is no tool. */
export interface TargetPlace {
  readonly pointer: string;
  /** An address or a name as written, or words for what has none. */
  readonly name: string;
  readonly block: BlockView;
}

/** Every rule beyond tools, in the order of the language. */
export function targetPlaces(view: PolicyView): readonly TargetPlace[] {
  const places: TargetPlace[] = [];
  for (const kind of ['resources', 'prompts'] as const) {
    const targets = view[kind];
    if (targets === null) continue;
    if (targets.all !== null) places.push({ pointer: targets.all.pointer, name: TARGET_KINDS[kind].every, block: targets.all });
    for (const { name, block } of targets.rules) places.push({ pointer: block.pointer, name, block });
  }
  for (const ask of SERVER_ASKS) {
    const block = view.server?.[ask] ?? null;
    if (block !== null) places.push({ pointer: block.pointer, name: ASK_WORDS[ask], block });
  }
  return places;
}

/** The rule beyond tools that a place in the policy belongs to; null for what belongs to the policy as a whole. */
export function targetPointerOf(pointer: string): string | null {
  const [, section, part, name] = pointer.split('/');
  if (section === 'server') return SERVER_ASKS.some((ask) => ask === part) ? `/server/${part}` : null;
  if (section !== 'resources' && section !== 'prompts') return null;
  if (part === 'all') return `/${section}/all`;
  return part === 'rules' && name !== undefined ? `/${section}/rules/${name}` : null;
}

/** What a rule is about, in a word or two. */
export function targetWords(pointer: string): string {
  if (pointer.startsWith('/resources/')) return TARGET_KINDS.resources.one;
  return pointer.startsWith('/prompts/') ? TARGET_KINDS.prompts.one : 'asked by the server';
}

/** It speaks of all resources or prompts, and has no state of its own. */
export const isForEvery = (pointer: string): boolean => pointer === '/resources/all' || pointer === '/prompts/all';

const text = { type: 'string' };
/** The arguments of each kind as the protocol has them; those of a prompt are its server's. */
const SCHEMAS = {
  resources: { type: 'object', properties: { uri: { ...text, format: 'uri', description: 'The address as it came' } }, required: ['uri'] },
  sampling: {
    type: 'object',
    properties: {
      maxTokens: { type: 'integer', minimum: 1, description: 'The most tokens of the answer' },
      systemPrompt: text,
      temperature: { type: 'number' },
      includeContext: { ...text, enum: ['none', 'thisServer', 'allServers'] },
      messages: { type: 'array', items: { type: 'object', properties: { role: text, content: { type: 'object' } } } },
    },
    required: ['maxTokens', 'messages'],
  },
  elicitation: {
    type: 'object',
    properties: {
      message: { ...text, description: 'What the person is asked' },
      mode: { ...text, enum: ['form', 'url'] },
      url: { ...text, format: 'uri', description: 'Where the person is sent' },
      requestedSchema: { type: 'object' },
    },
    required: ['message'],
  },
} as const;

/** What rules of this place can look at. */
export function targetPaths(pointer: string): readonly PathOption[] {
  if (pointer.startsWith('/resources/')) return RESOURCE_PATHS;
  if (pointer === '/server/sampling') return SAMPLING_PATHS;
  return pointer === '/server/elicitation' ? ELICITATION_PATHS : [];
}

const RESOURCE_PATHS = argumentPaths(SCHEMAS.resources);
const SAMPLING_PATHS = argumentPaths(SCHEMAS.sampling);
const ELICITATION_PATHS = argumentPaths(SCHEMAS.elicitation);

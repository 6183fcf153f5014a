import type { TargetDecision, TargetKind } from '@/lib/domain/decision';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import type { Message } from './wire/json-rpc';

/** What a request is about that is governed and no tool call. */
export interface NamedTarget {
  readonly kind: TargetKind;
  /** The address of a resource, the name of a prompt, or what a server asks for: `sampling`, `elicitation`, `roots`. */
  readonly name: string;
  /** What conditions find under `args`. */
  readonly args: JsonObject;
  /** false: decided like the real thing, and counted by no limit. */
  readonly charged: boolean;
}

/** The same with what the policy says of it. */
export interface GovernedTarget extends NamedTarget {
  /** null: the policy does not speak of this kind. */
  readonly decision: TargetDecision | null;
  /** Written into the record. */
  readonly shown: string;
}

const NOTHING: JsonObject = Object.freeze({});

/** The kind of what a request is about; null for requests that no policy speaks of. */
export function targetKindOf({ method, params }: Message): Exclude<TargetKind, 'server'> | null {
  switch (method) {
    case 'resources/read':
    case 'resources/subscribe':
      return 'resources';
    case 'prompts/get':
      return 'prompts';
    case 'completion/complete': {
      const type = isJsonObject(params?.ref) ? params.ref.type : undefined;
      return type === 'ref/prompt' ? 'prompts' : type === 'ref/resource' ? 'resources' : null;
    }
    default:
      return null;
  }
}

/** What a request of this kind is about; null when it does not say so in the way the specification has it. */
export function namedTarget(message: Message, kind: 'resources' | 'prompts'): NamedTarget | null {
  const params = message.params ?? NOTHING;
  const completes = message.method === 'completion/complete';
  const from = completes ? (params.ref as JsonObject) : params;
  if (kind === 'resources') {
    const { uri } = from;
    return typeof uri === 'string' ? { kind, name: uri, args: { uri }, charged: message.method === 'resources/read' } : null;
  }
  const { name } = from;
  const args = completes ? completedArguments(params) : objectOr(params.arguments);
  return typeof name === 'string' && args !== null ? { kind, name, args, charged: !completes } : null;
}

/** The arguments so far, with the one that is being written. */
function completedArguments(params: JsonObject): JsonObject | null {
  const context = isJsonObject(params.context) ? params.context : NOTHING;
  const before = objectOr(context.arguments);
  const { argument } = params;
  if (before === null || !isJsonObject(argument) || typeof argument.name !== 'string') return null;
  return { ...before, [argument.name]: argument.value ?? null };
}

function objectOr(value: Json | undefined): JsonObject | null {
  if (value === undefined) return NOTHING;
  return isJsonObject(value) ? value : null;
}

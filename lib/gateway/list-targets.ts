import type { TargetKind } from '@/lib/domain/decision';
import { isJsonObject, type Json } from '@/lib/kernel/json';
import type { Result } from '@/lib/kernel/result';
import type { CompiledPolicy } from '@/lib/policy/compiled-policy';
import type { Denial } from './denial';
import { filteredList } from './filtered-list';
import type { ForwardContext } from './forward-context';
import { relayRequest } from './relay';
import type { GatewayResponse } from './request';
import type { Granted } from './stages/grant';
import { privately } from './wire/tools-list';

interface TargetList {
  readonly kind: TargetKind;
  /** The member of the result that is the list, and the member of its items that rules are found by. */
  readonly items: string;
  readonly name: string;
}

const LISTS: Readonly<Record<string, TargetList>> = {
  'resources/list': { kind: 'resources', items: 'resources', name: 'uri' },
  'resources/templates/list': { kind: 'resources', items: 'resourceTemplates', name: 'uriTemplate' },
  'prompts/list': { kind: 'prompts', items: 'prompts', name: 'name' },
};

/** Lists of resources, templates and prompts without what the policy hides; byte for byte where it hides none of them. */
export function listTargets(call: Granted, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  const list = LISTS[call.message.method];
  const policy = call.policy?.compiled;
  if (list === undefined || policy === undefined || !policy.hidesSome(list.kind)) return relayRequest(call, context);
  return filteredList(call, context, (message) => withoutHidden(message, list, policy), 'The server gave no readable list.');
}

function withoutHidden(message: Json, { kind, items, name }: TargetList, policy: CompiledPolicy): Json {
  if (!isJsonObject(message) || !isJsonObject(message.result) || message.result[items] === undefined) return message;
  const all = message.result[items];
  const shown = Array.isArray(all) ? (all as readonly Json[]).filter((item) => isShown(item)) : [];
  return { ...message, result: privately({ ...message.result, [items]: shown }) };

  function isShown(item: Json): boolean {
    const named = isJsonObject(item) ? item[name] : undefined;
    return typeof named === 'string' && !policy.hidesTarget(kind, named);
  }
}

import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import type { RequestFacts } from './facts';
import type { AskedApproval } from './ports';
import type { Message } from './wire/json-rpc';

/** What a client of the stateless revision sends back, to say that it has shown where to decide. It proves nothing and opens nothing. */
const STATE_PREFIX = 'callgate.approval:';
const META_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
/** The one stateful revision that knows elicitation by URL. */
const URL_VERSION = '2025-11-25';

/**
 * How this client shows a person where to decide, when it declared that it can open a URL: a question on the stream of
 * the held call, or an answer that asks for input. null: the client is told in the result alone.
 */
export function promptOf(call: RequestFacts): 'stream' | 'result' | null {
  if (call.era === 'modern') {
    const declared = (call.message?.params?._meta as JsonObject | undefined)?.[META_CAPABILITIES];
    return call.prompted || !opensUrls(declared) ? null : 'result';
  }
  const { session } = call;
  if (session === null || session.version !== URL_VERSION || !opensUrls(session.upstream.profile.capabilities)) return null;
  return 'stream';
}

function opensUrls(capabilities: Json | undefined): boolean {
  if (!isJsonObject(capabilities) || !isJsonObject(capabilities.elicitation)) return false;
  return isJsonObject(capabilities.elicitation.url);
}

/** The parameters of `elicitation/create`, of either revision. */
export function promptParams(call: RequestFacts, asked: AskedApproval, publicUrl: string): JsonObject {
  const policy = call.policy === null ? 'The policy' : `Policy ${call.policy.slug}`;
  return {
    mode: 'url',
    elicitationId: asked.id,
    url: `${publicUrl}/approvals/${asked.id}`,
    message: `${policy} asks a person to approve a call of the tool ${String(call.message?.params?.name ?? '')}. Open the page to review and decide.`,
  };
}

export const promptState = (asked: AskedApproval): string => `${STATE_PREFIX}${asked.id}`;

/** A retry that answers our own question: its answer is for us, so it goes neither into the decision nor to the server. */
export function withoutPrompt(message: Message): Message | null {
  if (message.kind !== 'request' || message.method !== 'tools/call') return null;
  const { requestState, inputResponses: _ours, ...params } = message.params ?? {};
  if (typeof requestState !== 'string' || !requestState.startsWith(STATE_PREFIX)) return null;
  return { ...message, params };
}

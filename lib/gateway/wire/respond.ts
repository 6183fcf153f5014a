import { type ApprovalPlace, approvalSentence } from '@/lib/domain/approval/approval-words';
import { REASONS } from '@/lib/domain/reasons';
import { anomalySentence, killSentence, refusalKind, refusalSentence } from '@/lib/domain/refusal-words';
import type { Json } from '@/lib/kernel/json';
import { promptParams, promptState } from '../approval-prompt';
import { ruleOf } from '../audit';
import { type Denial, wordsOf } from '../denial';
import { type RequestFacts, rpcIdOf, toolOf } from '../facts';
import type { GatewayResponse } from '../request';

/** JSON-RPC code of a method other than a call that failed behind the gateway. */
const INTERNAL_ERROR = -32603;
const DENIED = 403;
const LIMITED = 429;

/**
 * Every refusal becomes wire bytes here and nowhere else. A refused tool call is a result that the model reads; what the
 * model cannot mend is a JSON-RPC error, with an HTTP status where the transport has one for it.
 */
export function refusalResponse(facts: RequestFacts, denial: Denial, event: string | null, publicUrl: string): GatewayResponse {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (event !== null) headers['x-callgate-event'] = event;
  const { wire, http, rpc } = REASONS[denial.reason];
  const isCall = facts.message?.kind === 'request' && facts.message.method === 'tools/call';
  switch (wire) {
    case 'unknown_tool':
      return { status: 200, headers, body: unknownText(facts, rpc ?? -32602) };
    case 'invalid_params':
      return { status: 200, headers, body: errorText(facts, rpc ?? -32602, wordsOf(denial), dataOf(denial, event)) };
    case 'tool_result':
      if (isCall) return { status: 200, headers, body: toolResultText(facts, denial, event, publicUrl) };
      // Without an id there is no in-band answer, so the status has to say it.
      return {
        status: rpcIdOf(facts) === null ? (denial.http ?? 502) : 200,
        headers,
        body: errorText(facts, rpcCodeOf(denial), wordsOf(denial), dataOf(denial, event)),
      };
    default:
      addHttpHeaders(headers, facts, denial, publicUrl);
      return {
        status: denial.http ?? http,
        headers,
        body: errorText(facts, denial.rpc ?? rpc ?? -32600, wordsOf(denial), dataOf(denial, event)),
      };
  }
}

/** The same bytes for what is not there and for what may not be seen. */
function unknownText(facts: RequestFacts, code: number): string {
  const { target } = facts;
  if (target === null) return errorText(facts, code, `Unknown tool: ${toolOf(facts) ?? ''}`, null);
  if (target.kind === 'prompts') return errorText(facts, code, `Unknown prompt: ${target.name}`, null);
  return errorText(facts, code, 'Resource not found', { uri: target.name });
}

/** What a method other than a call is refused with: by policy 403 and by a limit 429, as other gateways do; else a fault. */
function rpcCodeOf({ reason }: Denial): number {
  const { rpc } = REASONS[reason];
  if (rpc !== undefined) return rpc;
  if (reason === 'limit.exhausted') return LIMITED;
  return refusalKind(reason) === 'unavailable' && !reason.startsWith('result.') ? INTERNAL_ERROR : DENIED;
}

function addHttpHeaders(headers: Record<string, string>, facts: RequestFacts, denial: Denial, publicUrl: string): void {
  const status = denial.http ?? REASONS[denial.reason].http;
  if (status === 401) {
    const presented = denial.reason === 'identity.missing' ? '' : ', error="invalid_token"';
    headers['www-authenticate'] = `Bearer resource_metadata="${metadataOf(facts, publicUrl)}"${presented}`;
  }
  if (denial.reason === 'identity.insufficient_scope') {
    const scope = String(denial.data?.scope ?? '').replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '');
    headers['www-authenticate'] =
      `Bearer error="insufficient_scope", scope="${scope}", resource_metadata="${metadataOf(facts, publicUrl)}"`;
  }
  if (status === 405) headers.allow = 'POST, GET, DELETE';
  if (status === 503) headers['retry-after'] = '1';
}

/** RFC 9728: where the endpoint says whose tokens it takes. */
function metadataOf({ slug }: RequestFacts, publicUrl: string): string {
  return `${publicUrl}/.well-known/oauth-protected-resource/mcp${slug === '' ? '' : `/${slug}`}`;
}

function dataOf(denial: Denial, event: string | null): Json {
  return {
    reason: denial.reason,
    ...(event === null ? null : { event }),
    ...(denial.retryAfterMs === null
      ? null
      : { retryAfterMs: denial.retryAfterMs, retryAfterSeconds: Math.ceil(denial.retryAfterMs / 1000) }),
    ...denial.data,
  };
}

/** The text that answers this request in the place of a result: for a call what the model reads, else a JSON-RPC error. */
export function answerText(facts: RequestFacts, denial: Denial, event: string | null, publicUrl: string): string {
  if (facts.message?.method === 'tools/call') return toolResultText(facts, denial, event, publicUrl);
  return errorText(facts, rpcCodeOf(denial), wordsOf(denial), dataOf(denial, event));
}

/** The text of a JSON-RPC error that answers this request. */
export function errorText(facts: RequestFacts, code: number, message: string, data: Json): string {
  const error = data === null ? { code, message } : { code, message, data };
  return JSON.stringify({ jsonrpc: '2.0', id: rpcIdOf(facts), error });
}

/** The text of a tool result that tells the model why nothing was, or perhaps was, done. */
export function toolResultText(facts: RequestFacts, denial: Denial, event: string | null, publicUrl: string): string {
  const outcome = refusalKind(denial.reason);
  const decision = {
    outcome,
    reason: denial.reason,
    rule: denial.rule ?? (outcome === 'unavailable' && facts.decision !== null ? facts.decision.rule : ruleOf(facts, denial)),
    event,
    policy: facts.policy?.slug ?? null,
    version: facts.policy?.version ?? null,
    retryAfterMs: denial.retryAfterMs,
    approval: outcome === 'needs_approval' ? approvalOf(denial, publicUrl) : null,
  };
  if (denial.prompt && denial.approval !== null) {
    const prompt = { method: 'elicitation/create', params: promptParams(facts, denial.approval, publicUrl) };
    const asking = { resultType: 'input_required', inputRequests: { approval: prompt }, requestState: promptState(denial.approval) };
    return JSON.stringify({ jsonrpc: '2.0', id: rpcIdOf(facts), result: { ...asking, _meta: { 'dev.callgate/decision': decision } } });
  }
  const result = {
    ...(facts.era === 'modern' ? { resultType: 'complete' } : null),
    content: [{ type: 'text', text: sentenceOf(facts, denial, publicUrl) }],
    isError: true,
    _meta: { 'dev.callgate/decision': decision },
  };
  return JSON.stringify({ jsonrpc: '2.0', id: rpcIdOf(facts), result });
}

/** Where people decide on it, and until when they can. */
export function approvalOf({ approval }: Denial, publicUrl: string): ApprovalPlace | null {
  if (approval === null) return null;
  return { id: approval.id, url: `${publicUrl}/approvals/${approval.id}`, expiresAt: new Date(approval.expiresAtMs).toISOString() };
}

function sentenceOf(facts: RequestFacts, denial: Denial, publicUrl: string): string {
  const { reason, retryAfterMs } = denial;
  const words = wordsOf(denial);
  if (reason === 'kill.engaged' || reason === 'kill.cancelled') return killSentence(reason, words);
  if (reason.startsWith('anomaly.')) return anomalySentence(words, retryAfterMs);
  if (!reason.startsWith('approval.')) return refusalSentence(refusalKind(reason), words, retryAfterMs);
  return approvalSentence(reason, words, { retryAfterMs, policy: facts.policy?.slug ?? null, place: approvalOf(denial, publicUrl) });
}

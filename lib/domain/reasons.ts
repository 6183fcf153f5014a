/** Who has to act for the same call to succeed. */
export type ReasonOwner = 'agent' | 'policy' | 'operator' | 'upstream';

export interface ReasonFacts {
  readonly owner: ReasonOwner;
  /** How the refusal looks on the wire; `tool_result` is HTTP 200 with `isError: true`. */
  readonly wire: 'tool_result' | 'unknown_tool' | 'invalid_params' | 'http' | 'passes';
  readonly http: number;
  /** JSON-RPC code, when the answer is a JSON-RPC error. */
  readonly rpc?: number;
  readonly retry: 'never' | 'later' | 'after_change';
  /** The public sentence; says what and what to do, never a secret and never the caller's own text. */
  readonly words: string;
}

const define = <K extends string>(table: Record<K, ReasonFacts>): Record<K, ReasonFacts> => table;

/** The closed list of why a call was let through or refused. Each has a case in tests and a section in docs/failure-modes.md. */
export const REASONS = define({
  'policy.allowed': { owner: 'policy', wire: 'passes', http: 200, retry: 'never', words: 'Allowed by policy.' },
  'policy.default_allow': { owner: 'policy', wire: 'passes', http: 200, retry: 'never', words: 'Allowed: the policy allows tools it does not list.' },
  'policy.default_deny': { owner: 'policy', wire: 'tool_result', http: 200, retry: 'after_change', words: 'The policy does not list this tool, and what is not listed is denied.' },
  'policy.action_deny': { owner: 'policy', wire: 'tool_result', http: 200, retry: 'after_change', words: 'The policy denies this tool.' },
  'policy.risk_deny': { owner: 'policy', wire: 'tool_result', http: 200, retry: 'after_change', words: 'The policy denies tools of this risk class.' },
  'policy.none': { owner: 'operator', wire: 'tool_result', http: 200, retry: 'after_change', words: 'This grant has no published policy, and without a policy everything is denied.' },
  'policy.hidden': { owner: 'policy', wire: 'unknown_tool', http: 200, rpc: -32602, retry: 'never', words: 'Unknown tool' },
  'argument.required': { owner: 'agent', wire: 'tool_result', http: 200, retry: 'after_change', words: 'A required condition on the arguments does not hold.' },
  'argument.denied': { owner: 'agent', wire: 'tool_result', http: 200, retry: 'after_change', words: 'The arguments meet a condition that the policy denies.' },
  'argument.undeclared': { owner: 'agent', wire: 'invalid_params', http: 200, rpc: -32602, retry: 'after_change', words: 'Invalid arguments: an argument is not declared by the tool.' },
  'argument.uncountable': { owner: 'agent', wire: 'tool_result', http: 200, retry: 'after_change', words: 'The amount that a limit counts is not a number of zero or more.' },
  'dispatch.malformed': { owner: 'agent', wire: 'invalid_params', http: 200, rpc: -32602, retry: 'after_change', words: 'Invalid arguments: the tool to run or its arguments are malformed.' },
  'dispatch.unknown_tool': { owner: 'policy', wire: 'tool_result', http: 200, retry: 'after_change', words: 'The policy does not grant the tool that this call would run.' },
  'dispatch.too_deep': { owner: 'agent', wire: 'tool_result', http: 200, retry: 'after_change', words: 'The call runs tools through more than 3 dispatchers.' },
  'limit.exhausted': { owner: 'policy', wire: 'tool_result', http: 200, retry: 'later', words: 'A limit of the policy is used up.' },
  'approval.needed': { owner: 'policy', wire: 'tool_result', http: 200, retry: 'later', words: 'A person has to approve this call.' },
  'tool.unknown': { owner: 'agent', wire: 'unknown_tool', http: 200, rpc: -32602, retry: 'never', words: 'Unknown tool' },
  'tool.pending': { owner: 'operator', wire: 'unknown_tool', http: 200, rpc: -32602, retry: 'after_change', words: 'Unknown tool' },
  'tool.quarantined': { owner: 'operator', wire: 'unknown_tool', http: 200, rpc: -32602, retry: 'after_change', words: 'Unknown tool' },
  'identity.missing': { owner: 'agent', wire: 'http', http: 401, rpc: -32001, retry: 'after_change', words: 'A grant token is required: Authorization: Bearer cg_….' },
  'identity.malformed': { owner: 'agent', wire: 'http', http: 401, rpc: -32001, retry: 'after_change', words: 'The credential is not a grant token.' },
  'identity.unknown': { owner: 'agent', wire: 'http', http: 401, rpc: -32001, retry: 'after_change', words: 'The grant token is not known.' },
  'identity.expired': { owner: 'agent', wire: 'http', http: 401, rpc: -32001, retry: 'after_change', words: 'The grant has expired.' },
  'identity.revoked': { owner: 'agent', wire: 'http', http: 401, rpc: -32001, retry: 'after_change', words: 'The grant was revoked.' },
  'identity.owner_disabled': { owner: 'operator', wire: 'http', http: 401, rpc: -32001, retry: 'after_change', words: 'The owner of this agent is no longer active.' },
  'identity.in_url': { owner: 'agent', wire: 'http', http: 401, rpc: -32001, retry: 'after_change', words: 'A credential in the URL is refused; send it in the Authorization header and rotate it.' },
  'grant.not_yet': { owner: 'operator', wire: 'http', http: 403, rpc: -32003, retry: 'later', words: 'The grant is not valid yet.' },
  'grant.other_server': { owner: 'agent', wire: 'http', http: 403, rpc: -32003, retry: 'never', words: 'The grant is for another server.' },
  'grant.agent_suspended': { owner: 'operator', wire: 'http', http: 403, rpc: -32003, retry: 'after_change', words: 'The agent is suspended.' },
  'server.unknown': { owner: 'agent', wire: 'http', http: 404, rpc: -32004, retry: 'never', words: 'No such server.' },
  'server.disabled': { owner: 'operator', wire: 'http', http: 403, rpc: -32003, retry: 'after_change', words: 'The server is disabled.' },
  'request.malformed': { owner: 'agent', wire: 'http', http: 400, rpc: -32700, retry: 'after_change', words: 'The body is not one strict JSON object.' },
  'request.invalid': { owner: 'agent', wire: 'http', http: 400, rpc: -32600, retry: 'after_change', words: 'The body is not one JSON-RPC 2.0 request or notification.' },
  'request.invalid_params': { owner: 'agent', wire: 'http', http: 400, rpc: -32602, retry: 'after_change', words: 'The params are not an object of the shape the method takes.' },
  'request.unknown_method': { owner: 'agent', wire: 'http', http: 404, rpc: -32601, retry: 'never', words: 'Method not found.' },
  'request.too_large': { owner: 'agent', wire: 'http', http: 413, rpc: -32600, retry: 'after_change', words: 'The body is larger than the gateway accepts.' },
  'request.media_type': { owner: 'agent', wire: 'http', http: 415, rpc: -32600, retry: 'after_change', words: 'Send application/json in UTF-8 without a content encoding.' },
  'request.not_acceptable': { owner: 'agent', wire: 'http', http: 406, rpc: -32600, retry: 'after_change', words: 'Accept application/json and text/event-stream.' },
  'request.header_mismatch': { owner: 'agent', wire: 'http', http: 400, rpc: -32020, retry: 'after_change', words: 'The MCP headers do not agree with the body.' },
  'request.unsupported_version': { owner: 'agent', wire: 'http', http: 400, rpc: -32022, retry: 'after_change', words: 'The protocol version is not supported.' },
  'request.origin': { owner: 'agent', wire: 'http', http: 403, rpc: -32003, retry: 'never', words: 'Requests from this origin are refused.' },
  'request.host': { owner: 'agent', wire: 'http', http: 403, rpc: -32003, retry: 'never', words: 'Requests for this host name are refused.' },
  'request.unknown_session': { owner: 'agent', wire: 'http', http: 404, rpc: -32001, retry: 'after_change', words: 'Session not found; initialize again.' },
  'audit.unavailable': { owner: 'operator', wire: 'http', http: 503, rpc: -32010, retry: 'later', words: 'The call cannot be recorded, so it was not made. Nothing was sent.' },
  'policy.stale': { owner: 'operator', wire: 'http', http: 503, rpc: -32010, retry: 'later', words: 'The gateway cannot confirm its policies, so the call was not made. Nothing was sent.' },
  'gateway.draining': { owner: 'operator', wire: 'http', http: 503, rpc: -32010, retry: 'later', words: 'The gateway is shutting down. Nothing was sent.' },
  'upstream.unavailable': { owner: 'upstream', wire: 'tool_result', http: 200, retry: 'later', words: 'The server could not be reached. The call was not made.' },
  'upstream.failed': { owner: 'upstream', wire: 'tool_result', http: 200, retry: 'later', words: 'The server failed while the call was running. Its outcome is unknown.' },
});
export type Reason = keyof typeof REASONS;

import { REASONS, type Reason } from '@/lib/domain/reasons';

/** What whoever sets up a client should do about a refusal. */
const FIXES: Partial<Record<Reason, string>> = {
  'identity.missing': 'Add the header Authorization: Bearer with the token; most clients ignore a misspelt key without a word.',
  'identity.malformed':
    'Put the whole token of this grant into the header; it begins with cg_live_. Check that the variable is set where the client starts.',
  'identity.unknown': 'Use the newest token of this grant. Rotate the grant if it is lost.',
  'identity.expired': 'Give the grant a later end, or make a new grant.',
  'identity.revoked': 'Make a new grant; a revoked one cannot be used again.',
  'identity.owner_disabled': 'Give the agent another owner.',
  'identity.in_url': 'Take the token out of the URL and send it as a header. Rotate the grant, because URLs end up in logs.',
  'identity.jwt': 'Use the token of this grant, or check the issuer of the JWT in Settings.',
  'grant.not_yet': 'Wait, or let the grant begin earlier.',
  'grant.other_server': 'Use the address of this grant; the token is good for one server only.',
  'grant.agent_suspended': 'Activate the agent on its page.',
  'server.unknown': 'Correct the end of the address: /mcp/ and the slug of the server.',
  'server.disabled': 'Enable the server in its settings.',
  'request.origin': 'Pages of other sites may not connect. Connect from outside of a browser, or from a page at PUBLIC_URL.',
  'request.host': 'Use the address that PUBLIC_URL names, or set PUBLIC_URL to the one that clients use.',
  'request.media_type': 'Send Content-Type: application/json, without compression.',
  'request.not_acceptable': 'Send Accept: application/json, text/event-stream.',
  'request.invalid':
    'If the client has a choice of transports, choose Streamable HTTP (often called http). One that knows only SSE needs /sse at the end of the address.',
  'request.unknown_session': 'Connect again: the session ended, or belongs to another grant.',
  'request.too_many': 'Let the client wait for answers before it sends more, and close the streams that it does not read.',
  'request.unsupported_version': 'Let the client fall back to an earlier protocol revision, or update it.',
  'policy.none': 'Give the grant a policy that is published; until then everything is denied.',
  'upstream.unavailable': 'Open the server, press Sync tools, and follow what it says. The client is set up correctly.',
  'upstream.failed': 'Look into the log of the MCP server. The client is set up correctly.',
};

const OTHERWISE = 'Open the event to see what was sent and what answered.';

/** What went wrong, in the gateway's own words, and what to do. */
export function adviceOn(reason: string, message: string | null): { message: string; fix: string } {
  const known = Object.hasOwn(REASONS, reason) ? (reason as Reason) : null;
  return {
    message: message ?? (known === null ? reason : REASONS[known].words),
    fix: (known === null ? undefined : FIXES[known]) ?? OTHERWISE,
  };
}

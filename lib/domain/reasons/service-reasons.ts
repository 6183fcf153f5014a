import { define } from './reason-facts';

/** What is not there: the record, the policies, the gateway itself or the upstream. */
export const SERVICE_REASONS = define({
  'audit.unavailable': {
    owner: 'operator',
    wire: 'http',
    http: 503,
    rpc: -32010,
    retry: 'later',
    words: 'The call cannot be recorded, so it was not made. Nothing was sent.',
  },
  'policy.stale': {
    owner: 'operator',
    wire: 'http',
    http: 503,
    rpc: -32010,
    retry: 'later',
    words: 'The gateway cannot confirm its policies, so the call was not made. Nothing was sent.',
  },
  'gateway.draining': {
    owner: 'operator',
    wire: 'http',
    http: 503,
    rpc: -32010,
    retry: 'later',
    words: 'The gateway is shutting down. Nothing was sent.',
  },
  'upstream.unavailable': {
    owner: 'upstream',
    wire: 'tool_result',
    http: 200,
    retry: 'later',
    words: 'The server could not be reached. The call was not made.',
  },
  'upstream.failed': {
    owner: 'upstream',
    wire: 'tool_result',
    http: 200,
    retry: 'later',
    words: 'The server failed while the call was running. Its outcome is unknown.',
  },
});

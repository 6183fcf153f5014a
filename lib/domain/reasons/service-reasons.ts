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
  'result.too_large': {
    owner: 'upstream',
    wire: 'tool_result',
    http: 200,
    retry: 'after_change',
    words:
      'The call was EXECUTED, and its result was withheld because it is larger than the policy allows. Do not repeat the call; ask for less.',
  },
  'result.invalid': {
    owner: 'upstream',
    wire: 'tool_result',
    http: 200,
    retry: 'never',
    words:
      'The call was EXECUTED, and its result was withheld because it does not follow the output schema of the tool. Do not repeat the call.',
  },
  'result.ask_denied': {
    owner: 'upstream',
    wire: 'tool_result',
    http: 200,
    retry: 'after_change',
    words:
      'The server asked for something that the policy does not let it ask for, so the call did not go on. What it had done by then is UNKNOWN.',
  },
  'upstream.failed': {
    owner: 'upstream',
    wire: 'tool_result',
    http: 200,
    retry: 'later',
    words: 'The server failed while the call was running. Its outcome is unknown.',
  },
});

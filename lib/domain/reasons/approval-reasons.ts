import { define } from './reason-facts';

/** What people say of a call, and what follows from it. */
export const APPROVAL_REASONS = define({
  'approval.needed': { owner: 'policy', wire: 'tool_result', http: 200, retry: 'later', words: 'A person has to approve this call.' },
  'approval.granted': { owner: 'policy', wire: 'passes', http: 200, retry: 'never', words: 'A person approved this call.' },
  'approval.denied': { owner: 'policy', wire: 'tool_result', http: 200, retry: 'never', words: 'A person denied this call.' },
  'approval.expired': {
    owner: 'policy',
    wire: 'tool_result',
    http: 200,
    retry: 'later',
    words: 'Nobody approved this call in time, and what nobody approves is denied.',
  },
  'approval.withdrawn': {
    owner: 'policy',
    wire: 'tool_result',
    http: 200,
    retry: 'later',
    words: 'The approval of this call was taken back.',
  },
  'approval.stale': {
    owner: 'operator',
    wire: 'tool_result',
    http: 200,
    retry: 'later',
    words: 'What was approved is no longer what would run.',
  },
  'approval.consumed': {
    owner: 'agent',
    wire: 'tool_result',
    http: 200,
    retry: 'later',
    words: 'The approval let one call through, and an identical call was first.',
  },
  'approval.running': {
    owner: 'agent',
    wire: 'tool_result',
    http: 200,
    retry: 'later',
    words: 'An identical call was approved and is still running.',
  },
  'approval.replayed': {
    owner: 'policy',
    wire: 'passes',
    http: 200,
    retry: 'never',
    words: 'The answer of an approved call that had not been delivered. Nothing was executed.',
  },
  'approval.backlog': {
    owner: 'agent',
    wire: 'tool_result',
    http: 200,
    retry: 'later',
    words: 'Too many calls of this agent wait for a person already.',
  },
  'approval.paused': {
    owner: 'agent',
    wire: 'tool_result',
    http: 200,
    retry: 'later',
    words: 'Requests of this agent were denied several times in a row, so people are not asked for a while.',
  },
});

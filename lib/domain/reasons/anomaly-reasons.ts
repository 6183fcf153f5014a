import { define } from './reason-facts';

/** What an unusual conduct of an agent leads to; see docs/alerts.md. */
export const ANOMALY_REASONS = define({
  'anomaly.loop': {
    owner: 'agent',
    wire: 'tool_result',
    http: 200,
    retry: 'later',
    words: 'The same call with the same arguments came too often within 5 minutes.',
  },
  'anomaly.paused': {
    owner: 'operator',
    wire: 'tool_result',
    http: 200,
    rpc: -32003,
    retry: 'later',
    words: 'The agent is paused for a while, because its calls were unusual.',
  },
});

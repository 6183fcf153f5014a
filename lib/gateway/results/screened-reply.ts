import { PLAIN_RESULTS, RESULT_BYTES_MAX, type ResultRules } from '@/lib/domain/result-flags';
import { joinFilters, plainFilter, type SecretFilter } from '@/lib/kernel/secret-filter';
import { refuse } from '../denial';
import type { ForwardContext } from '../forward-context';
import { ServerAsks } from '../server-asks';
import type { Granted, GrantedStream } from '../stages/grant';
import type { UpstreamReply } from '../upstream-port';
import { idKey } from '../wire/json-rpc';
import { answerText } from '../wire/respond';
import { MessageScreen, type ScreenedAnswer } from './message-screen';
import { ScreenedEvents } from './screened-events';
import { ScreenedJson } from './screened-json';

/** By these, the result of a tool that was run as a task comes to the client. */
const TASK_RESULTS: ReadonlySet<string> = new Set(['tasks/get', 'tasks/result']);

/** Whatever else a server sends to this client: streams of sessions, lists, answers that are in no record. They may be as large as connections let them be. */
export function screenedReply(
  call: Granted | GrantedStream,
  context: ForwardContext,
  reply: UpstreamReply,
  abort: () => void,
  control: ResultRules['control'] = 'pass',
): Promise<UpstreamReply> {
  const own = TASK_RESULTS.has(call.message?.method ?? '') ? call.policy?.compiled.results : undefined;
  const answer: ScreenedAnswer = {
    flag: (flags, answered) => {
      const id = flags.length === 0 ? null : answered();
      if (id !== null) call.session?.calls.get(idKey(id))?.flag(flags);
    },
    instead: (reason) =>
      own === undefined ? null : answerText(call, refuse(reason, { rule: '/results/max_bytes' }).error, null, context.publicUrl),
  };
  const rules = own ?? { ...PLAIN_RESULTS, max_bytes: RESULT_BYTES_MAX, control };
  return screened(call, context, reply, abort, answer, new ServerAsks(call, context, () => null), rules, null);
}

/** A reply whose messages are looked at before they are handed on. */
export async function screened(
  call: Granted | GrantedStream,
  context: ForwardContext,
  reply: UpstreamReply,
  abort: () => void,
  answer: ScreenedAnswer,
  asks: ServerAsks,
  rules: ResultRules,
  outputSchema: MessageScreenOptions['outputSchema'],
  learn?: MessageScreenOptions['learn'],
): Promise<UpstreamReply> {
  if (reply.body === null) return reply;
  const secrets = await secretsOf(call, context);
  const screen = new MessageScreen({ rules, secrets, outputSchema, answer, learn, asks: asks.screen });
  const stream = reply.contentType?.toLowerCase().startsWith('text/event-stream') === true;
  const body = stream ? new ScreenedEvents(reply.body, screen, abort) : new ScreenedJson(reply.body, screen, abort);
  return { ...reply, body };
}

type MessageScreenOptions = ConstructorParameters<typeof MessageScreen>[0];

/** What must not come back: what this server is given, and the token that the caller showed. */
async function secretsOf(call: Granted | GrantedStream, context: ForwardContext): Promise<SecretFilter | null> {
  const { upstreams, log } = context.ports;
  try {
    return joinFilters([(await upstreams.secretsIn?.(call.server.target)) ?? null, tokenFilter(call.headers.authorization)]);
  } catch (error) {
    // They could be read when the request was sent, a moment ago.
    log.error('the secrets of a server cannot be looked for in its answer', { server: call.server.slug, error: String(error) });
    throw error;
  }
}

/** The server never gets it; a client that wrote it into its arguments may get it back from there. */
function tokenFilter(authorization: string | null): SecretFilter | null {
  return authorization === null ? null : plainFilter(authorization.slice(authorization.indexOf(' ') + 1).trim());
}

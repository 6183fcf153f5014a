import { PLAIN_RESULTS } from '@/lib/domain/result-flags';
import { type RpcId, refuse } from '../denial';
import type { ForwardContext } from '../forward-context';
import { ServerAsks } from '../server-asks';
import type { AdmittedRequest, Settlement } from '../stages/settle';
import type { UpstreamReply } from '../upstream-port';
import { idKey } from '../wire/json-rpc';
import { answerText } from '../wire/respond';
import type { ScreenedAnswer } from './message-screen';
import { screened } from './screened-reply';

/** The answer to a call or to another request that is in the record, looked at on its way. */
export async function screenedAnswer(
  call: AdmittedRequest,
  context: ForwardContext,
  settlement: Settlement,
  reply: UpstreamReply,
  abort: () => void,
): Promise<UpstreamReply> {
  const answer: ScreenedAnswer = {
    flag: (flags, answered) => {
      if (flags.length > 0) ownerOf(call, settlement, answered).flag(flags);
    },
    instead: (reason) => {
      settlement.withheld = reason;
      return answerText(
        call,
        refuse(reason, { rule: reason === 'result.too_large' ? '/results/max_bytes' : '/results/schema' }).error,
        call.event,
        context.publicUrl,
      );
    },
  };
  const asks = new ServerAsks(call, context, (denial) => {
    settlement.flag(['server_request']);
    settlement.withheld = 'result.ask_denied';
    const refused = refuse('result.ask_denied', { rule: denial.rule ?? undefined }).error;
    return answerText(call, refused, call.event, context.publicUrl);
  });
  const rules = call.policy?.compiled.results ?? PLAIN_RESULTS;
  const outputSchema = rules.schema !== 'off' && 'tool' in call ? (call.tool.outputSchema ?? null) : null;
  return screened(call, context, reply, abort, answer, asks, rules, outputSchema, (text) => context.tasks.learn(call, text));
}

/** The call that a message of this stream answers; what answers none is about the call that the stream belongs to. */
function ownerOf(call: AdmittedRequest, settlement: Settlement, answered: () => RpcId | null): Pick<Settlement, 'flag'> {
  if (call.session === null || call.session.calls.size <= 1) return settlement;
  const id = answered();
  return (id === null ? undefined : call.session.calls.get(idKey(id))) ?? settlement;
}

import { UpstreamFailure } from '@/lib/gateway/upstream-port';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { askOf, statefulResult } from './legacy-shape';

/** So often one call may ask its client; a server that never has enough would keep it for ever. */
const ROUNDS_MAX = 16;
const INTERNAL_ERROR = -32603;

export type Outcome = { readonly result: JsonObject } | { readonly error: Json };

export const failed = (code: -32601 | -32602 | -32603, message: string): Outcome => ({ error: { code, message } });

export interface StatelessCall {
  readonly id: Json;
  readonly method: string;
  readonly params: JsonObject;
  /** Headers of the client's hop. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

interface RoundsOptions {
  /** One POST; the messages of its answer. */
  post(call: StatelessCall): AsyncIterable<JsonObject>;
  /** Brings a message to the client. */
  deliver(message: JsonObject): void;
}

/**
 * Calls of the stateless revision for a client of the stateful ones: what the server asks inside of its answer becomes requests to the
 * client, and their answers go out with the same request again.
 */
export class Rounds {
  private readonly asked = new Map<string, (answer: JsonObject) => void>();
  private nextAsk = 1;

  constructor(private readonly options: RoundsOptions) {}

  /** A response of the client; one that nobody waits for is passed over. */
  answered(response: JsonObject): void {
    this.asked.get(String(response.id))?.(response);
  }

  async call(call: StatelessCall): Promise<Outcome> {
    let inputs: JsonObject = {};
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const outcome = await this.once({ ...call, params: { ...call.params, ...inputs } });
      if ('error' in outcome) return outcome;
      const { resultType, inputRequests, requestState } = outcome.result;
      if (resultType !== 'input_required') return statefulOutcome(outcome.result);
      const answers = await this.askAll(isJsonObject(inputRequests) ? inputRequests : {}, call.signal);
      if ('error' in answers) return answers;
      inputs = {
        ...(Object.keys(answers.result).length === 0 ? {} : { inputResponses: answers.result }),
        ...(requestState === undefined ? {} : { requestState }),
      };
    }
    return failed(INTERNAL_ERROR, `The server asked ${ROUNDS_MAX} times and was not content.`);
  }

  /** One POST: what comes before the response goes to the client at once. Throws `UpstreamFailure`. */
  async once(call: StatelessCall): Promise<Outcome> {
    for await (const message of this.options.post(call)) {
      if (typeof message.method !== 'string') {
        if (isJsonObject(message.result)) return { result: message.result };
        return { error: message.error ?? { code: INTERNAL_ERROR, message: 'The server answered with neither result nor error.' } };
      }
      // A server of this revision sends no requests.
      if (message.id === undefined) this.options.deliver(message);
    }
    throw new UpstreamFailure('The upstream ended its answer without a response.', true);
  }

  /** Asks the client everything that the server wants to know, one after the other; the results by their keys, or the first error. */
  private async askAll(requests: JsonObject, signal: AbortSignal): Promise<Outcome> {
    const answers: Record<string, Json> = {};
    for (const [key, request] of Object.entries(requests)) {
      const id = `input-${this.nextAsk++}`;
      const asked = askOf(request, id);
      if (asked === null) return failed(INTERNAL_ERROR, 'The server asked something that is no request.');
      const { result, error } = await this.ask(id, asked, signal);
      if (result === undefined) return { error: error ?? { code: INTERNAL_ERROR, message: 'The client gave no answer.' } };
      answers[key] = result;
    }
    return { result: answers };
  }

  private ask(id: string, asked: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    return new Promise<JsonObject>((resolve, reject) => {
      const leave = (): void => reject(new UpstreamFailure('The call was cancelled.', true));
      signal.addEventListener('abort', leave, { once: true });
      this.asked.set(id, (answer) => {
        signal.removeEventListener('abort', leave);
        resolve(answer);
      });
      this.options.deliver(asked);
    }).finally(() => this.asked.delete(id));
  }
}

function statefulOutcome(result: JsonObject): Outcome {
  const shaped = statefulResult(result);
  return typeof shaped === 'string' ? failed(INTERNAL_ERROR, shaped) : { result: shaped };
}

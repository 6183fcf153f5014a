import type { ResultFlag, ResultRules } from '@/lib/domain/result-flags';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import type { SecretFilter } from '@/lib/kernel/secret-filter';
import type { RpcId } from '../denial';
import { followsSchema } from './check-schema';
import { cleanMessage } from './clean-text';

/** What becomes of one message of a server. */
export type Screened =
  /** As it came. */
  | null
  /** This text instead. */
  | { readonly text: string }
  /** It goes no further. */
  | 'drop';

/** Whoever an answer belongs to, as far as it is known. */
export interface ScreenedAnswer {
  /** Puts the flags into the record of the call that the message answers. */
  flag(flags: readonly ResultFlag[], message: () => RpcId | null): void;
  /** The text that answers instead of a result that is too large or does not follow its schema; null where there is no call to answer. */
  instead(reason: 'result.too_large' | 'result.invalid'): string | null;
}

export interface ScreenOptions {
  readonly rules: ResultRules;
  readonly secrets: SecretFilter | null;
  /** The tool's approved output schema, where the policy has it checked. */
  readonly outputSchema: JsonObject | null;
  readonly answer: ScreenedAnswer;
  /** Told of each message as it came; where it gives a promise, the message waits for it. */
  readonly learn?: (text: string) => Promise<void> | null;
  /** Sees requests of the server, and results that ask for something. Says null where it has nothing against the message. */
  readonly asks: ((message: JsonObject) => Promise<Screened>) | null;
}

/** The words that every request of a server that is governed holds, in whatever form it comes; JSON may spell `/` as `\/`. */
const ASKING = /sampling\\?\/|elicitation\\?\/|roots\\?\/|\\u00/;
/** How every message begins. Anything else is none, or several at once (a batch): what is looked at is one message. */
const OBJECT = /^[ \t\r\n]*\{/;

/** Looks at each message of an answer before the client gets it. */
export class MessageScreen {
  constructor(private readonly options: ScreenOptions) {}

  get bytesMax(): number {
    return this.options.rules.max_bytes;
  }

  /** What a client gets in place of an answer that is too large. */
  tooLarge(): string | null {
    this.options.answer.flag(['too_large'], () => null);
    return this.options.answer.instead('result.too_large');
  }

  screen(text: string): Screened | Promise<Screened> {
    if (!OBJECT.test(text)) return 'drop';
    const learned = this.options.learn?.(text) ?? null;
    return learned === null ? this.decide(text) : learned.then(() => this.decide(text));
  }

  private decide(text: string): Screened | Promise<Screened> {
    const { asks } = this.options;
    if (asks === null || !ASKING.test(text)) return this.look(text);
    const message = parse(text);
    // A laxer reader (one that takes NaN, say) may find a request in it.
    if (!isJsonObject(message)) return 'drop';
    return asks(message).then((screened) => this.afterAsking(text, screened));
  }

  private afterAsking(text: string, screened: Screened): Screened {
    if (screened === 'drop') return 'drop';
    return this.look(screened === null ? text : screened.text) ?? screened;
  }

  private look(text: string): Screened {
    const { rules, secrets, outputSchema, answer } = this.options;
    if (outputSchema !== null && !this.follows(text, outputSchema)) {
      answer.flag(['schema'], () => idOf(text));
      const instead = rules.schema === 'block' ? answer.instead('result.invalid') : null;
      if (instead !== null) return { text: instead };
    }
    const { text: cleaned, flags } = cleanMessage(text, rules, secrets);
    if (flags.length > 0) answer.flag(flags, () => idOf(text));
    return cleaned === null ? null : { text: cleaned };
  }

  private follows(text: string, schema: JsonObject): boolean {
    const message = parse(text);
    return message === undefined || followsSchema(message, schema);
  }
}

function idOf(text: string): RpcId | null {
  const message = parse(text);
  if (!isJsonObject(message) || 'method' in message) return null;
  return typeof message.id === 'string' || typeof message.id === 'number' ? message.id : null;
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

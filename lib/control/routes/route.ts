import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf, Contract } from '../define-contract';

/** A contract with the verb that keeps it. */
export interface Route {
  readonly contract: Contract;
  run(
    ctx: ControlContext,
    input: { params: Record<string, string>; query: unknown; body: unknown; ifMatch: string | null },
  ): Promise<unknown> | AsyncIterable<unknown>;
}

/** The compiler checks that the verb takes what the contract validates and gives what it promises. */
export function route<C extends Contract<string>>(
  contract: C,
  verb: (ctx: ControlContext, input: VerbInput<C>) => Promise<AnswerOf<C>>,
): Route {
  return { contract, run: (ctx, input) => verb(ctx, input as unknown as VerbInput<C>) };
}

/** The same for a verb that yields. */
export function stream<C extends Contract<string>>(
  contract: C,
  verb: (ctx: ControlContext, input: VerbInput<C>) => AsyncIterable<unknown>,
): Route {
  return { contract, run: (ctx, input) => verb(ctx, input as unknown as VerbInput<C>) };
}

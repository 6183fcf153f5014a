import type { ToldArguments } from './notification-event';

export const TOLD_CHARACTERS_MAX = 2_000;

/**
 * What a message says of the arguments. Nothing unless the channel asks for them and the server keeps them: what the console shows only
 * until a request is over must not live on in a mailbox. `read` gives the text as the policy redacted it; it is not called otherwise.
 */
export function toldArguments(
  leave: { readonly includeArguments: boolean; readonly keepArguments: boolean },
  read: () => string | null,
): ToldArguments {
  if (!leave.includeArguments) return { included: false, why: 'Arguments are shown in the console only.' };
  if (!leave.keepArguments) return { included: false, why: 'The server keeps no arguments, so they are not sent either.' };
  const text = read();
  if (text === null) return { included: false, why: 'The arguments cannot be read; see the console.' };
  if (text.length <= TOLD_CHARACTERS_MAX) return { included: true, text, truncated: false };
  return { included: true, text: text.slice(0, TOLD_CHARACTERS_MAX).toWellFormed(), truncated: true };
}

/** The heading of arguments in a message for people. */
export function argumentsHeading(told: Extract<ToldArguments, { included: true }>): string {
  return told.truncated
    ? `Arguments (redacted by the policy; the first ${TOLD_CHARACTERS_MAX} characters, more in the console)`
    : 'Arguments (redacted by the policy)';
}

import type { Json, JsonObject } from '@/lib/kernel/json';
import { REDACTED } from '../redact';
import type { RecordedArguments } from './recorded-call';

/** Arguments that know whether somebody looked where nothing is known any more. */
export interface WatchedArguments {
  readonly value: JsonObject;
  /** null as long as everything that was looked at is known. */
  missing(): 'arguments_not_kept' | 'arguments_redacted' | 'arguments_unreadable' | null;
  /** Forgets what was looked at, before the next policy decides on the same arguments. */
  reset(): void;
}

/**
 * Recorded arguments for the engine. A rule that never looks at what is missing decides as it would have; one that does is
 * found out by its own reading, whatever operator, dispatcher or counter it is.
 */
export function watchArguments(args: RecordedArguments): WatchedArguments {
  if (!args.kept) return watchNothing(args.why === 'not_kept' ? 'arguments_not_kept' : 'arguments_unreadable');
  return holdsRedacted(args.value) ? watchRedacted(args.value) : { value: args.value, missing: () => null, reset: () => undefined };
}

function watchNothing(reason: 'arguments_not_kept' | 'arguments_unreadable'): WatchedArguments {
  let looked = false;
  const look = (): void => {
    looked = true;
  };
  const value: JsonObject = new Proxy<Record<string, Json>>(
    {},
    {
      get: () => void look(),
      has: () => {
        look();
        return false;
      },
      ownKeys: () => {
        look();
        return [];
      },
      getOwnPropertyDescriptor: () => void look(),
    },
  );
  return {
    value,
    missing: () => (looked ? reason : null),
    reset: () => {
      looked = false;
    },
  };
}

/** Only reading the hidden value itself counts: the names of members and the lengths of lists are as they were. */
function watchRedacted(args: JsonObject): WatchedArguments {
  let looked = false;
  const watch = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, key, receiver) {
        const value: unknown = Reflect.get(of, key, receiver);
        if (value === REDACTED) looked = true;
        return typeof value === 'object' && value !== null ? watch(value) : value;
      },
    });
  return {
    value: watch(args),
    missing: () => (looked ? 'arguments_redacted' : null),
    reset: () => {
      looked = false;
    },
  };
}

function holdsRedacted(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return value === REDACTED;
  if (Array.isArray(value)) return (value as readonly Json[]).some(holdsRedacted);
  const object = value as JsonObject;
  for (const key in object) if (holdsRedacted(object[key] as Json)) return true;
  return false;
}

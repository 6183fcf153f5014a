import type { LogLevel } from '@/lib/env/env';

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** Structured lines for operators. Facts are small and hold no secrets, arguments or tokens. */
export interface Log {
  debug(message: string, facts?: Record<string, unknown>): void;
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
}

/**
 * One JSON object a line on standard error, so that no value can forge a line: JSON escapes every control character.
 * On a terminal, lines are short text with the same escapes.
 */
export function createLog(
  level: LogLevel,
  write: (line: string) => void = (line) => process.stderr.write(line),
  terminal = process.stderr.isTTY === true,
): Log {
  const from = ORDER.indexOf(level);
  const at = (name: Exclude<LogLevel, 'silent'>) => {
    if (ORDER.indexOf(name) < from) return () => {};
    return (message: string, facts?: Record<string, unknown>) =>
      write(`${terminal ? textLine(name, message, facts) : jsonLine(name, message, facts)}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function jsonLine(level: string, message: string, facts?: Record<string, unknown>): string {
  return JSON.stringify({ at: new Date().toISOString(), level, message, ...plain(facts) });
}

function textLine(level: string, message: string, facts?: Record<string, unknown>): string {
  const tail = facts && Object.keys(facts).length > 0 ? `  ${JSON.stringify(plain(facts))}` : '';
  return `${level === 'info' || level === 'debug' ? '' : `${level}: `}${JSON.stringify(message).slice(1, -1).replaceAll('\\"', '"')}${tail}`;
}

/** Errors have no enumerable members; their message is what an operator needs. */
function plain(facts: Record<string, unknown> | undefined): Record<string, unknown> {
  const entries = Object.entries(facts ?? {}).map(([key, value]) => [key, value instanceof Error ? value.message : value] as const);
  return Object.fromEntries(entries);
}

import type { LogLevel } from '@/lib/env/env';

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** Structured lines for operators. Facts are small and hold no secrets, arguments or tokens. */
export interface Log {
  debug(message: string, facts?: Record<string, unknown>): void;
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
}

export interface LogTarget {
  readonly write: (line: string) => void;
  /** Short text for a person instead of JSON. */
  readonly terminal: boolean;
  /** Which node writes, `host:port`. */
  readonly node: string | null;
}

/** Warnings and errors of this process since it started, for metrics. */
export const LOGGED = { warn: 0, error: 0 };

/**
 * One JSON object a line on standard error (`time`, `level`, `message`, `node`, then the facts), so that no value can forge
 * a line or speak to a terminal. On a terminal, lines are short text with the same escapes.
 */
export function createLog(level: LogLevel, target: Partial<LogTarget> = {}): Log {
  const { write = (line) => process.stderr.write(line), terminal = process.stderr.isTTY === true, node = null } = target;
  const from = ORDER.indexOf(level);
  const at = (name: Exclude<LogLevel, 'silent'>) => {
    const wanted = ORDER.indexOf(name) >= from;
    return (message: string, facts?: Record<string, unknown>): void => {
      if (name === 'warn' || name === 'error') LOGGED[name]++;
      if (wanted) write(`${harmless(terminal ? textLine(name, message, facts) : jsonLine(name, message, node, facts))}\n`);
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function jsonLine(level: string, message: string, node: string | null, facts?: Record<string, unknown>): string {
  const head = { time: new Date().toISOString(), level, message, ...(node === null ? {} : { node }) };
  return JSON.stringify({ ...head, ...plain(facts), ...head });
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

/** What JSON leaves as it is and a terminal or a viewer obeys: C1 controls, line separators, marks that turn text around. */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;
/** Nothing should hand a credential to the log. These two would do the most harm if something did. */
const GRANT_TOKEN = /cg_live_[A-Za-z0-9_-]+/g;
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"]*:)[^\s/@"]+@/gi;

function harmless(line: string): string {
  return line
    .replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(GRANT_TOKEN, 'cg_live_…')
    .replace(URL_PASSWORD, '$1…@');
}

import { isJsonObject, type Json } from '@/lib/kernel/json';
import type { Category } from '../risk';

/** What a call can do at worst, in sentences: first what its class means, then what its arguments show. Pure; claims no more than it can see. */
export function blastRadius(category: Category | 'unknown', args: Json | null): readonly string[] {
  return [BY_CATEGORY[category], ...(args === null ? [] : shownBy(args))];
}

const BY_CATEGORY: Record<Category | 'unknown', string> = {
  read: 'It reads. What it returns leaves the server and reaches the agent.',
  write: 'It changes data. Whether the change can be undone is not known.',
  execute: 'It runs code or commands: what that reaches is not bounded by the arguments.',
  destructive: 'It deletes or overwrites. No call that undoes it is known.',
  financial: 'It moves money or commits to a payment. No call that undoes it is known.',
  unknown: 'What it changes is not known.',
};

/** From here on a list is worth counting aloud. */
const MANY = 2;
const SENTENCES_MAX = 6;
const DEPTH_MAX = 6;

function shownBy(args: Json): string[] {
  const said: string[] = [];
  const walk = (value: Json, path: string, depth: number): void => {
    if (said.length >= SENTENCES_MAX || depth > DEPTH_MAX) return;
    if (typeof value === 'string') said.push(...textSentences(value, path));
    else if (Array.isArray(value)) {
      if (value.length >= MANY) said.push(`${path} names ${value.length.toLocaleString('en-US')} items.`);
      for (const one of value.slice(0, 20)) if (isJsonObject(one)) walk(one, path, depth + 1);
    } else if (isJsonObject(value)) {
      for (const [key, member] of Object.entries(value)) walk(member, path === '' ? key : `${path}.${key}`, depth + 1);
    }
  };
  walk(args, '', 0);
  return [...new Set(said)].slice(0, SENTENCES_MAX);
}

function textSentences(text: string, path: string): string[] {
  if (/^\s*[*%]\s*$/.test(text) || /(^|\/)\*\*?$/.test(text)) return [`${path} is a wildcard: how much it matches is not known.`];
  const statement = /\b(delete\s+from|update|drop|truncate)\b/i.exec(text)?.[1]?.toLowerCase().replace(/\s+/g, ' ');
  if (statement === 'drop' && /\bdrop\s+(table|database|schema|index|view|user|role)\b/i.test(text))
    return [`${path} drops an object of the database.`];
  if (statement === 'truncate' && /\btruncate\s+(table\s+)?\w/i.test(text)) return [`${path} empties a table.`];
  const changes = statement === 'delete from' || (statement === 'update' && /\bupdate\s+\S+\s+set\b/i.test(text));
  if (!changes) return [];
  return /\bwhere\b/i.test(text) ? [] : [`${path} ${statement === 'update' ? 'updates' : 'deletes'} every row: there is no WHERE.`];
}

import { expect } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import { catalogueOf } from './policy-case';

/** What the review tests look at: two payments, reads, a deletion and tools that run tools. */
export const catalogue = catalogueOf([
  {
    name: 'create_refund',
    category: 'financial',
    risk: 'critical',
    inputSchema: {
      type: 'object',
      properties: {
        amount: { type: 'number' },
        reason: { type: 'string' },
        currency: { type: 'string', enum: ['usd', 'eur', 'nok'] },
        ids: { type: 'array', items: { type: 'string' } },
        card: { type: 'object', properties: { number: {} } },
      },
      required: ['amount', 'currency', 'ids'],
    },
  },
  { name: 'transfer_refund', category: 'financial', risk: 'medium' },
  { name: 'list_refunds', category: 'read', risk: 'low' },
  { name: 'fetch_page', category: 'read', risk: 'low' },
  { name: 'delete_all', category: 'destructive', risk: 'critical' },
  { name: 'call_tool', category: 'execute', risk: 'high', dispatch: { tool: 'args.tool_name', arguments: 'args.arguments' } },
  { name: 'run_code', category: 'execute', risk: 'high', dispatch: { tool: 'args.code', arguments: null, opaque: true } },
]);

export const amount = (op: string, value: Json) => ({ path: 'args.amount', op, value });
export const currency = (op: string, value: Json) => ({ path: 'args.currency', op, value });
export const url = (op: string, value: Json) => ({ path: 'args.url', op, value });
export const refund = (block: Record<string, Json>): Record<string, Json> => ({ tools: { create_refund: block } });
export const page = (block: Record<string, Json>): Record<string, Json> => ({ tools: { fetch_page: block } });

export const limit = (counter: string, window: string, max: number, rest: Record<string, Json> = {}) => ({ counter, window, max, ...rest });
export const REMOVE = expect.stringMatching(/^Remove /);
export const GUARDS = ['Ask a person each time', 'Limit it to 10 calls a minute', 'Deny it'];

export type Row = [name: string, rest: Record<string, Json>, code: string, path: string, fixes: readonly unknown[], hint?: RegExp];

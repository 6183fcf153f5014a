import { describe, expect, it } from 'vitest';
import { shapeOf } from '@/lib/adapters/postgres/argument-store';
import { newShape, SHAPE_CALLS_MIN, SHAPES_MAX, type ShapeFacts } from '@/lib/domain/anomaly/new-shape';
import { argumentShape, newInShape } from '@/lib/domain/argument-shape';
import type { Json, JsonObject } from '@/lib/kernel/json';

const declared = ['charge', 'amount', 'metadata', 'tags', 'force'];
const key = Buffer.alloc(32, 7);
const kept = (args: JsonObject) => shapeOf(args, declared, key);

describe('the shape of arguments', () => {
  it('is their names and types, sorted, without any value', () => {
    expect(argumentShape({ force: true, charge: 'ch_secret', amount: 3 }, declared)).toEqual({
      words: 'amount:number charge:string force:boolean',
      rest: null,
    });
    expect(argumentShape({ charge: null, tags: [] }, declared).words).toBe('charge:null tags:array');
    expect(argumentShape({}, declared)).toEqual({ words: '', rest: null });
  });

  it('is the same whatever the order and the values are', () => {
    const one = kept({ charge: 'a', metadata: { b: 1, a: 'x' }, tags: ['p', 'q'] });
    expect(kept({ tags: ['r'], metadata: { a: 'y', b: -7 }, charge: '' })).toBe(one);
    expect(kept({ tags: ['r'], metadata: { a: 'y', b: '-7' }, charge: '' })).not.toBe(one);
    expect(kept({ tags: ['r', 1], metadata: { a: 'y', b: 2 }, charge: '' })).not.toBe(one);
  });

  it('shows no name that the tool does not declare, and counts it', () => {
    const shape = kept({ charge: 'a', 'someone@example.com': 1, metadata: { 'other@example.com': true } });
    expect(shape).toMatch(/^charge:string metadata:object \+1 #[0-9a-f]{16}$/);
    expect(kept({ charge: 'a', 'else@example.com': 1, metadata: { 'other@example.com': true } })).not.toBe(shape);
    expect(shapeOf({ x: 1 }, [], Buffer.alloc(32, 8))).not.toBe(shapeOf({ x: 1 }, [], key));
  });

  it('keeps names apart that would read alike', () => {
    const paths: JsonObject[] = [
      { metadata: { a: { b: 1 } } },
      { metadata: { 'a.b': 1 } },
      { metadata: { 'a"."b': 1 } },
      { metadata: [{ a: 1 }] },
    ];
    expect(new Set(paths.map((args) => argumentShape(args, declared).rest)).size).toBe(paths.length);
    expect(argumentShape({ 'a b:string': 1 }, ['a b:string'])).toEqual({ words: '', rest: '["\\"a b:string\\":number"]' });
  });

  it('stays small, whatever comes', () => {
    let deep: Json = 1;
    for (let level = 0; level < 10_000; level++) deep = { a: deep };
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`name_${index}`, index]));
    expect(kept({ metadata: deep }).length).toBeLessThan(60);
    expect(shapeOf(wide, Object.keys(wide), key).length).toBeLessThan(600);
    expect(argumentShape({ metadata: wide, tags: [wide] }, declared).rest?.length).toBeLessThan(10_000);
  });
});

describe('what is new in a shape', () => {
  const before = ['amount:number charge:string', 'charge:string'];
  it.each([
    ['amount:number charge:string force:boolean', 'force (boolean), never sent before'],
    ['amount:string charge:string', 'amount as string'],
    ['charge:string +1 #00aa', 'an argument that the tool does not declare'],
    ['charge:string #00aa', 'other members within its arguments'],
    ['amount:number', 'a combination of arguments that it never sent'],
    ['', 'a combination of arguments that it never sent'],
    [
      'a:string b:string c:string d:string e:string f:string',
      'a (string), never sent before; b (string), never sent before; c (string), never sent before; d (string), never sent before; and 2 more',
    ],
  ])('%s: %s', (shape, words) => {
    expect(newInShape(shape, before)).toBe(words);
  });
});

describe('the detector', () => {
  const DAY = 86_400_000;
  const NOW = Date.UTC(2026, 10, 26, 14);
  const facts: ShapeFacts = {
    subject: { agent: { id: 'agt_1', slug: 'refund-bot' }, server: { id: 'srv_1', slug: 'stripe' }, tool: 'create_refund' },
    risk: 'high',
    shape: 'amount:number charge:string force:boolean',
    firstMs: NOW,
    earlier: ['amount:number charge:string', 'charge:string'],
    youngestMs: NOW - 12 * DAY,
    callsBefore: 1_204,
  };

  it('says what is new, and since when nothing was', () => {
    expect(newShape(facts, 7)).toMatchObject({
      kind: 'new_shape',
      explanation:
        "refund-bot calls stripe/create_refund with arguments of a new shape: force (boolean), never sent before. Its 1,204 calls before had the same 2 shapes for 12 days. The tool's risk is high.",
      evidence: {
        agent: 'refund-bot',
        server: 'stripe',
        tool: 'create_refund',
        from: '2026-11-26T14:00:00.000Z',
        to: '2026-11-26T14:01:00.000Z',
      },
    });
    expect(newShape({ ...facts, earlier: ['x:string'] }, 7)?.explanation).toContain('had the same shape for 12 days');
  });

  it('is silent where the shapes vary, where little is known, and where little can happen', () => {
    expect(newShape({ ...facts, youngestMs: NOW - 7 * DAY + 1 }, 7)).toBeNull();
    expect(newShape({ ...facts, youngestMs: NOW - 7 * DAY }, 7)).not.toBeNull();
    expect(newShape({ ...facts, callsBefore: SHAPE_CALLS_MIN - 1 }, 7)).toBeNull();
    expect(newShape({ ...facts, earlier: Array(SHAPES_MAX).fill('x:string') }, 7)).toBeNull();
    expect(newShape({ ...facts, earlier: [] }, 7)).toBeNull();
    expect(newShape({ ...facts, risk: 'low' }, 7)).toBeNull();
    expect(newShape(facts, Number.POSITIVE_INFINITY)).toBeNull();
  });
});

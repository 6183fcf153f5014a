import { factsOfTarget, type TargetMethod } from '@/lib/domain/target-methods';
import type { JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import { EXPECTED_OUTCOMES, type ExpectedOutcome, type PolicyTest, type TestAgent, type TestExpectation } from './document';
import { parseIsoTime } from './iso-time';
import { didYouMean } from './nearest';
import { plainValue } from './parse';
import { headOf, ObjectReader, type Place, readText, wrongKind } from './reader';

/** Reads `tests`. A test with a mistake is left out of the result; its problems are on the list. */
export function readTests(reader: ObjectReader): PolicyTest[] {
  const tests: PolicyTest[] = [];
  const names = new Set<string>();
  for (const place of reader.items('tests')) {
    const test = ObjectReader.open('test', place, reader.list);
    const read = test === null ? null : readTest(test);
    if (test === null || read === null) continue;
    const named = test.get('name');
    if (names.has(read.name) && named !== undefined)
      test.list.error(
        'test.repeated',
        named.node,
        named.pointer,
        'Another test has this name.',
        'a failure is told by the name; change one',
      );
    names.add(read.name);
    tests.push(read);
  }
  return tests;
}

function readTest(reader: ObjectReader): PolicyTest | null {
  const name = reader.text('name', 200);
  const subject = readSubject(reader);
  const args = readObject(reader, 'arguments');
  const agent = readAgent(reader);
  const grant = readGrant(reader);
  const client = readClient(reader);
  const at = readTime(reader);
  const counters = readCounters(reader);
  const expect = readExpectation(reader);
  if (name === null || subject === null || expect === null) return null;
  return { name, ...subject, arguments: args, agent, grant, client, at, counters, expect };
}

/** What is asked for, and of what; each request is named by what it has, and by nothing else. */
function readSubject(reader: ObjectReader): Pick<PolicyTest, 'method' | 'tool'> | null {
  const named = reader.has('method') ? reader.word<'tools/call' | TargetMethod>('method') : 'tools/call';
  if (named === null) return null;
  const method = named === 'tools/call' ? null : named;
  const ask = method === null ? null : factsOfTarget(method).ask;
  const key = method === null ? 'tool' : ask === null ? 'target' : null;
  for (const other of ['tool', 'target', ...(method === 'resources/read' ? ['arguments'] : [])]) {
    const place = reader.get(other);
    if (other !== key && place !== undefined)
      reader.list.error(
        'key.unfit',
        place.node,
        place.pointer,
        `A test of \`${named}\` has no \`${other}\`.`,
        key === null ? undefined : `it has \`${key}\``,
      );
  }
  if (key !== null && !reader.has(key))
    reader.list.error(
      'key.missing',
      headOf(reader.place.node),
      reader.place.pointer,
      `\`${key}\` is missing: what a test of \`${named}\` is about.`,
    );
  const subject = key === null ? ask : reader.text(key, key === 'tool' ? 200 : 2000);
  if (subject === null) return null;
  return method === null ? { tool: subject } : { method, tool: subject };
}

function readObject(reader: ObjectReader, key: string): JsonObject {
  const place = reader.get(key);
  if (place === undefined || place.node.kind === 'null') return {};
  const value = plainValue(place.node);
  if (isJsonObject(value)) return value;
  wrongKind(reader.list, place, 'an object');
  return {};
}

/** The members of an object of the test, or null where there is none. */
function open(reader: ObjectReader, key: 'agent' | 'grant' | 'client'): ObjectReader | null {
  const place = reader.get(key);
  return place === undefined || place.node.kind === 'null' ? null : ObjectReader.open(`test_${key}`, place, reader.list);
}

function readAgent(reader: ObjectReader): TestAgent | null {
  const agent = open(reader, 'agent');
  if (agent === null) return null;
  return {
    slug: agent.text('slug', 200),
    name: agent.text('name', 200),
    owner: agent.text('owner', 400),
    environment: agent.text('environment', 200),
    labels: readObject(agent, 'labels'),
  };
}

function readGrant(reader: ObjectReader): PolicyTest['grant'] {
  const grant = open(reader, 'grant');
  if (grant === null) return null;
  const scopes = grant
    .items('scopes')
    .map((place) => readText(reader.list, place, 200))
    .filter((scope) => scope !== null);
  return { scopes, purpose: grant.text('purpose') };
}

function readClient(reader: ObjectReader): PolicyTest['client'] {
  const client = open(reader, 'client');
  const name = client?.text('name', 200) ?? null;
  return client === null || name === null ? null : { name, version: client.text('version', 200) ?? '' };
}

function readTime(reader: ObjectReader): number | null {
  const text = reader.text('at');
  const place = reader.get('at');
  if (text === null || place === undefined) return null;
  const at = parseIsoTime(text);
  if (at === null)
    reader.list.error(
      'time.wrong',
      place.node,
      place.pointer,
      'This is not an ISO time with an offset.',
      'for example "2026-11-20T09:30:00Z"',
    );
  return at;
}

function readCounters(reader: ObjectReader): Record<string, number> {
  const counters: Record<string, number> = {};
  for (const [key, used] of Object.entries(readObject(reader, 'counters'))) {
    const place = reader.get('counters');
    if (typeof used === 'number' && used >= 0) counters[key] = used;
    else if (place !== undefined)
      reader.list.error('counter.wrong', place.node, place.pointer, `What \`${key.slice(0, 60)}\` has used is a number of 0 or more.`);
  }
  return counters;
}

function readExpectation(reader: ObjectReader): TestExpectation | null {
  const place = reader.get('expect');
  if (place === undefined) return null;
  if (place.node.kind === 'string') {
    const outcome = place.node.value;
    if (isExpected(outcome)) return { outcome, rule: null, message: null };
    sayUnknown(reader, place, outcome);
    return null;
  }
  if (place.node.kind !== 'object') {
    wrongKind(reader.list, place, 'an outcome such as "denied", or an object');
    return null;
  }
  const expect = ObjectReader.open('test_expect', place, reader.list);
  const outcome = expect?.word<ExpectedOutcome>('outcome') ?? null;
  if (expect === null || outcome === null) return null;
  return { outcome, rule: expect.text('rule'), message: expect.text('message') };
}

function isExpected(text: string): text is ExpectedOutcome {
  return (EXPECTED_OUTCOMES as readonly string[]).includes(text);
}

function sayUnknown(reader: ObjectReader, place: Place, written: string): void {
  reader.list.error(
    'outcome.unknown',
    place.node,
    place.pointer,
    `"${written.slice(0, 60)}" is not an outcome.`,
    didYouMean(written, EXPECTED_OUTCOMES) ?? `one of ${EXPECTED_OUTCOMES.join(', ')}`,
  );
}

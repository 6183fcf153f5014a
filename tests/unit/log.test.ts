import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLog, LOGGED } from '@/lib/hosts/log';
import { sharedData } from '../fixtures/shared-data';

const naughtyFile = sharedData('corpora/blns/blns.json');
const HOSTILE = [
  'one\r\n{"level":"error","message":"forged"}',
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007',
  '\u009b31mC1 control introducer\u0085next line',
  'separators \u2028 and \u2029',
  'turned \u202eround\u202c \u2066isolate\u2069 \ufeff',
  '\u0000null \u007fdelete',
  '", "level": "fatal',
  '\ud800 a lone surrogate',
  ...(existsSync(naughtyFile) ? (JSON.parse(readFileSync(naughtyFile, 'utf8')) as string[]) : []),
];
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/;

function written(terminal: boolean, level: 'debug' | 'info' | 'warn' = 'debug') {
  const lines: string[] = [];
  const log = createLog(level, { write: (line) => lines.push(line), terminal, node: 'host-a:3000' });
  return { lines, log };
}

describe('a line of the log', () => {
  it('is one JSON object with time, level, message, node and the facts', () => {
    const { lines, log } = written(false);
    log.warn('Something happened.', { event: 'evt_1', traceId: 'a'.repeat(32), error: new Error('why') });
    expect(JSON.parse(lines[0] as string)).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      level: 'warn',
      message: 'Something happened.',
      node: 'host-a:3000',
      event: 'evt_1',
      traceId: 'a'.repeat(32),
      error: 'why',
    });
  });

  it('lets no fact pass for what the log itself says', () => {
    const { lines, log } = written(false);
    log.warn('true', { level: 'info', message: 'false', time: 'never', node: 'other' });
    expect(JSON.parse(lines[0] as string)).toMatchObject({ level: 'warn', message: 'true', node: 'host-a:3000' });
  });

  it(`stays one line without anything that a terminal obeys, whatever the ${HOSTILE.length} texts in it are`, () => {
    for (const terminal of [false, true]) {
      const { lines, log } = written(terminal);
      for (const text of HOSTILE) log.info(text, { name: text, [text]: 1 });
      expect(lines).toHaveLength(HOSTILE.length);
      for (const [at, line] of lines.entries()) {
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(line.slice(0, -1)).not.toMatch(OBEYED);
        if (!terminal) expect(JSON.parse(line)).toMatchObject({ level: 'info', message: HOSTILE[at], name: HOSTILE[at] });
      }
    }
  });

  it('holds no grant token and no password of a URL, even if somebody handed them over', () => {
    const { lines, log } = written(false);
    log.error(`token cg_live_${'x'.repeat(38)} refused`, { url: 'postgresql://app:hunter2@db.example:5432/callgate' });
    expect(lines[0]).not.toMatch(/xxxx|hunter2/);
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      message: 'token cg_live_… refused',
      url: 'postgresql://app:…@db.example:5432/callgate',
    });
  });

  it('is written from its level on, and warnings and errors are counted even so', () => {
    const { lines, log } = written(true, 'warn');
    const before = { ...LOGGED };
    log.debug('a');
    log.info('b');
    log.warn('c', { name: 'd' });
    expect(lines).toEqual(['warn: c  {"name":"d"}\n']);
    createLog('silent', { write: (line) => lines.push(line) }).error('e');
    expect(lines).toHaveLength(1);
    expect([LOGGED.warn - before.warn, LOGGED.error - before.error]).toEqual([1, 1]);
  });
});

import { describe, expect, it } from 'vitest';
import { auditRowSchema } from '@/lib/control/audit/contract';
import type { CallRecord } from '@/lib/control/exports/call-record';
import { csvLine } from '@/lib/control/exports/csv-line';
import { callTexts } from '@/lib/control/exports/export-audit';
import { exportFile, headText, rowText } from '@/lib/control/exports/export-text';
import { ocsfEvent } from '@/lib/control/exports/ocsf-event';
import { CALL_COLUMNS, CALL_COLUMNS_ON_SCREEN, CALL_COLUMNS_OPEN } from '@/lib/domain/call-columns';

describe('a line of CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1', '＠x'])('keeps a spreadsheet from running %j', (text) => {
    expect(csvLine([text]).replace(/^"/, '')).toMatch(/^'/);
  });

  it('keeps one from it that parts cells by semicolons, tabs or lines, as many do', () => {
    expect(csvLine(["x;=cmd|' /C calc'!A0"])).toBe("x;'=cmd|' /C calc'!A0\r\n");
    expect(csvLine(['a\t+1', 'b\n@c', 'd;;-e'])).toBe("a\t'+1,\"b\n'@c\",d;;'-e\r\n");
  });

  it('leaves numbers and harmless texts alone', () => {
    expect(csvLine([-1.5, 0, true, 'a=b', 'a-b', 'key: a; - b', null, ''])).toBe('-1.5,0,true,a=b,a-b,key: a; - b,,\r\n');
  });

  it('quotes as RFC 4180 has it', () => {
    expect(csvLine(['a,b', 'say "hi"', 'two\nlines', ' lead', '=cmd|"x"'])).toBe(
      '"a,b","say ""hi""","two\nlines"," lead","\'=cmd|""x"""\r\n',
    );
  });

  it('writes objects and lists as JSON in one cell', () => {
    expect(csvLine([{ a: 1 }, ['=1']])).toBe('"{""a"":1}","[""=1""]"\r\n');
  });
});

const CALL: CallRecord = {
  id: 'evt_1',
  at: '2026-11-20T12:00:00.123Z',
  decision: 'denied',
  agent: 'bot',
  server: 'shop',
  tool: 'call_tool',
  innerTool: 'delete_item',
  method: 'tools/call',
  target: null,
  category: 'destructive',
  risk: 'critical',
  reason: 'policy.denied',
  rule: '/tools/delete_item',
  message: 'No.',
  policy: 'main',
  policyVersion: 3,
  grant: 'grt_1',
  outcome: null,
  httpStatus: null,
  upstreamMs: null,
  gatewayMs: null,
  argumentsBytes: 20,
  resultBytes: null,
  flags: ['link'],
  client: 'cli',
  clientVersion: '1',
  session: 'ses',
  sourceIp: '10.1.1.1',
  arguments: { card: 'secret' },
};

describe('rows by columns', () => {
  it('follows the order that was asked for, in CSV and NDJSON', () => {
    const columns = ['tool', 'outcome', 'id'];
    expect(headText('csv', columns) + rowText('csv', columns, CALL)).toBe('tool,outcome,id\r\ncall_tool,,evt_1\r\n');
    expect(headText('ndjson', columns)).toBe('');
    expect(rowText('ndjson', columns, CALL)).toBe('{"tool":"call_tool","outcome":null,"id":"evt_1"}\n');
  });

  it('stays one line of JSON for every character there is', () => {
    const text = rowText('ndjson', ['tool'], { tool: 'a\r\nb\u0000\u001b[31m\u2028' });
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(text).not.toContain('\u001b');
  });

  it('have everything that the list has', () => {
    expect(CALL_COLUMNS).toEqual(expect.arrayContaining(Object.keys(auditRowSchema.shape)));
  });

  it('shows payloads only where they are asked for', () => {
    expect(CALL_COLUMNS_OPEN).not.toContain('arguments');
    expect(CALL_COLUMNS_ON_SCREEN).toEqual(CALL_COLUMNS.filter((one) => CALL_COLUMNS_ON_SCREEN.includes(one)));
    expect(CALL_COLUMNS_ON_SCREEN).toEqual(
      expect.arrayContaining(['id', 'at', 'decision', 'agent', 'server', 'tool', 'risk', 'rule', 'outcome', 'upstreamMs']),
    );
  });

  it('names a file by what is in it and when', () => {
    expect(exportFile('calls', 'csv', Date.UTC(2026, 10, 20, 12))).toEqual({
      type: 'text/csv',
      name: 'callgate-calls-20261120T120000Z.csv',
    });
  });
});

describe('an event of OCSF', () => {
  const REQUIRED = [
    'activity_id',
    'actor',
    'api',
    'category_uid',
    'class_uid',
    'metadata',
    'severity_id',
    'src_endpoint',
    'time',
    'type_uid',
  ];
  const BARE: CallRecord = {
    ...(Object.fromEntries(CALL_COLUMNS.map((column) => [column, null])) as CallRecord),
    id: 'evt_2',
    at: '2026-11-20T12:00:00.000Z',
    decision: 'refused',
    method: 'initialize',
    reason: 'token.unknown',
    rule: '-',
  };

  it.each([CALL, BARE])('has what the class API Activity requires', (call) => {
    const event = ocsfEvent(call) as Record<string, never> & { actor: object; api: object; src_endpoint: object; metadata: object };
    for (const name of REQUIRED) expect(event[name], name).toBeDefined();
    expect(event.metadata).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/), product: { vendor_name: 'Callgate' } });
    expect(event.api).toMatchObject({ operation: expect.any(String) });
    // The constraints "at least one of" of these objects.
    expect(['user', 'session', 'app_name'].some((name) => name in event.actor)).toBe(true);
    expect(['ip', 'name'].some((name) => name in event.src_endpoint)).toBe(true);
    expect(JSON.stringify(event)).not.toContain('null');
  });

  it('derives the type from class and activity, and gives times in milliseconds', () => {
    expect(ocsfEvent(CALL)).toMatchObject({
      class_uid: 6003,
      category_uid: 6,
      activity_id: 4,
      type_uid: 600304,
      severity_id: 4,
      status_id: 2,
      time: Date.UTC(2026, 10, 20, 12, 0, 0, 123),
      api: { operation: 'delete_item', service: { name: 'shop' } },
    });
  });

  it('names what was read where no tool was called', () => {
    const read = { ...BARE, method: 'resources/read', target: 'file:///payroll.csv', flags: ['secret'] };
    expect(ocsfEvent(read)).toMatchObject({
      resources: [{ name: 'file:///payroll.csv', type: 'MCP resource' }],
      unmapped: { flags: ['secret'] },
    });
    expect(ocsfEvent({ ...read, method: 'prompts/get', target: 'hello' })).toMatchObject({ resources: [{ type: 'MCP prompt' }] });
  });

  it('tells how it ended, and never arguments', () => {
    expect(ocsfEvent({ ...CALL, decision: 'allowed', outcome: 'ok' })).toMatchObject({ status_id: 1, severity_id: 1 });
    expect(ocsfEvent({ ...CALL, decision: 'allowed', outcome: 'unknown' })).toMatchObject({ status_id: 0 });
    expect(ocsfEvent({ ...CALL, decision: 'observed_denied', outcome: 'tool_error' })).toMatchObject({ status_id: 2 });
    expect(JSON.stringify(ocsfEvent(CALL))).not.toContain('secret');
  });
});

const BLANK_ROW = { method: 'tools/call', decision: 'allowed', reason: 'policy.allowed', rule: '/t' };

it('writes calls with large arguments in pieces that fit, each with the place of its last row', async () => {
  const at = new Date('2026-11-20T12:00:00.000Z');
  const row = (n: number) => ({ ...BLANK_ROW, id: `evt_${n}`, at, arguments_envelope: 'sealed' });
  const rows = Array.from({ length: 30 }, (_, n) => row(n));
  let reads = 0;
  const read = async () => (reads++ === 0 ? rows : []);
  const services = { history: { read }, openArguments: () => ({ text: 'x'.repeat(300_000) }) };
  const ctx = { now: at, signal: new AbortController().signal, services } as unknown as Parameters<typeof callTexts>[0];
  const job = {
    format: 'ndjson' as const,
    columns: ['id', 'arguments'] as const,
    filter: { from: at.toISOString(), to: at.toISOString() },
  };
  const pieces = [];
  for await (const piece of callTexts(ctx, job as never, { atMs: at.getTime() + 1, id: 'evt_zz' })) pieces.push(piece);
  expect(pieces.length).toBeGreaterThan(5);
  expect(Math.max(...pieces.map(({ text }) => text.length))).toBeLessThan(1_400_000);
  expect(pieces.reduce((sum, { rows: count }) => sum + count, 0)).toBe(30);
  expect(pieces.at(-1)?.place).toEqual({ atMs: at.getTime(), id: 'evt_29' });
});

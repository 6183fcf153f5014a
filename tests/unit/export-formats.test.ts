import { describe, expect, it } from 'vitest';
import { auditRowSchema } from '@/lib/control/audit/contract';
import type { CallRecord } from '@/lib/control/exports/call-record';
import { csvLine } from '@/lib/control/exports/csv-line';
import { exportFile, headText, rowText } from '@/lib/control/exports/export-text';
import { ocsfEvent } from '@/lib/control/exports/ocsf-event';
import {
  CALL_COLUMNS,
  CALL_COLUMNS_OPEN,
  callColumnsOn,
  SCREEN_COLUMNS,
  type ScreenColumn,
  USUAL_SCREEN_COLUMNS,
} from '@/lib/domain/call-columns';

describe('a line of CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('keeps a spreadsheet from running %j', (text) => {
    expect(csvLine([text]).replace(/^"/, '')).toMatch(/^'/);
  });

  it.each(['x;=cmd', 'x; =cmd', 'x;"=cmd', 'x\t=cmd', 'x\n=cmd', 'x\r\n@cmd', '\n=1', '＝1', '＋1', '－1', '＠x', ' =1', '"=1'])(
    'keeps one that parts cells otherwise from running %j',
    (text) => {
      expect(csvLine([text])).not.toMatch(/(^|[;\t\r\n])["\s]*[=+\-@＝＋－＠]/);
      expect(csvLine([text])).toContain("'");
    },
  );

  it('leaves numbers and harmless texts alone', () => {
    expect(csvLine([-1.5, 0, true, 'a=b', 'a-b', null, ''])).toBe('-1.5,0,true,a=b,a-b,,\r\n');
  });

  it('quotes as RFC 4180 has it', () => {
    expect(csvLine(['a,b', 'say "hi"', 'two\nlines', ' lead', '=cmd|"x"'])).toBe(
      '"a,b","say ""hi""","two\nlines"," lead","\'=cmd|""x"""\r\n',
    );
  });

  it('writes objects and lists as JSON in one cell', () => {
    expect(csvLine([[1, -2]])).toBe('"[1,-2]"\r\n');
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
  policyMs: null,
  admissionMs: null,
  argumentsBytes: 20,
  resultBytes: null,
  flags: [],
  client: 'cli',
  clientVersion: '1',
  session: 'ses',
  sourceIp: '10.1.1.1',
  rpcId: 7,
  node: 'node-a',
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

  it('shows payloads only where they are asked for', () => {
    expect(CALL_COLUMNS_OPEN).not.toContain('arguments');
    expect(callColumnsOn(Object.keys(SCREEN_COLUMNS) as ScreenColumn[])).not.toContain('arguments');
  });

  it('has what the columns of the screen show, in their order and each once', () => {
    expect(callColumnsOn(USUAL_SCREEN_COLUMNS).join()).toBe(
      'at,decision,agent,server,tool,innerTool,method,target,risk,rule,message,outcome,upstreamMs',
    );
    expect(callColumnsOn(['node', 'at', 'policy', 'node'])).toEqual(['node', 'at', 'policy', 'policyVersion']);
    // Whatever is open can be on the screen.
    expect(callColumnsOn(Object.keys(SCREEN_COLUMNS) as ScreenColumn[]).toSorted()).toEqual(CALL_COLUMNS_OPEN.toSorted());
  });

  it('has a column for all that the list tells of a call', () => {
    // One object in the list, two columns in a file.
    const apart: Record<string, readonly string[]> = { client: ['client', 'clientVersion'] };
    const wanted = Object.keys(auditRowSchema.shape).flatMap((name) => apart[name] ?? [name]);
    expect(CALL_COLUMNS).toEqual(expect.arrayContaining(wanted));
    expect(rowText('csv', ['target', 'flags'], { ...CALL, target: 'file:///a', flags: ['secret'] })).toBe('file:///a,"[""secret""]"\r\n');
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
    flags: [],
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

  it('says what a request that is no call was about, and what was noticed in its answer', () => {
    const read = { ...BARE, decision: 'allowed', method: 'resources/read', target: 'file:///plans', flags: ['secret'] };
    expect(ocsfEvent(read)).toMatchObject({
      resources: [{ name: 'file:///plans', type: 'resources/read' }],
      unmapped: { flags: ['secret'], target: 'file:///plans' },
    });
    expect(JSON.stringify(ocsfEvent(CALL))).not.toContain('flags');
  });

  it('tells how it ended, and never arguments', () => {
    expect(ocsfEvent({ ...CALL, decision: 'allowed', outcome: 'ok' })).toMatchObject({ status_id: 1, severity_id: 1 });
    expect(ocsfEvent({ ...CALL, decision: 'allowed', outcome: 'unknown' })).toMatchObject({ status_id: 0 });
    expect(ocsfEvent({ ...CALL, decision: 'observed_denied', outcome: 'tool_error' })).toMatchObject({ status_id: 2 });
    expect(JSON.stringify(ocsfEvent(CALL))).not.toContain('secret');
  });
});

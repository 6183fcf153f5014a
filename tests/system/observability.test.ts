import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OtlpCollector } from '../fixtures/otlp-collector';
import { type MetricFamily, parsePrometheus } from '../fixtures/prometheus-text';
import { type RunningCallgate, startCallgate } from './support/callgate';
import { eventually } from './support/eventually';
import { type Access, provision, stdioServer } from './support/provision';

const TRACE = 'a'.repeat(32);
const PARENT = `00-${TRACE}-${'b'.repeat(16)}-01`;
const POLICY = { version: '1', default: 'deny', tools: { echo: {} } };

let collector: OtlpCollector;
let callgate: RunningCallgate;
let access: Access;

beforeAll(async () => {
  collector = await OtlpCollector.start();
  callgate = await startCallgate({
    args: ['--gateway'],
    env: {
      LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=blue',
      OTEL_SERVICE_NAME: 'gate-of-the-tests',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_LOGS_EXPORTER: 'otlp',
    },
  });
  access = await provision(callgate, stdioServer('every', ['node_modules/@modelcontextprotocol/server-everything/dist/index.js']), POLICY);
});

afterAll(async () => {
  await callgate?.remove();
  await collector?.stop();
});

async function call(name: string, args: unknown, headers: Record<string, string> = {}): Promise<{ event: string | null; text: string }> {
  const answer = await fetch(access.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${access.token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }),
  });
  return { event: answer.headers.get('x-callgate-event'), text: await answer.text() };
}

async function scrape(): Promise<Map<string, MetricFamily>> {
  const answer = await fetch(`${callgate.url}/metrics`);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parsePrometheus(await answer.text());
}

const sampleOf = (families: Map<string, MetricFamily>, name: string, labels: Record<string, string> = {}): number | undefined =>
  families.get(name)?.samples.find((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))?.value;

describe('a process with a collector', () => {
  it('traces a call from the caller to the server, and names both in its log', async () => {
    const allowed = await call('echo', { message: 'hello world of secrets' }, { traceparent: PARENT });
    expect(allowed.text).toContain('hello world');
    const denied = await call('get-sum', { a: 1, b: 2 }, { traceparent: PARENT });
    const spans = () => collector.spans.filter(({ traceId }) => traceId === TRACE);
    await eventually('both traces arrive', () => spans().filter(({ kind }) => kind === 2).length === 2);
    const [served, refused] = spans().filter(({ kind }) => kind === 2);
    expect(served).toMatchObject({ name: 'tools/call echo', parentSpanId: 'b'.repeat(16), status: 0 });
    expect(served?.attributes).toMatchObject({
      'callgate.event.id': allowed.event,
      'callgate.decision': 'allowed',
      'callgate.outcome': 'ok',
    });
    expect(refused?.attributes).toMatchObject({ 'callgate.event.id': denied.event, 'callgate.reason': 'policy.default_deny' });
    expect(served?.resource).toMatchObject({ 'service.name': 'gate-of-the-tests' });
    const children = spans().filter(({ parentSpanId }) => parentSpanId === served?.spanId);
    expect(children.map(({ name, kind }) => `${name} ${kind}`).sort()).toEqual(['admission 1', 'policy decision 1', 'tools/call echo 3']);
    expect(collector.headers['x-tenant']).toBe('blue');
    await eventually('audit events arrive too', () =>
      collector.logs.some(({ attributes }) => attributes['callgate.event.id'] === denied.event),
    );
    for (const secret of ['hello world of secrets', access.token]) expect(collector.raw).not.toContain(secret);

    const lines = callgate
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of lines)
      expect(line).toMatchObject({ time: expect.any(String), level: expect.any(String), message: expect.any(String) });
    expect(lines.filter(({ traceId }) => traceId === TRACE)).toMatchObject([
      {
        level: 'debug',
        message: 'request',
        event: allowed.event,
        decision: 'allowed',
        outcome: 'ok',
        tool: 'echo',
        node: expect.stringContaining(':'),
      },
      { level: 'debug', message: 'request', event: denied.event, decision: 'denied', reason: 'policy.default_deny' },
    ]);
    for (const secret of ['hello world of secrets', access.token]) expect(callgate.output()).not.toContain(secret);
  });

  it('counts what it did, in a text that a strict reader accepts', async () => {
    await call('echo', { message: 'again' });
    let families = await scrape();
    await eventually('outcomes are counted', async () => {
      families = await scrape();
      return (sampleOf(families, 'callgate_outcomes_total', { outcome: 'ok' }) ?? 0) >= 2;
    });
    expect(sampleOf(families, 'callgate_events_total', { server: 'every', decision: 'allowed', reason: 'policy.allowed' })).toBe(2);
    expect(sampleOf(families, 'callgate_events_total', { server: 'every', decision: 'denied', reason: 'policy.default_deny' })).toBe(1);
    const countOf = (name: string) => families.get(name)?.samples.find((sample) => sample.name === `${name}_count`)?.value;
    expect(countOf('callgate_admission_duration_seconds')).toBeGreaterThanOrEqual(3);
    expect(countOf('callgate_audit_commit_duration_seconds')).toBeGreaterThanOrEqual(2);
    expect(countOf('callgate_upstream_duration_seconds')).toBe(2);
    expect(sampleOf(families, 'callgate_upstream_up', { server: 'every' })).toBe(1);
    expect(sampleOf(families, 'callgate_ready')).toBe(1);
    expect(sampleOf(families, 'callgate_shared_state_up')).toBe(1);
    expect(sampleOf(families, 'callgate_build_info', { kind: 'gateway' })).toBe(1);
    expect(sampleOf(families, 'callgate_nodes', { kind: 'gateway' })).toBe(1);
    expect(sampleOf(families, 'callgate_config_confirmed_age_seconds')).toBeLessThan(3);
    expect(sampleOf(families, 'callgate_approvals_pending')).toBe(0);
    expect(sampleOf(families, 'process_start_time_seconds')).toBeGreaterThan(1.7e9);
    // Labels are closed lists and slugs; no agent, tool or person makes a series.
    for (const { samples } of families.values())
      for (const { labels } of samples)
        for (const key of Object.keys(labels)) expect(['agent', 'tool', 'user', 'grant', 'session']).not.toContain(key);
  });

  it('says that it is ready, check by check', async () => {
    const answer = await fetch(`${callgate.url}/readyz`);
    const body = (await answer.json()) as { ready: boolean; reasons: string[]; checks: { name: string; ok: boolean; since: string }[] };
    expect([answer.status, body.ready, body.reasons]).toEqual([200, true, []]);
    const names = ['database', 'configuration', 'draining', 'clock', 'migrations', 'audit_partitions', 'secret_key', 'disk'];
    expect(body.checks.map(({ name }) => name)).toEqual(names);
    for (const { since } of body.checks) expect(since).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await (await fetch(`${callgate.url}/healthz`)).json()).toEqual({ status: 'ok' });
  });
});

it('has each of its metrics in the documentation, and nothing else', async () => {
  const documented = new Set(readFileSync('docs/observability.md', 'utf8').match(/\bcallgate_[a-z_]*[a-z]\b/g));
  const real = [...(await scrape()).keys()].filter((name) => name.startsWith('callgate_'));
  expect([...documented].sort()).toEqual(real.sort());
});

describe('what is kept in docs/grafana', () => {
  const dashboard = JSON.parse(readFileSync('docs/grafana/callgate.json', 'utf8'));
  const alerts = parse(readFileSync('docs/grafana/alerts.yml', 'utf8'));
  const panels = dashboard.panels.filter((panel: { type: string }) => panel.type !== 'row');
  const ofPanels: string[] = panels.flatMap((panel: { targets: { expr: string }[] }) => panel.targets.map(({ expr }) => expr));
  const ofAlerts: string[] = alerts.groups.flatMap((group: { rules: { expr: string }[] }) => group.rules.map(({ expr }) => expr));
  const expressions = [...ofPanels, ...ofAlerts, ...dashboard.annotations.list.map(({ expr }: { expr: string }) => expr)];

  it('uses only series and labels that /metrics has', async () => {
    const families = await scrape();
    const labelsBy = new Map<string, Set<string>>();
    for (const { name, type, samples } of families.values()) {
      const names = type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
      const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
      for (const one of names) labelsBy.set(one, labels);
    }
    expect(expressions.length).toBeGreaterThan(50);
    for (const expr of expressions) {
      const names = [...expr.matchAll(/\b(?:callgate|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name);
      if (!/^up\{/.test(expr)) expect(names.length, expr).toBeGreaterThan(0);
      const known = new Set(['job', 'instance']);
      for (const name of names) {
        expect(labelsBy.has(name), `${name} in ${expr}`).toBe(true);
        for (const label of labelsBy.get(name) ?? []) known.add(label);
      }
      const matched = [...expr.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label]) => label as string);
      const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) =>
        (list as string).split(',').map((label) => label.trim()),
      );
      for (const label of [...matched, ...grouped]) expect(known.has(label), `${label} in ${expr}`).toBe(true);
      expect(balanced(expr), expr).toBe(true);
    }
  });

  it('can be imported: every panel has a place, a data source by variable, a query and words', () => {
    expect(dashboard.templating.list.map(({ name }: { name: string }) => name)).toEqual(['datasource', 'job', 'instance']);
    expect(new Set(dashboard.panels.map(({ id }: { id: number }) => id)).size).toBe(dashboard.panels.length);
    for (const { title, description, datasource, gridPos, targets } of panels) {
      expect(datasource).toEqual({ type: 'prometheus', uid: '$'.concat('{datasource}') });
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      expect([title.length > 0, description.length > 0, targets.length > 0]).toEqual([true, true, true]);
    }
    for (const { alert, annotations, labels } of alerts.groups[0].rules) {
      expect(annotations.summary, alert).toMatch(/\S/);
      expect(['critical', 'warning', 'info']).toContain(labels.severity);
    }
  });
});

function balanced(expr: string): boolean {
  const open: string[] = [];
  for (const character of expr.replace(/"[^"]*"/g, '')) {
    if ('([{'.includes(character)) open.push(character);
    else if (')]}'.includes(character) && '([{'.indexOf(open.pop() ?? '') !== ')]}'.indexOf(character)) return false;
  }
  return open.length === 0;
}

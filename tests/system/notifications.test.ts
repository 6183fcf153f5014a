import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, type RunningCallgate, startCallgate } from './support/callgate';
import { callTool } from './support/calls';
import { eventually } from './support/eventually';
import { type Access, grantAccess, httpServer, must, publish, register } from './support/provision';
import { type Sink, startSink } from './support/sink';

const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const POLICY = { version: '1', default: 'deny', tools: { write_record: { approval: { approvers: ['role:approver'], expires: '10m' } } } };

interface Received {
  readonly atMs: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
interface Delivery {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly detail: string | null;
  readonly responseCode: number | null;
  readonly event: string;
}

describe('people are told about approvals', () => {
  let callgate: RunningCallgate;
  let sink: Sink;
  let receiver: Server;
  let access: Access;
  let serial = 0;
  const received: Received[] = [];
  /** What the receiver answers next; 200 when there is nothing. */
  const answers: (number | 'hang')[] = [];
  const mails: string[] = [];
  const logins: string[] = [];
  const smtp = new SMTPServer({
    authMethods: ['PLAIN', 'LOGIN'],
    allowInsecureAuth: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) => {
      logins.push(`${username} ${password}`);
      if (username === 'mailer' && password === 'right') done(null, { user: username });
      else done(new Error('Invalid login'));
    },
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString('utf8'));
        done();
      });
    },
  });

  beforeAll(async () => {
    receiver = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        received.push({ atMs: performance.now(), path: req.url ?? '', headers: req.headers, body: Buffer.concat(chunks).toString('utf8') });
        const answer = answers.shift() ?? 200;
        if (answer === 'hang') return;
        res.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end(answer === 200 ? 'ok' : 'not now');
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
    smtp.on('error', () => undefined);
    sink = await startSink();
    callgate = await startCallgate({ args: ['--gateway'] });
    await register(callgate, httpServer('sink', sink.port));
    await publish(callgate, 'sink', 'main', POLICY);
    access = await grantAccess(callgate, 'sink', 'main');
  });
  afterAll(async () => {
    await callgate?.remove();
    await sink?.stop();
    receiver?.closeAllConnections();
    await new Promise((resolve) => receiver?.close(resolve));
    await new Promise<void>((resolve) => smtp.close(resolve));
  });

  const hook = (path: string) => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}${path}`;
  const mailServer = (change: object) => ({
    ...{ host: '127.0.0.1', port: (smtp.server.address() as AddressInfo).port, security: 'none', user: 'mailer', password: 'right' },
    ...{ from: 'gate@example.com', to: ['ben@example.com', 'cleo@example.com'] },
    ...change,
  });
  const channel = (body: object) => must<{ id: string }>(callgate, 201, 'POST', '/notification-channels', body);
  const remove = (id: string) => must(callgate, 200, 'DELETE', `/notification-channels/${id}`);
  const deliveries = async (query: string) =>
    (await must<{ items: Delivery[] }>(callgate, 200, 'GET', `/notification-deliveries?${query}`)).items;
  /** A call that needs a person; gives the id of its request. The agent gives up, which withdraws nothing. */
  async function ask(args: Record<string, unknown> = {}): Promise<string> {
    serial += 1;
    const before = new Set((await pending()).map(({ id }) => id));
    const gone = new AbortController();
    const call = callTool(access, 'write_record', { id: `call-${serial}`, ...args }, { signal: gone.signal }).catch(() => null);
    const asked = await eventually('the request is there', async () => (await pending()).find(({ id }) => !before.has(id)) ?? null);
    gone.abort();
    await call;
    return asked.id;
  }
  const pending = async () =>
    (await must<{ items: { id: string; digest: string }[] }>(callgate, 200, 'GET', '/approvals?status=pending')).items;
  const on = (path: string) => received.filter((one) => one.path === path);

  async function documentedVerify() {
    const code = /```js\n([\s\S]*?)```/.exec(readFileSync('docs/notifications.md', 'utf8'))?.[1] ?? '';
    type Verify = (
      secret: string,
      headers: IncomingHttpHeaders,
      body: string,
    ) => { id: string; type: string; approval: { id: string; url: string } };
    return ((await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as { verifyWebhook: Verify })
      .verifyWebhook;
  }

  it('by a webhook that the documented example verifies, after two failures under the same id, later each time', async () => {
    const { id } = await channel({
      kind: 'webhook',
      name: 'Hook',
      url: hook('/hook'),
      signingSecret: SECRET,
      events: ['requested', 'decided'],
    });
    answers.push(503, 302);
    const approval = await ask();
    await eventually('the third attempt', () => on('/hook').length >= 3, 60_000);
    const verify = await documentedVerify();
    const told = on('/hook').map(({ headers, body }) => verify(SECRET, headers, body));
    expect(told.map(({ type }) => type)).toEqual(Array(3).fill('approval.requested'));
    expect(new Set(told.map((one) => one.id)).size).toBe(1);
    expect(told[0]?.approval).toMatchObject({
      id: approval,
      url: `${callgate.url.replace('127.0.0.1', 'localhost')}/approvals/${approval}`,
    });
    // The redirect was not followed.
    expect(on('/elsewhere')).toEqual([]);
    const [first, second, third] = on('/hook').map(({ atMs }) => atMs) as [number, number, number];
    expect(second - first).toBeGreaterThan(3_900);
    expect(third - second).toBeGreaterThan(15_900);
    const log = await eventually(
      'the log says so',
      async () => (await deliveries(`approval=${approval}`)).find(({ status }) => status === 'delivered') ?? null,
    );
    expect(log).toMatchObject({ attempts: 3, responseCode: 200, detail: 'HTTP 200: ok' });
    const [one] = (await pending()).filter((each) => each.id === approval);
    await must(callgate, 200, 'POST', `/approvals/${approval}/deny`, { digest: one?.digest, reason: 'wrong record' });
    await eventually('the decision is told', () => on('/hook').length >= 4);
    expect(JSON.parse(on('/hook')[3]?.body ?? '')).toMatchObject({
      type: 'approval.decided',
      approval: { status: 'denied', decidedReason: 'wrong record' },
    });
    await remove(id);
  }, 120_000);

  it('although the process is killed while it sends: the next one sends it again', async () => {
    const { id } = await channel({ kind: 'webhook', name: 'Slow', url: hook('/slow'), signingSecret: SECRET });
    answers.push('hang');
    const approval = await ask();
    await eventually('the receiver is asked', () => on('/slow').length === 1);
    await callgate.kill();
    callgate = await callgate.restart();
    await eventually('it is sent again once the claim of the dead process is over', () => on('/slow').length >= 2, 90_000);
    expect(on('/slow')[1]?.headers['webhook-id']).toBe(on('/slow')[0]?.headers['webhook-id']);
    await eventually('and delivered', async () => (await deliveries(`approval=${approval}&status=delivered`)).length === 1);
    await remove(id);
  }, 150_000);

  it('by a Slack-compatible message that is a link and no button, with the arguments left out', async () => {
    const { id } = await channel({ kind: 'slack', name: 'Chat', url: hook('/chat'), events: ['requested', 'decided'] });
    const approval = await ask({ note: 'canary-of-the-arguments' });
    await eventually('the message comes', () => on('/chat').length === 1);
    const message = on('/chat')[0]?.body ?? '';
    expect(JSON.parse(message).text).toContain(`/approvals/${approval}`);
    expect(message).not.toMatch(/canary-of-the-arguments|"button"/);
    // A message in a chat cannot be changed afterwards, so that another one says what became of it.
    const [one] = (await pending()).filter((each) => each.id === approval);
    await must(callgate, 200, 'POST', `/approvals/${approval}/deny`, { digest: one?.digest, reason: 'wrong record' });
    await eventually('the follow-up comes', () => on('/chat').length === 2);
    const followUp = on('/chat')[1]?.body ?? '';
    expect(JSON.parse(followUp).text).toMatch(new RegExp(`^Denied: .*/approvals/${approval}`));
    expect(followUp).toMatch(/Denied by .*: wrong record/);
    await remove(id);
  });

  it('by mail through a real SMTP server; a test shows what the server says, and an untrusted certificate gets no password', async () => {
    const { id } = await channel({ kind: 'email', name: 'Mail', smtp: mailServer({}), includeArguments: true });
    const approval = await ask({ note: 'shown <b>here</b>' });
    await eventually('the mail comes', () => mails.length === 1);
    expect(mails[0]).toMatch(/^To: ben@example\.com, cleo@example\.com\r$/m);
    expect(mails[0]).toMatch(/^Subject: \[Callgate\] Approval needed for /m);
    expect(mails[0]).toMatch(/^Auto-Submitted: auto-generated\r$/im);
    const text = (mails[0] ?? '').replaceAll('=\r\n', '');
    expect(text).toContain(`/approvals/${approval}`);
    expect(text).toContain('&lt;b&gt;here&lt;/b&gt;');
    await must(callgate, 200, 'PATCH', `/notification-channels/${id}`, { smtp: { password: 'wrong' } });
    const refused = await must<Delivery>(callgate, 200, 'POST', `/notification-channels/${id}/test`, {});
    expect(refused).toMatchObject({ status: 'failed', responseCode: 535 });
    logins.length = 0;
    await must(callgate, 200, 'PATCH', `/notification-channels/${id}`, { smtp: { security: 'starttls' } });
    const untrusted = await must<Delivery>(callgate, 200, 'POST', `/notification-channels/${id}/test`, {});
    expect(untrusted).toMatchObject({ status: 'failed', detail: expect.stringMatching(/certificate/i) });
    expect(logins).toEqual([]);
    await remove(id);
  });

  it('of access requests and of what became of them, and live pages of every request', async () => {
    await publish(callgate, 'sink', 'more', { version: '1', default: 'allow' });
    const events = ['access_requested', 'access_decided'];
    const hooked = await channel({ kind: 'webhook', name: 'Access', url: hook('/access'), signingSecret: SECRET, events });
    const mailed = await channel({ kind: 'email', name: 'Access mail', smtp: mailServer({}), events });
    const before = mails.length;
    const live = new AbortController();
    const heard: string[] = [];
    const stream = await fetch(`${callgate.url}/api/v1/events`, { headers: { authorization: `Bearer ${ADMIN_KEY}` }, signal: live.signal });
    void (async () => {
      for await (const chunk of stream.body as ReadableStream<Uint8Array>) heard.push(new TextDecoder().decode(chunk));
    })().catch(() => undefined);
    const { id } = await must<{ id: string }>(callgate, 201, 'POST', `/grants/${access.grant}/elevate`, {
      ...{ policy: 'more', minutes: 30, reason: 'incident 4711' },
    });
    await eventually('the request is told', () => on('/access').length === 1 && mails.length === before + 1);
    expect(JSON.parse(on('/access')[0]?.body ?? '')).toMatchObject({
      type: 'access.requested',
      access: {
        id,
        agent: access.agent,
        server: 'sink',
        policy: 'more',
        currentPolicy: 'main',
        minutes: 30,
        reason: 'incident 4711',
        status: 'pending',
      },
    });
    expect(mails.at(-1)).toMatch(/^Subject: \[Callgate\] More access asked for /m);
    await must(callgate, 200, 'POST', `/elevations/${id}/end`, { reason: 'not needed' });
    await eventually('its end is told', () => on('/access').length === 2);
    expect(JSON.parse(on('/access')[1]?.body ?? '')).toMatchObject({
      type: 'access.decided',
      access: { id, status: 'withdrawn', decidedReason: 'not needed' },
    });
    await eventually('live pages have heard of both', () => heard.join('').split('event: access').length === 3);
    live.abort();
    for (const one of [hooked, mailed]) await remove(one.id);
  });
});

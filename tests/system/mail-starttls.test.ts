import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, type RunningCallgate, startCallgate } from './support/callgate';
import { must } from './support/provision';

const CERTIFICATE = path.join(ROOT, 'tests/fixtures/tls/localhost.crt');
const KEY = path.join(ROOT, 'tests/fixtures/tls/localhost.key');

interface Delivery {
  readonly status: string;
  readonly responseCode: number | null;
  readonly detail: string | null;
}

/** What a mail server saw. */
interface Seen {
  readonly logins: { readonly secure: boolean; readonly user: string }[];
  readonly mails: { readonly secure: boolean; readonly text: string }[];
  readonly server: SMTPServer;
}

function mailServer(offersStartTls: boolean): Seen {
  const logins: Seen['logins'] = [];
  const mails: Seen['mails'] = [];
  const server = new SMTPServer({
    key: readFileSync(KEY),
    cert: readFileSync(CERTIFICATE),
    ...(offersStartTls ? {} : { disabledCommands: ['STARTTLS'], allowInsecureAuth: true }),
    logger: false,
    onAuth: ({ username }, { secure }, done) => {
      logins.push({ secure, user: username ?? '' });
      done(null, { user: username });
    },
    onData: (stream, { secure }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push({ secure, text: Buffer.concat(chunks).toString('utf8') });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  return { logins, mails, server };
}

describe('mail over STARTTLS', () => {
  const modern = mailServer(true);
  const plain = mailServer(false);
  let callgate: RunningCallgate;

  beforeAll(async () => {
    for (const { server } of [modern, plain]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    callgate = await startCallgate({ args: ['--gateway'], env: { NODE_EXTRA_CA_CERTS: CERTIFICATE } });
  });
  afterAll(async () => {
    await callgate?.remove();
    for (const { server } of [modern, plain]) await new Promise<void>((resolve) => server.close(resolve));
  });

  async function test(name: string, { server }: Seen, change: object = {}): Promise<Delivery> {
    const smtp = {
      ...{
        host: 'localhost',
        port: (server.server.address() as AddressInfo).port,
        security: 'starttls',
        user: 'mailer',
        password: 'right',
      },
      ...{ from: 'gate@example.com', to: ['ben@example.com'], ...change },
    };
    const { id } = await must<{ id: string }>(callgate, 201, 'POST', '/notification-channels', { kind: 'email', name, smtp });
    return must<Delivery>(callgate, 200, 'POST', `/notification-channels/${id}/test`, {});
  }

  it('logs in and delivers inside TLS when the certificate is trusted through NODE_EXTRA_CA_CERTS', async () => {
    expect(await test('Trusted', modern)).toMatchObject({ status: 'delivered', responseCode: 250 });
    expect(modern.logins).toEqual([{ secure: true, user: 'mailer' }]);
    expect(modern.mails.map(({ secure }) => secure)).toEqual([true]);
    expect(modern.mails[0]?.text).toContain('Subject: [Callgate] Test of this channel.');
  });

  it('sends nothing to a server whose certificate is for another name', async () => {
    const before = modern.logins.length;
    expect(await test('Other name', modern, { host: '127.0.0.1' })).toMatchObject({ status: 'failed' });
    expect(modern.logins).toHaveLength(before);
  });

  it('sends nothing, no password either, to a server that does not offer it, and says so', async () => {
    expect(await test('Plain', plain)).toMatchObject({
      status: 'failed',
      detail: expect.stringMatching(/does not offer STARTTLS.*nothing was sent/),
    });
    expect([plain.logins, plain.mails]).toEqual([[], []]);
  });
});

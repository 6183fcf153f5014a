import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createClientErrorListener } from '@/lib/hosts/client-error';

const unreadable = (): NodeJS.ErrnoException => Object.assign(new Error('Parse Error'), { code: 'HPE_INVALID_TRANSFER_ENCODING' });

it('leaves one record of bytes that cannot be read, in however many pieces they arrive', async () => {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  const noted: (string | null)[] = [];
  const listener = createClientErrorListener({ noteUnparsed: (address) => noted.push(address) });
  listener(unreadable(), socket);
  // Node calls again when the body of the same request arrives after its head was refused.
  listener(unreadable(), socket);
  client.resume();
  await once(client, 'close');
  expect(noted).toEqual(['127.0.0.1']);
  server.close();
});

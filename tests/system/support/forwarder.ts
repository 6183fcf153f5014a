import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Forwarder {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Sends everything on as it comes (status, headers and bytes, repeated headers included) and adds the token: for programs
 * that cannot send one. `Host` and `Origin` stay what they are, save that the forwarder's own port becomes that of the
 * target. A side that leaves is gone for the other side too.
 */
export async function startForwarder(port: number, path: string, token: string): Promise<Forwarder> {
  const server = createServer({ requireHostHeader: false }, (req, res) => {
    const onward = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method: req.method,
        path,
        headers: [...onwardHeaders(req.rawHeaders, ownPort, port), 'authorization', `Bearer ${token}`],
        setHost: false,
      },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        res.flushHeaders();
        answer.pipe(res);
        answer.on('error', () => res.destroy());
      },
    );
    onward.on('error', () => res.destroy());
    res.on('close', () => res.writableFinished || onward.destroy());
    req.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ownPort = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${ownPort}${path}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function onwardHeaders(raw: readonly string[], ownPort: number, port: number): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name, value] = [raw[at] as string, raw[at + 1] as string];
    const lower = name.toLowerCase();
    if (lower === 'authorization') continue;
    kept.push(name, lower === 'host' || lower === 'origin' ? value.replace(new RegExp(`:${ownPort}$`), `:${port}`) : value);
  }
  return kept;
}

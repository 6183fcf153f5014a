import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Gateway } from '@/lib/gateway/gateway';

/** What Node's own parser answers with; everything else that it cannot read is 400. */
const STATUS_OF: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/**
 * Answers a connection whose bytes are no HTTP (two lengths for one body, control characters in a header) as Node would,
 * and leaves a record: such bytes are how requests are smuggled past a proxy. A connection that merely broke leaves none.
 */
export function createClientErrorListener(gateway: Pick<Gateway, 'noteUnparsed'>): (error: NodeJS.ErrnoException, socket: Socket) => void {
  const noted = new WeakSet<Socket>();
  return (error, socket) => {
    const code = error.code ?? '';
    // What still arrives behind bytes that could not be read fails again, and is the same request.
    if (code.startsWith('HPE_') && !noted.has(socket)) {
      noted.add(socket);
      gateway.noteUnparsed(socket.remoteAddress?.replace(/^::ffff:/, '') ?? null);
    }
    if (code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const status = STATUS_OF[code] ?? 400;
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  };
}

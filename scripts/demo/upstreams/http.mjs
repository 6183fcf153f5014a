// The demo's HTTP servers in one process on 127.0.0.1: `/desk/mcp`, `/code/mcp`, `/office/mcp`, `/warehouse/mcp`.
// usage: PORT=… node http.mjs     prints {"port":…} when it listens; a line `revise` on stdin changes the desk's tools; ends when stdin does.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { code } from './code.mjs';
import { desk, reviseDesk } from './desk.mjs';
import { httpListener } from './mcp-server.mjs';
import { office } from './office.mjs';
import { warehouse } from './warehouse.mjs';

const http = createServer({ keepAliveTimeout: 60_000 }, httpListener({ desk, code, office, warehouse }));
http.on('error', (error) => {
  if (error.code !== 'EADDRINUSE') throw error;
  // The port of the last start is taken by something else now; any other does.
  http.listen(0, '127.0.0.1');
});
http.on('listening', () => process.stdout.write(`${JSON.stringify({ port: http.address().port })}\n`));
http.listen(Number(process.env.PORT ?? 0), '127.0.0.1');

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'revise') reviseDesk();
});
// Ctrl-C reaches the whole process group; Callgate finishes its calls first and closes stdin when it ends.
process.on('SIGINT', () => {});
lines.on('close', () => process.exit(0));

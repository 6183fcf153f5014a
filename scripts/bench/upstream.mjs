// The cheapest MCP upstream there can be: answers every request with a fixed result, so that the bench measures the gateway. `echo` answers
// with a word, `large` with 1 MB of text, `stream` with an event stream: 20 messages of progress, then the result.
import http from 'node:http';

const server = http.createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    // As a collector it takes everything and keeps nothing.
    if (req.url === '/v1/traces') {
      res.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      return;
    }
    const message = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (message.id === undefined) {
      res.writeHead(202).end();
      return;
    }
    if (message.params?.name === 'stream') {
      stream(res, message.id);
      return;
    }
    const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: answer(message) });
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
  });
});

/** Each message is a write of its own, as a server sends them that has nothing to say yet. */
function stream(res, id) {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  let sent = 0;
  const next = () => {
    if (sent++ < STREAMED) {
      const params = { progressToken: id, progress: sent, total: STREAMED };
      res.write(event({ jsonrpc: '2.0', method: 'notifications/progress', params }));
      setImmediate(next);
    } else res.end(event({ jsonrpc: '2.0', id, result: OK }));
  };
  next();
}

function event(message) {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`;
}

function answer(message) {
  if (message.method === 'initialize') {
    return { protocolVersion: message.params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'bench', version: '1' } };
  }
  if (message.method === 'tools/list') return { tools: [ECHO] };
  return message.params?.name === 'large' ? LARGE : OK;
}

const STREAMED = 20;
const OK = { content: [{ type: 'text', text: 'ok' }] };
const LARGE = {
  content: [
    { type: 'text', text: 'ok' },
    { type: 'text', text: 'x'.repeat(1024 * 1024) },
  ],
};

const ECHO = {
  name: 'echo',
  description: 'Returns the text it was given.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
};

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));

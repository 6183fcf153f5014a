// The little of MCP that the demo's servers need, without dependencies: tools over stdio or Streamable HTTP with JSON answers.
import { createInterface } from 'node:readline';

const REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26'];
const BODY_BYTES_MAX = 1_048_576;

/** What a tool throws when its input does not fit; becomes a tool result with `isError`. */
export class ToolError extends Error {}

/** What a demo server throws to stand for a broken backend; becomes HTTP 502. */
export class BackendError extends Error {}

export const text = (description) => ({ type: 'string', ...(description ? { description } : {}) });
export const integer = (description, minimum) => ({
  type: 'integer',
  ...(description ? { description } : {}),
  ...(minimum === undefined ? {} : { minimum }),
});
export const oneOf = (values, description) => ({ type: 'string', enum: values, ...(description ? { description } : {}) });

/** One tool: `inputs` are the properties, all required unless named in `optional`; `run(args)` gives any JSON value. */
export function tool(name, description, inputs, run, { optional = [], annotations } = {}) {
  const required = Object.keys(inputs).filter((key) => !optional.includes(key));
  const inputSchema = { type: 'object', properties: inputs, ...(required.length > 0 ? { required } : {}), additionalProperties: false };
  return { definition: { name, description, inputSchema, ...(annotations ? { annotations } : {}) }, run };
}

/** `tools()` is asked each time, so that a server may change what it offers. */
export function createServer({ name, version = '1.0.0', instructions, tools }) {
  return {
    async answer(message) {
      if (typeof message?.method !== 'string' || message.id === undefined) return null;
      try {
        return { jsonrpc: '2.0', id: message.id, result: await resultOf(message) };
      } catch (error) {
        if (error instanceof BackendError) throw error;
        return { jsonrpc: '2.0', id: message.id, error: { code: error.code ?? -32603, message: error.message } };
      }
    },
  };

  async function resultOf({ method, params = {} }) {
    if (method === 'initialize') {
      const protocolVersion = REVISIONS.includes(params.protocolVersion) ? params.protocolVersion : REVISIONS[0];
      return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name, version }, ...(instructions ? { instructions } : {}) };
    }
    if (method === 'ping') return {};
    if (method === 'tools/list') return { tools: tools().map(({ definition }) => definition) };
    if (method === 'tools/call') return call(params);
    throw Object.assign(new Error(`Method not found: ${method}`), { code: -32601 });
  }

  async function call({ name: wanted, arguments: args = {} }) {
    const found = tools().find(({ definition }) => definition.name === wanted);
    if (!found) throw Object.assign(new Error(`Unknown tool: ${wanted}`), { code: -32602 });
    try {
      return { content: [{ type: 'text', text: JSON.stringify(await found.run(args), null, 2) }] };
    } catch (error) {
      if (error instanceof BackendError) throw error;
      return { content: [{ type: 'text', text: error.message }], isError: true };
    }
  }
}

/** Speaks stdio until stdin ends. */
export function serveStdio(server) {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', async (line) => {
    if (line.trim() === '') return;
    const reply = await server.answer(JSON.parse(line)).catch((error) => {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    });
    if (reply) process.stdout.write(`${JSON.stringify(reply)}\n`);
  });
  lines.on('close', () => process.exit(0));
}

/** A node:http listener that serves each of `servers` at `/<name>/mcp`, and 404 elsewhere. */
export function httpListener(servers) {
  return (request, response) => {
    const chunks = [];
    let bytes = 0;
    request.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => void respond(servers, request, Buffer.concat(chunks).toString('utf8'), response));
  };
}

async function respond(servers, request, body, response) {
  const name = /^\/([a-z-]+)\/mcp$/.exec(request.url ?? '')?.[1];
  const server = name && Object.hasOwn(servers, name) ? servers[name] : null;
  if (!server) return response.writeHead(404).end();
  if (request.method !== 'POST') return response.writeHead(405, { allow: 'POST' }).end();
  try {
    const reply = await server.answer(JSON.parse(body));
    if (!reply) return response.writeHead(202).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  } catch (error) {
    if (error instanceof BackendError) return response.writeHead(502, { 'content-type': 'text/plain' }).end(error.message);
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}');
  }
}

import { Agent, type IncomingMessage, request } from 'node:http';
import type { Access } from './provision';

/** How a session comes to its end. */
export type Ending = 'deleted' | 'abandoned' | 'dropped in a call';
export const ENDINGS: readonly Ending[] = ['deleted', 'abandoned', 'dropped in a call'];

/** A stateful session on sockets of its own: opened, listened to, used for one call, and left as `ending` says. Rejects when a step fails. */
export async function liveThrough(access: Access, ending: Ending, token: string): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const headers: Record<string, string> = {
    authorization: `Bearer ${access.token}`,
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
  };
  const open = (method: string, body?: object): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const made = request(access.url, { method, agent, headers }, (answer) => {
        answer.on('error', () => undefined);
        resolve(answer);
      });
      made.on('error', reject);
      made.end(body === undefined ? undefined : JSON.stringify({ jsonrpc: '2.0', ...body }));
    });
  const whole = async (step: string, method: string, body?: object): Promise<IncomingMessage> => {
    const answer = await open(method, body);
    let text = '';
    for await (const chunk of answer) text += chunk;
    if ((answer.statusCode ?? 0) >= 300 || text.includes('"error"')) throw new Error(`${step}: ${answer.statusCode} ${text}`);
    return answer;
  };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  try {
    const opened = await whole('initialize', 'POST', { id: 1, method: 'initialize', params });
    headers['mcp-session-id'] = String(opened.headers['mcp-session-id']);
    headers['mcp-protocol-version'] = '2025-11-25';
    await whole('initialized', 'POST', { method: 'notifications/initialized' });
    const stream = await open('GET');
    if (stream.statusCode !== 200) throw new Error(`stream: ${stream.statusCode}`);
    stream.resume();
    await whole('call', 'POST', { id: 2, method: 'tools/call', params: { name: 'test_simple_text', arguments: {} } });
    if (ending === 'deleted') await whole('delete', 'DELETE');
    if (ending === 'dropped in a call') {
      const call = { id: 3, method: 'tools/call', params: { name: 'wait', arguments: { token } } };
      open('POST', call).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  } finally {
    agent.destroy();
  }
}

/** The same for a client of HTTP+SSE: its session ends with its stream, in a call or not. Rejects when a step fails. */
export async function streamThrough(access: Access, ending: Ending, token: string): Promise<void> {
  const leaving = new AbortController();
  const headers = { authorization: `Bearer ${access.token}`, 'content-type': 'application/json' };
  const opened = await fetch(`${access.url}/sse`, { headers: { ...headers, accept: 'text/event-stream' }, signal: leaving.signal });
  if (opened.status !== 200 || opened.body === null) throw new Error(`stream: ${opened.status}`);
  const stream = opened.body.pipeThrough(new TextDecoderStream()).getReader();
  let seen = '';
  const until = async (step: string, sign: RegExp): Promise<string> => {
    for (;;) {
      const found = sign.exec(seen)?.[1];
      if (found !== undefined) return found;
      const { done, value } = await stream.read();
      if (done || seen.includes('"error"')) throw new Error(`${step}: ${seen}`);
      seen += value;
    }
  };
  const endpoint = new URL(await until('endpoint', /event: endpoint\ndata: (\S+)\n/), access.url);
  const post = async (step: string, body: object): Promise<void> => {
    const { status } = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', ...body }) });
    if (status !== 202) throw new Error(`${step}: ${status}`);
  };
  const params = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  try {
    await post('initialize', { id: 1, method: 'initialize', params });
    await until('initialize', /"id":(1)\b/);
    await post('initialized', { method: 'notifications/initialized' });
    await post('call', { id: 2, method: 'tools/call', params: { name: 'test_simple_text', arguments: {} } });
    await until('call', /"id":(2)\b/);
    if (ending === 'dropped in a call') await post('wait', { id: 3, method: 'tools/call', params: { name: 'wait', arguments: { token } } });
  } finally {
    await stream.cancel().catch(() => undefined);
    leaving.abort();
  }
}

import http from 'node:http';
import https from 'node:https';

/**
 * Requests to the gateway, without a limit of time: a call may wait for a person, and a stream for something to happen.
 * `send` resolves with `{ status, headers, body }` once the head of the answer is there; rejects with a sentence.
 */
export function createConnection(url, token) {
  const { request, Agent } = url.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const send = (method, headers, body, signal) =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        url,
        {
          method,
          agent,
          signal,
          headers: { ...headers, authorization: `Bearer ${token}`, ...(body && { 'content-length': body.length }) },
        },
        (answer) => resolve({ status: answer.statusCode, headers: answer.headers, body: answer }),
      );
      outgoing.on('error', (error) =>
        reject(signal?.aborted ? error : new Error(`${url.origin} cannot be reached (${error.code ?? error.message}).`)),
      );
      outgoing.end(body);
    });
  return { send, close: () => agent.destroy() };
}

/** A whole body as text. */
export async function textOf(body) {
  const chunks = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

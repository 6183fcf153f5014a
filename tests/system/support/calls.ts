import type { Access } from './provision';

/** One answer of the gateway. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what tests look into
  readonly body: any;
}

let ids = 0;
function nextId(): number {
  ids += 1;
  return ids;
}

/**
 * One JSON-RPC request without a session, as a shell user sends it. Rejects when the connection breaks; a call that nobody waits for any
 * more, because its test has failed already, breaks without a word.
 */
export function send(access: Pick<Access, 'url' | 'token'>, message: object, init: RequestInit = {}): Promise<Answer> {
  const answer = sendNow(access, message, init);
  answer.catch(() => undefined);
  return answer;
}

async function sendNow(access: Pick<Access, 'url' | 'token'>, message: object, init: RequestInit): Promise<Answer> {
  const answer = await fetch(access.url, {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', id: nextId(), ...message }),
    ...init,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${access.token}`,
      ...(init.headers as Record<string, string> | undefined),
    },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: parse(text, answer.headers.get('content-type') ?? '') };
}

export const callTool = (access: Pick<Access, 'url' | 'token'>, name: string, args: object = {}, init: RequestInit = {}): Promise<Answer> =>
  send(access, { method: 'tools/call', params: { name, arguments: args } }, init);

/** What became of a call, in one word: `ok`, the outcome of a refusal, an HTTP status, or a JSON-RPC code. */
export function outcomeOf({ status, body }: Answer): string {
  if (status !== 200) return String(status);
  if (body?.error) return String(body.error.code);
  return body?.result?._meta?.['dev.callgate/decision']?.outcome ?? (body?.result?.isError ? 'tool-error' : 'ok');
}

/** How often each word occurs. */
export function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** `count` calls by `callers` at once; gives what became of each. A broken connection is `broken`. */
export async function storm(callers: number, count: number, call: (n: number) => Promise<Answer>): Promise<string[]> {
  const words: string[] = [];
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) {
      const n = next++;
      words[n] = await call(n).then(outcomeOf, () => 'broken');
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return words;
}

function parse(text: string, contentType: string): unknown {
  if (contentType.startsWith('application/json')) return JSON.parse(text);
  if (!contentType.startsWith('text/event-stream')) return null;
  const messages = text
    .split(/\r?\n\r?\n/)
    .map((event) =>
      event
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
        .join('\n'),
    )
    .filter((data) => data !== '')
    .map((data) => JSON.parse(data) as { id?: unknown });
  return messages.findLast((message) => message.id !== undefined) ?? null;
}

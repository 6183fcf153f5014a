import type { DownloadFile } from '@/lib/control/define-contract';

const HEARTBEAT_MS = 15_000;
const encoder = new TextEncoder();

/** Lines of JSON as they come when the caller accepts them, one array otherwise. A failure before the first item is an ordinary error. */
export async function ndjsonResponse(items: AsyncIterable<unknown>, accept: string): Promise<Response> {
  const iterator = items[Symbol.asyncIterator]();
  const first = await iterator.next();
  const rest = { [Symbol.asyncIterator]: () => iterator };
  if (!accept.includes('application/x-ndjson')) {
    const all = first.done ? [] : [first.value];
    for await (const item of rest) all.push(item);
    return new Response(JSON.stringify(all), { headers: { 'content-type': 'application/json; charset=utf-8' } });
  }
  const line = (item: unknown) => encoder.encode(`${JSON.stringify(item)}\n`);
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (!first.done) controller.enqueue(line(first.value));
    },
    pull: async (controller) => {
      const next = await iterator.next();
      if (next.done) controller.close();
      else controller.enqueue(line(next.value));
    },
    cancel: async () => void (await iterator.return?.()),
  });
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson; charset=utf-8', 'x-accel-buffering': 'no' } });
}

const PIECE_CHARACTERS = 64 * 1024;

/**
 * Text as it is made, for a browser to keep as a file, which the verb may name first when that depends on the request. What fails after
 * the first piece breaks the connection off, so that nothing half passes for whole.
 */
export async function downloadResponse(pieces: AsyncIterable<string | DownloadFile>, fallback: DownloadFile | null): Promise<Response> {
  const iterator = pieces[Symbol.asyncIterator]();
  let next = await iterator.next();
  let file = fallback;
  if (!next.done && typeof next.value !== 'string') {
    file = next.value;
    next = await iterator.next();
  }
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      let text = '';
      for (; !next.done && text.length < PIECE_CHARACTERS; next = await iterator.next()) text += next.value;
      if (text !== '') controller.enqueue(encoder.encode(text));
      if (next.done) controller.close();
    },
    cancel: async () => void (await iterator.return?.()),
  });
  return new Response(body, {
    headers: {
      'content-type': `${file?.type ?? 'text/plain'}; charset=utf-8`,
      'content-disposition': `attachment; filename="${file?.name ?? 'callgate.txt'}"`,
      'x-accel-buffering': 'no',
    },
  });
}

export interface StreamItem {
  readonly id: number | null;
  readonly name: string;
  readonly data: unknown;
}

/**
 * Server-sent events with a comment as heartbeat, so that proxies keep the line and a lost one is noticed. `mayStay` is
 * asked at each heartbeat: a stream does not outlive the session that opened it.
 */
export function sseResponse(items: AsyncIterable<StreamItem>, signal: AbortSignal, mayStay: () => Promise<boolean>): Response {
  const iterator = items[Symbol.asyncIterator]();
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearInterval(timer);
    void iterator.return?.();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode('retry: 2000\n\n: open\n\n'));
      const close = (): void => {
        end();
        try {
          controller.close();
        } catch {
          // Closed or cancelled already.
        }
      };
      signal.addEventListener('abort', close, { once: true });
      timer = setInterval(() => {
        mayStay()
          .then(
            (stays) => (stays ? controller.enqueue(encoder.encode(': beat\n\n')) : close()),
            // The database is away: the page keeps its line, and the lists tell of the trouble themselves.
            () => controller.enqueue(encoder.encode(': beat\n\n')),
          )
          .catch(close);
      }, HEARTBEAT_MS);
      timer.unref();
      void pump(iterator, controller).then(close, close);
    },
    cancel: end,
  });
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no', 'cache-control': 'no-store, no-transform' },
  });
}

async function pump(iterator: AsyncIterator<StreamItem>, controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
  for (;;) {
    const next = await iterator.next();
    if (next.done) return;
    const { id, name, data } = next.value;
    controller.enqueue(encoder.encode(`${id === null ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`));
  }
}

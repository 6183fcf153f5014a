import type { ControlContext } from '../context';
import type { AnswerOf } from '../define-contract';
import type { LiveEvent } from '../services';
import type { streamEvents as contract } from './contract';

type Item = AnswerOf<typeof contract>;

/** A reader that cannot keep up is let go of; its page reconnects and reads the lists again. */
const WAITING_EVENTS_MAX = 5_000;

/** What was missed since the last event seen, then what happens, until the caller goes away. */
export async function* streamEvents(ctx: ControlContext): AsyncIterable<Item> {
  const waiting: Item[] = [];
  let wake = (): void => {};
  const push = (event: LiveEvent): void => {
    waiting.push({ id: event.id, name: event.name, data: event.data as Item['data'] });
    wake();
  };
  // Subscribed before the past is read, so that nothing falls between; the ids sort out what came twice.
  const unsubscribe = ctx.services.events.subscribe(push);
  const stop = (): void => wake();
  ctx.signal.addEventListener('abort', stop);
  let lastId = 0;
  let seenBefore = ctx.lastEventId;
  try {
    if (ctx.lastEventId !== null) {
      const { events, gap } = ctx.services.events.since(ctx.lastEventId);
      if (gap) yield { id: null, name: 'gap', data: {} };
      for (const event of events) {
        lastId = event.id;
        yield { id: event.id, name: event.name, data: event.data as Item['data'] };
      }
    }
    while (!ctx.signal.aborted && waiting.length < WAITING_EVENTS_MAX) {
      const item = waiting.shift();
      if (!item) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const id = item.id ?? 0;
      // Ids begin again with the process: an id below one that the caller has seen means that this is another one.
      if (seenBefore !== null && id <= seenBefore && id > lastId) yield { id: null, name: 'gap', data: {} };
      seenBefore = null;
      if (id > lastId) yield item;
    }
  } finally {
    unsubscribe();
    ctx.signal.removeEventListener('abort', stop);
  }
}

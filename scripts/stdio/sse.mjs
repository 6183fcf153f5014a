/**
 * The events of a server-sent stream: `{ id, data }`, both null where the event has none, with `retry` in milliseconds where it
 * says one. A last event that is cut off is dropped, as the standard has it.
 */
export async function* readEvents(stream) {
  const decoder = new TextDecoder();
  let pieces = [];
  let event = { id: null, data: [], retry: null };
  let skipLineFeed = false;
  for await (const chunk of stream) {
    let text = decoder.decode(chunk, { stream: true });
    if (text === '') continue;
    if (skipLineFeed && text.startsWith('\n')) text = text.slice(1);
    skipLineFeed = text.endsWith('\r');
    const lines = text.split(/\r\n|\r|\n/);
    for (const [at, line] of lines.entries()) {
      pieces.push(line);
      if (at === lines.length - 1) break;
      const whole = pieces.join('');
      pieces = [];
      if (whole !== '') takeField(event, whole);
      else {
        if (event.data.length > 0 || event.id !== null || event.retry !== null)
          yield { id: event.id, data: event.data.length > 0 ? event.data.join('\n') : null, retry: event.retry };
        event = { id: null, data: [], retry: null };
      }
    }
  }
}

function takeField(event, line) {
  const colon = line.indexOf(':');
  if (colon === 0) return;
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (name === 'data') event.data.push(value);
  else if (name === 'id' && !value.includes('\u0000')) event.id = value;
  else if (name === 'retry' && /^\d+$/.test(value)) event.retry = Number(value);
}

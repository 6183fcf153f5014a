/** One server-sent event: its data, whether it can be resumed from, and its text as it stood on the wire. */
export interface SseEvent {
  readonly data: string | null;
  readonly id: string | null;
  readonly event: string | null;
  /** With its line ends and the empty line; what a reader that changes nothing sends on. */
  readonly raw: string;
}

/**
 * Splits a byte stream into events as the HTML standard has it: LF, CR or CRLF, several `data` lines, comments.
 * `charactersMax` bounds one event; a longer one makes `push` throw a RangeError.
 */
export class SseParser {
  private readonly decoder = new TextDecoder('utf-8');
  private rest = '';
  /** Of a line that has not ended: taken together once it does, so that a line in many small pieces costs its length and no more. */
  private pieces: string[] = [];
  private piecesLength = 0;
  private raw = '';
  private data: string | null = null;
  private id: string | null = null;
  private event: string | null = null;

  constructor(private readonly charactersMax: number) {}

  /** The events that this chunk completes. */
  push(chunk: Uint8Array): SseEvent[] {
    const events: SseEvent[] = [];
    const added = this.decoder.decode(chunk, { stream: true });
    if (!added.includes('\n') && !added.includes('\r') && !this.rest.endsWith('\r')) {
      this.pieces.push(added);
      this.piecesLength += added.length;
      this.checkLength();
      return events;
    }
    const text = this.takeRest() + added;
    let start = 0;
    for (;;) {
      const end = lineEnd(text, start);
      if (end < 0) break;
      this.takeLine(text.slice(start, end), text.slice(start, afterLine(text, end)), events);
      start = afterLine(text, end);
    }
    this.rest = text.slice(start);
    this.checkLength();
    return events;
  }

  private checkLength(): void {
    if (this.rest.length + this.piecesLength + this.raw.length > this.charactersMax)
      throw new RangeError('an event is larger than the gateway reads');
  }

  private takeRest(): string {
    const whole = this.pieces.length === 0 ? this.rest : this.rest + this.pieces.join('');
    this.rest = '';
    this.pieces = [];
    this.piecesLength = 0;
    return whole;
  }

  /** The event that the end of the stream completes: a last CR was no half of a CRLF after all. */
  end(): SseEvent[] {
    const events: SseEvent[] = [];
    const rest = this.takeRest();
    if (rest.endsWith('\r')) this.takeLine(rest.slice(0, -1), rest, events);
    return events;
  }

  /** true between events: bytes of a new event may follow. */
  get betweenEvents(): boolean {
    return this.rest === '' && this.piecesLength === 0 && this.raw === '';
  }

  private takeLine(line: string, raw: string, events: SseEvent[]): void {
    this.raw += raw;
    if (line === '') {
      events.push({ data: this.data, id: this.id, event: this.event, raw: this.raw });
      this.raw = '';
      this.data = this.id = this.event = null;
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'data') this.data = this.data === null ? value : `${this.data}\n${value}`;
    else if (field === 'id') this.id = value;
    else if (field === 'event') this.event = value;
  }
}

function lineEnd(text: string, start: number): number {
  const lf = text.indexOf('\n', start);
  const cr = text.indexOf('\r', start);
  const end = lf < 0 ? cr : cr < 0 ? lf : Math.min(lf, cr);
  // A CR at the very end may be half of a CRLF: wait for what follows.
  return end >= 0 && end === cr && end === text.length - 1 ? -1 : end;
}

function afterLine(text: string, end: number): number {
  return text.charCodeAt(end) === 13 && text.charCodeAt(end + 1) === 10 ? end + 2 : end + 1;
}

const encoder = new TextEncoder();

/** A line that every reader of the stream passes over. `text` has no line breaks. */
export function encodeComment(text: string): Uint8Array {
  return encoder.encode(`: ${text}\n\n`);
}

/**
 * Ends an event that broke off in the middle under a name that no client of MCP looks at: the last `event` line counts. What
 * follows is read as a new event.
 */
export function encodeCut(): Uint8Array {
  return encoder.encode('\nevent: callgate-cut-off\n\n');
}

/** The same JSON text without line breaks: those in JSON text stand between tokens, where a space means the same. */
export function spaceOutLines(json: Uint8Array): Uint8Array {
  if (!json.includes(10) && !json.includes(13)) return json;
  return json.map((byte) => (byte === 10 || byte === 13 ? 32 : byte));
}

/** The bytes of one message event; `from` gives the id and the event name of the event it replaces. */
export function encodeEvent(data: string, from?: { id: string | null; event: string | null }): Uint8Array {
  const event = from?.event != null ? `event: ${from.event}\n` : 'event: message\n';
  const id = from?.id != null ? `id: ${from.id}\n` : '';
  // JSON text has no line breaks of its own, but a foreign server's data may.
  return encoder.encode(`${event}${id}data: ${data.replaceAll('\n', '\ndata: ')}\n\n`);
}

/** What a JSON-RPC response says of a call. */
export type SniffedOutcome = 'ok' | 'tool_error' | 'rpc_error' | 'incomplete';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NAME_MAX = 8;

/**
 * Learns from a JSON response that flows past whether it is a result, a result with `isError: true`, or an error, without
 * keeping or parsing it: results may be of any size. Looks at member names at depth 1 and, inside `result`, at depth 2.
 */
export class OutcomeSniffer {
  private depth = 0;
  private inString = false;
  private escaped = false;
  private name = '';
  private resultIsObject = false;
  private inResult = false;
  private valueOfIsError = false;
  private outcome: SniffedOutcome = 'incomplete';
  private closed = false;

  push(chunk: Uint8Array): void {
    const length = chunk.length;
    let quote = -1;
    let backslash = -1;
    for (let at = 0; at < length; at++) {
      if (this.inString && !this.escaped && (this.depth >= 3 || this.name.length >= NAME_MAX)) {
        // Nothing in the rest of this string matters but its end: results are mostly long texts.
        if (quote < at) quote = indexIn(chunk, QUOTE, at);
        if (backslash < at) backslash = indexIn(chunk, BACKSLASH, at);
        at = Math.min(quote, backslash);
        if (at >= length) return;
      }
      const byte = chunk[at] as number;
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) this.inString = false;
        else if (this.depth < 3 && this.name.length < NAME_MAX) this.name += String.fromCharCode(byte);
      } else if (byte === QUOTE) {
        this.inString = true;
        this.name = '';
      } else if (byte > 0x20) this.takeToken(byte);
    }
  }

  /** The document has ended, whatever it was. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** `incomplete` when the document did not end or was no response. */
  end(): SniffedOutcome {
    return this.closed ? this.outcome : 'incomplete';
  }

  private takeToken(byte: number): void {
    switch (byte) {
      case 0x3a:
        this.takeMember();
        return;
      case 0x7b:
      case 0x5b:
        this.depth++;
        if (this.depth === 2) this.resultIsObject = this.inResult && byte === 0x7b;
        return;
      case 0x7d:
      case 0x5d:
        if (--this.depth === 0) this.closed = true;
        return;
      case 0x74:
        if (this.valueOfIsError && this.depth === 2) this.outcome = 'tool_error';
        this.valueOfIsError = false;
        return;
      default:
        this.valueOfIsError = false;
    }
  }

  private takeMember(): void {
    this.valueOfIsError = false;
    if (this.depth === 1) {
      this.inResult = this.name === 'result';
      if (this.name === 'error') this.outcome = 'rpc_error';
      else if (this.inResult && this.outcome === 'incomplete') this.outcome = 'ok';
    } else if (this.depth === 2 && this.resultIsObject && this.name === 'isError') this.valueOfIsError = true;
  }
}

function indexIn(chunk: Uint8Array, byte: number, from: number): number {
  const index = chunk.indexOf(byte, from);
  return index < 0 ? chunk.length : index;
}

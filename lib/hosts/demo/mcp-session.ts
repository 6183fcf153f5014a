/** What a call came to, for the generator's own count. */
export type CallResult = 'answered' | 'refused' | 'lost';

const REVISION = '2025-11-25';

/** A real MCP client over Streamable HTTP, no larger than the demo needs: handshake, tools/list, tools/call. */
export class McpSession {
  private session: string | null = null;
  private nextId = 1;

  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly client: { readonly name: string; readonly version: string },
  ) {}

  /** Makes one call, with the handshake first when there is no session. Never throws: a demo that stops is no reason for noise. */
  async call(tool: string, args: Record<string, unknown>): Promise<CallResult> {
    try {
      if (this.session === null && !(await this.open())) return 'refused';
      const answer = await this.post('tools/call', { name: tool, arguments: args });
      // The gateway was restarted, so the session is gone: the next call opens another.
      if (answer.status === 404) this.session = null;
      return answer.ok ? 'answered' : 'refused';
    } catch {
      this.session = null;
      return 'lost';
    }
  }

  private async open(): Promise<boolean> {
    const answer = await this.post('initialize', { protocolVersion: REVISION, capabilities: {}, clientInfo: this.client });
    if (!answer.ok) return false;
    this.session = answer.headers.get('mcp-session-id') ?? '';
    await this.post('notifications/initialized', null);
    await this.post('tools/list', {});
    return true;
  }

  /** The body is read to its end, so that the connection can be used again. */
  private async post(method: string, params: unknown): Promise<Response> {
    const message = params === null ? { jsonrpc: '2.0', method } : { jsonrpc: '2.0', id: this.nextId++, method, params };
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(method === 'initialize' ? {} : { 'mcp-protocol-version': REVISION }),
        ...(this.session ? { 'mcp-session-id': this.session } : {}),
      },
      body: JSON.stringify(message),
      // Longer than a call is held for a person.
      signal: AbortSignal.timeout(60_000),
    });
    await answer.text();
    return answer;
  }
}

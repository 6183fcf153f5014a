import type { ToolDefinition } from '@/lib/domain/risk';
import {
  UpstreamFailure,
  type UpstreamReply,
  type UpstreamSession,
  type Upstreams,
  type UpstreamTarget,
} from '@/lib/gateway/upstream-port';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { explainHandshake, explainStatus } from './explain-handshake';
import { type OnStep, type ProbeStep, StepFailed, tryStep } from './probe-step';
import { readResponse, readText } from './read-response';

/** What a server says of itself. Everything in it is hostile input. */
export interface UpstreamCatalogue {
  readonly protocolVersion: string;
  readonly serverInfo: JsonObject;
  readonly instructions: string | null;
  readonly capabilities: JsonObject;
  readonly tools: readonly ToolDefinition[];
  /** Sentences about what was odd and left out. */
  readonly findings: readonly string[];
}

/** The catalogue, or the step at which reading it failed; `steps` in the order they were tried, either way. */
export type CatalogueReading =
  | { readonly ok: true; readonly catalogue: UpstreamCatalogue; readonly steps: readonly ProbeStep[] }
  | { readonly ok: false; readonly failed: ProbeStep; readonly steps: readonly ProbeStep[] };

export interface ReadCatalogueOptions {
  readonly onStep?: OnStep;
  readonly signal?: AbortSignal;
  /** Who reads, as the server is told. */
  readonly clientInfo?: JsonObject;
}

const PROTOCOL_VERSION = '2025-11-25';
/**
 * Some servers announce a tool only to clients that can answer what it asks; one that no reading has seen could never be called. Roots are left
 * out: servers ask for them as soon as a session begins, and a reading has none to give.
 */
const CAPABILITIES: JsonObject = { sampling: {}, elicitation: {} };
const TOOLS_MAX = 5_000;
const PAGES_MAX = 100;
const READ_TIMEOUT_MS = 90_000;
let readings = 0;

/**
 * Reads everything a server says of itself and its tools, in a session of its own that is ended afterwards. Never
 * throws: failures come back with the step and a fix.
 */
export async function readCatalogue(
  target: UpstreamTarget,
  upstreams: Upstreams,
  options: ReadCatalogueOptions = {},
): Promise<CatalogueReading> {
  const steps: ProbeStep[] = [];
  const note: OnStep = (step) => {
    steps.push(step);
    options.onStep?.(step);
  };
  const reader = new CatalogueReader(target, upstreams, options);
  try {
    const initialized = await tryStep(
      'initialize',
      note,
      () => reader.initialize(),
      (error) => explainHandshake(error, target),
    );
    const { tools, findings } = await tryStep(
      'tools/list',
      note,
      () => reader.listTools(initialized),
      (error) => explainHandshake(error, target),
    );
    const { serverInfo, capabilities, instructions, protocolVersion } = initialized;
    const catalogue = {
      protocolVersion: String(protocolVersion),
      serverInfo: serverInfo as JsonObject,
      capabilities: capabilities as JsonObject,
      instructions: typeof instructions === 'string' ? instructions : null,
      tools,
      findings,
    };
    return { ok: true, catalogue, steps };
  } catch (error) {
    const failed = steps.at(-1);
    if (!(error instanceof StepFailed) || failed === undefined) throw error;
    return { ok: false, failed, steps };
  } finally {
    await reader.end();
  }
}

class CatalogueReader {
  private readonly session: UpstreamSession;
  private readonly signal: AbortSignal;
  private nextId = 1;
  private opened = false;
  private protocolVersion: string = PROTOCOL_VERSION;

  constructor(
    private readonly target: UpstreamTarget,
    private readonly upstreams: Upstreams,
    options: ReadCatalogueOptions,
  ) {
    readings += 1;
    const clientInfo = options.clientInfo ?? { name: 'callgate', version: '0.1.0' };
    this.session = {
      id: `catalogue-${process.pid}-${readings}`,
      profile: { protocolVersion: PROTOCOL_VERSION, capabilities: CAPABILITIES, clientInfo },
      upstreamId: null,
    };
    const timeout = AbortSignal.timeout(READ_TIMEOUT_MS);
    this.signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  }

  async initialize(): Promise<{ value: JsonObject; detail: string }> {
    const { clientInfo } = this.session.profile;
    const { reply, result } = await this.request('initialize', {
      protocolVersion: PROTOCOL_VERSION,
      capabilities: CAPABILITIES,
      clientInfo,
    });
    this.opened = true;
    this.session.upstreamId = reply.sessionId;
    if (typeof result.protocolVersion !== 'string' || !isJsonObject(result.serverInfo) || !isJsonObject(result.capabilities)) {
      throw new StepFailed(
        'initialize',
        'The answer to initialize is not that of an MCP server.',
        'Check that the address is the MCP endpoint of the server and not another JSON-RPC service.',
      );
    }
    this.protocolVersion = result.protocolVersion;
    await this.notify('notifications/initialized');
    const { name, version } = result.serverInfo;
    return { value: result, detail: `${shown(name)} ${shown(version)}, protocol ${result.protocolVersion}` };
  }

  async listTools(initialized: JsonObject): Promise<{ value: { tools: ToolDefinition[]; findings: string[] }; detail: string }> {
    const tools = new Map<string, ToolDefinition>();
    const findings: string[] = [];
    const cursors = new Set<string>();
    let cursor: string | undefined;
    let page = 0;
    if (isJsonObject(initialized.capabilities) && initialized.capabilities.tools === undefined) {
      findings.push('The server does not declare any tools.');
      return { value: { tools: [], findings }, detail: 'no tools declared' };
    }
    for (;;) {
      const { result } = await this.request('tools/list', cursor === undefined ? {} : { cursor });
      page += 1;
      if (!Array.isArray(result.tools))
        throw new StepFailed('tools/list', 'The answer to tools/list has no list of tools.', 'Look into the log of the MCP server.');
      for (const tool of result.tools as Json[]) takeTool(tool, tools, findings);
      cursor = typeof result.nextCursor === 'string' ? result.nextCursor : undefined;
      if (cursor === undefined) break;
      const stop = reasonToStop(cursor, cursors, page, tools.size);
      if (stop !== null) {
        findings.push(stop);
        break;
      }
      cursors.add(cursor);
    }
    return {
      value: { tools: [...tools.values()].slice(0, TOOLS_MAX), findings },
      detail: `${Math.min(tools.size, TOOLS_MAX)} tools on ${page} ${page === 1 ? 'page' : 'pages'}`,
    };
  }

  async end(): Promise<void> {
    if (!this.opened) return;
    try {
      await this.upstreams.end(this.target, this.session);
    } catch {
      // What was read stands, whether or not the server could be told goodbye.
    }
  }

  private async request(method: string, params: JsonObject): Promise<{ reply: UpstreamReply; result: JsonObject }> {
    const id = this.nextId;
    this.nextId += 1;
    const reply = await this.upstreams.post(this.target, {
      ...this.frame(),
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      method,
      rpcId: id,
    });
    const step = method === 'initialize' ? 'initialize' : 'tools/list';
    if (reply.status < 200 || reply.status > 299) {
      const text = reply.body === null ? '' : await readText(reply.body);
      throw explainStatus(reply.status, text, step, this.target);
    }
    const response = await readResponse(reply, id);
    if (response === null)
      throw new StepFailed(
        step,
        `The answer to ${method} is not MCP (${reply.contentType ?? 'no content type'}).`,
        'Use the address of the MCP endpoint; it usually ends in /mcp. A web page or another API answers here.',
      );
    if (isJsonObject(response.error))
      throw new StepFailed(
        step,
        `The server refuses ${method}: ${shown(response.error.message)} (${shown(response.error.code)}).`,
        'Look into the log of the MCP server.',
      );
    if (!isJsonObject(response.result))
      throw new StepFailed(step, `The answer to ${method} has no result.`, 'Look into the log of the MCP server.');
    return { reply, result: response.result };
  }

  private async notify(method: string): Promise<void> {
    const reply = await this.upstreams.post(this.target, {
      ...this.frame(),
      body: JSON.stringify({ jsonrpc: '2.0', method }),
      method,
      rpcId: null,
    });
    if (reply.body !== null) await readText(reply.body);
    if (reply.status >= 300) throw new UpstreamFailure(`The server answers ${reply.status} to ${method}.`, true);
  }

  private frame(): { headers: Record<string, string>; session: UpstreamSession; signal: AbortSignal } {
    const headers: Record<string, string> = { accept: 'application/json, text/event-stream' };
    if (this.opened) headers['mcp-protocol-version'] = this.protocolVersion;
    return { headers, session: this.session, signal: this.signal };
  }
}

/** A list that never ends must not keep the reader for ever, nor fill its memory. */
function reasonToStop(cursor: string, seen: ReadonlySet<string>, page: number, tools: number): string | null {
  if (seen.has(cursor)) return `The list of tools repeats its cursor ${shown(cursor)}: reading stopped after ${page} pages.`;
  if (tools >= TOOLS_MAX) return `The server lists more than ${TOOLS_MAX} tools; the rest is left out.`;
  return page >= PAGES_MAX ? `The list of tools has more than ${PAGES_MAX} pages; the rest is left out.` : null;
}

function takeTool(tool: Json, tools: Map<string, ToolDefinition>, findings: string[]): void {
  if (!isJsonObject(tool) || typeof tool.name !== 'string' || tool.name === '') findings.push('A tool without a name was left out.');
  // Two definitions of one name cannot both be what people approve: the first stands, and the fact is told.
  else if (tools.has(tool.name)) findings.push(`The tool ${shown(tool.name)} is listed twice; the first definition is kept.`);
  else tools.set(tool.name, tool as unknown as ToolDefinition);
}

function shown(value: Json | undefined): string {
  return String(value ?? '?').slice(0, 200);
}

import type { ControlContext } from '../context';
import { ControlError, type ErrorDetail } from '../control-error';

export interface ServerAddress {
  readonly transport: 'http' | 'sse' | 'stdio';
  readonly url: string | null;
  readonly command: string | null;
  readonly args: readonly string[];
  readonly bridge: boolean;
}

/** Where a new server is, from what was given. */
export function addressOf(body: Partial<ServerAddress> & Pick<ServerAddress, 'transport'>): ServerAddress {
  const { transport, url = null, command = null, args = [], bridge = false } = body;
  return { transport, url, command, args, bridge };
}

/** Throws 422 when the fields do not fit the transport, 403 for stdio without the operator's leave, 422 for a guarded address. */
export async function checkAddress(ctx: ControlContext, address: ServerAddress, hasEnv: boolean, hasHeaders: boolean): Promise<void> {
  const details = misfits(address, hasEnv, hasHeaders);
  if (details.length > 0) {
    throw new ControlError(422, 'server.fields', `These fields do not fit a server of transport \`${address.transport}\`.`, details);
  }
  await checkReach(ctx, address);
}

/** Whether the address may be reached from here, now. Throws 403 or 422 with what to do. */
export async function checkReach(ctx: ControlContext, address: { readonly transport: string; readonly url: string | null }): Promise<void> {
  if (address.transport === 'stdio') requireStdio(ctx);
  else if (address.url !== null) await checkUrl(ctx, address.url);
}

async function checkUrl(ctx: ControlContext, url: string): Promise<void> {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!parsed || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) {
    throw new ControlError(
      422,
      'server.url',
      'The URL is not an http or https address. Write it in full, such as https://mcp.example.com/mcp.',
      [{ path: '/url', message: 'not an http(s) URL' }],
    );
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new ControlError(
      422,
      'server.url_credentials',
      'The URL holds a user name or password, which would be readable by everyone. Put the credential into `auth` or `headers`.',
      [{ path: '/url', message: 'credentials in the URL' }],
    );
  }
  const verdict = await ctx.services.egressCheck(url);
  if (!verdict.ok) {
    throw new ControlError(422, 'server.egress', `${verdict.error.message} ${verdict.error.fix}`, [
      { path: '/url', message: verdict.error.message },
    ]);
  }
}

function requireStdio(ctx: ControlContext): void {
  if (ctx.services.allowStdio) return;
  throw new ControlError(
    403,
    'server.stdio_not_allowed',
    'A stdio server runs a command on the machine of the gateway, and registering one over the API is switched off. Set CALLGATE_ALLOW_STDIO=true and restart to permit it.',
    [{ path: '/transport', message: 'stdio is not permitted here' }],
  );
}

function misfits(address: ServerAddress, hasEnv: boolean, hasHeaders: boolean): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  if (address.bridge && address.transport === 'sse')
    details.push({ path: '/bridge', message: 'a server of transport sse speaks the earlier revisions and needs no bridge' });
  if (address.transport === 'stdio') {
    if (address.command === null) details.push({ path: '/command', message: 'required: the program to run' });
    if (address.url !== null) details.push({ path: '/url', message: 'a stdio server has no url' });
    if (hasHeaders) details.push({ path: '/headers', message: 'a stdio server has no headers or auth; use env' });
  } else {
    if (address.url === null) details.push({ path: '/url', message: 'required: the address of the MCP endpoint' });
    if (address.command !== null) details.push({ path: '/command', message: `a server of transport ${address.transport} has no command` });
    if (address.args.length > 0) details.push({ path: '/args', message: `a server of transport ${address.transport} has no args` });
    if (hasEnv) details.push({ path: '/env', message: `a server of transport ${address.transport} has no env; use headers or auth` });
  }
  return details;
}

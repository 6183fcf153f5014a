import type { UpstreamTarget } from '@/lib/gateway/upstream-port';
import { ChannelFailure } from './channel-host';
import { explainFailure, type FailureExplanation } from './failure-sentence';
import { StepFailed } from './probe-step';
import { HttpStatusError } from './sse-wire';

/** Why a server could not be spoken to, from whatever was thrown on the way; with the last words of a command. */
export function explainHandshake(error: unknown, target: UpstreamTarget): FailureExplanation | StepFailed {
  const status = statusIn(error);
  if (status !== null) return explainStatus(status, '', 'initialize', target);
  const said = error instanceof ChannelFailure && error.diagnostics !== '' ? ` It said last: ${error.diagnostics.slice(-1_500)}` : '';
  if (target.transport === 'stdio') {
    if (error instanceof Error && error.message.includes('(-32022)')) return needsBridge('initialize');
    const { message, fix } = explainFailure(error);
    const own = error instanceof Error ? error.message : message;
    if (/exited with code|was ended by/.test(own))
      return {
        message: `${own}${said}`,
        fix:
          said === ''
            ? 'Run the command by hand with the same arguments and environment; it must wait for messages on stdin.'
            : 'Correct what the command complains about: its arguments, its environment variables, or a missing package.',
      };
    if (/did not answer initialize/.test(own))
      return { message: `${own}${said}`, fix: 'Check that the command speaks MCP on stdin and stdout, and prints nothing else to stdout.' };
    return { message: `${message}${said}`, fix };
  }
  const { message, fix } = explainFailure(error);
  if (/redirects to/.test(message)) return { message, fix: 'Register the address that it redirects to.' };
  if (/did not answer initialize/.test(message))
    return { message, fix: 'Look into the log of the MCP server: it accepted the connection and stayed silent.' };
  return { message, fix };
}

/** The failure that an HTTP status other than success stands for. */
export function explainStatus(status: number, body: string, step: 'initialize' | 'tools/list', target: UpstreamTarget): StepFailed {
  if (status === 401)
    return new StepFailed(
      'authenticate',
      'The server answers 401: it wants credentials, or does not accept the ones it got.',
      'Set the Authorization header (or the header that the server asks for) in the authentication of the server.',
    );
  if (status === 403)
    return new StepFailed(
      'authenticate',
      'The server answers 403: the credentials are known and may not do this.',
      'Give the credential the permission to use MCP, or use another one; some servers also refuse unknown Host headers.',
    );
  if (status === 404 || status === 405) {
    const other =
      target.transport === 'sse'
        ? 'If the server speaks Streamable HTTP, choose the transport http'
        : 'If it is an older server with an /sse endpoint, choose the transport sse';
    return new StepFailed(
      step,
      `The server answers ${status}: there is no MCP endpoint at this path.`,
      `Correct the path of the URL (often /mcp). ${other}.`,
    );
  }
  if (status >= 500)
    return new StepFailed(
      step,
      `The server answers ${status}${quoted(body)}.`,
      'Look into the log of the MCP server, or of the proxy in front of it.',
    );
  if (body.includes('-32022')) return needsBridge(step);
  return new StepFailed(step, `The server answers ${status}${quoted(body)}.`, 'Check that the URL is the MCP endpoint of the server.');
}

function needsBridge(step: 'initialize' | 'tools/list'): StepFailed {
  return new StepFailed(
    step,
    'The server speaks only protocol revisions without a handshake (2026-07-28).',
    'Switch on the bridge of the server ("speaks only revision 2026-07-28"), or enable an earlier revision on it.',
  );
}

function quoted(body: string): string {
  const text = body.replace(/\s+/g, ' ').trim().slice(0, 200);
  return text === '' ? '' : ` and says ${JSON.stringify(text)}`;
}

function statusIn(error: unknown): number | null {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    if (current instanceof HttpStatusError) return current.status;
    current = current.cause;
  }
  return null;
}

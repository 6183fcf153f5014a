import { ControlError } from '@/lib/control/control-error';

/** JSON with the status of success; 204 has no body. An answer's `etag` is also its ETag. */
export function jsonResponse(
  { status, value }: { readonly status: number; readonly value: unknown },
  headers: Record<string, string> = {},
): Response {
  if (status === 204) return new Response(null, { status, headers });
  const etag: Record<string, string> =
    typeof value === 'object' && value !== null && 'etag' in value && typeof value.etag === 'string' ? { etag: `"${value.etag}"` } : {};
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...etag, ...headers },
  });
}

/** The one shape of every error. What nobody foresaw is logged with its cause and told without it. */
export function errorResponse(
  error: unknown,
  requestId: string,
  log: { error(message: string, facts?: Record<string, unknown>): void },
): Response {
  const known = error instanceof ControlError ? error : foreseen(error);
  if (known.status >= 500) log.error('management API failed', { requestId, code: known.code, cause: describe(error) });
  const { code, message, details } = known;
  return jsonResponse(
    { status: known.status, value: { error: { code, message, ...(details.length > 0 ? { details } : {}), requestId } } },
    known.headers,
  );
}

function foreseen(error: unknown): ControlError {
  // Nobody reads this answer; it only must not look like a failure of ours.
  if (error instanceof DOMException && error.name === 'AbortError')
    return new ControlError(499, 'request.left', 'The caller went away before the answer.');
  if (isDatabaseAway(error)) {
    return new ControlError(
      503,
      'database.unavailable',
      'The database does not answer, so nothing was read or changed. Try again in a moment.',
      [],
      { 'retry-after': '2' },
    );
  }
  return new ControlError(500, 'internal', 'Something went wrong on our side. The log has the details under the request id.');
}

/** Prisma: cannot reach, timed out, closed, pool exhausted, transaction could not start in time. PostgreSQL: class 08, 57P0x, 53300. */
function isDatabaseAway(error: unknown): boolean {
  for (let cause = error, depth = 0; typeof cause === 'object' && cause !== null && depth < 6; depth++) {
    const { code, originalCode, name, kind } = cause as { code?: unknown; originalCode?: unknown; name?: unknown; kind?: unknown };
    if (name === 'PrismaClientInitializationError') return true;
    if (
      [code, originalCode].some(
        (value) =>
          typeof value === 'string' &&
          /^(P1001|P1002|P1008|P1017|P2024|P2028|08\w{3}|57P0\d|53300|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT)$/.test(value),
      )
    )
      return true;
    if (typeof kind === 'string' && /^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections)$/.test(kind)) return true;
    cause =
      (cause as { cause?: unknown; meta?: { driverAdapterError?: unknown } }).cause ??
      (cause as { meta?: { driverAdapterError?: unknown } }).meta?.driverAdapterError;
  }
  return false;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** One problem of a request, with the field it is about: `path` is dotted or a JSON Pointer, as the API sends it. */
export interface ErrorDetail {
  path: string;
  message: string;
  line?: number;
  column?: number;
}

/** What the management API refused, or that it could not be reached (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null,
    readonly details: readonly ErrorDetail[] = [],
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

interface RequestOptions {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Speaks JSON with `/api/v1`; throws ApiError for everything that is not a 2xx answer. */
export async function api<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options: RequestOptions = {}): Promise<T> {
  const { body, headers, signal } = options;
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(
      0,
      'network.unreachable',
      'The console cannot reach the server. Check the connection; what you typed is kept.',
      null,
    );
  }
  if (response.status === 204) return undefined as T;
  const payload: unknown = await response.json().catch(() => null);
  if (response.ok) return payload as T;
  throw asApiError(response, payload);
}

function asApiError(response: Response, payload: unknown): ApiError {
  const error = (payload as { error?: { code?: string; message?: string; requestId?: string; details?: ErrorDetail[] } } | null)?.error;
  const requestId = error?.requestId ?? response.headers.get('x-request-id');
  return new ApiError(
    response.status,
    error?.code ?? `http.${response.status}`,
    error?.message ?? `The server answered ${response.status} without an explanation.`,
    requestId ?? null,
    error?.details ?? [],
  );
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Leaves out what is empty, so that equal filters make equal addresses. */
export function queryString(values: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text ? `?${text}` : '';
}

/** The message for one field, when the API named it: `/env/TOKEN`, `env.TOKEN` and `env` all match field `env`. */
export function fieldError(error: unknown, field: string): string | null {
  if (!(error instanceof ApiError)) return null;
  const hit = error.details.find((detail) => {
    const path = detail.path.replace(/^[/#.]+/, '').replaceAll('/', '.');
    return path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
  });
  return hit?.message ?? null;
}

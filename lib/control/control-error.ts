export interface ErrorDetail {
  /** JSON Pointer into the body, or the name of a parameter. */
  readonly path: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 422 | 429 | 499 | 500 | 503;

/** Thrown by verbs so that the transaction rolls back; the router makes the answer from it. The message is for people: what, why, what to do. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  constructor(
    readonly status: ErrorStatus,
    /** Stable and dotted, e.g. `server.slug_taken`. */
    readonly code: string,
    message: string,
    readonly details: readonly ErrorDetail[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** By name: Next's bundle and the server's each have their own copy of the class, and errors cross between them. */
export function isControlError(error: unknown): error is ControlError {
  return error instanceof Error && error.name === 'ControlError';
}

export const notFound = (what: string, reference: string): ControlError =>
  new ControlError(404, `${what}.not_found`, `There is no ${what} \`${reference}\`. Check the id or slug; it may have been deleted.`);

/** Prisma's unique-constraint violation, told by its code so that no run-time import of the client is needed. */
export function isUniqueViolation(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === 'P2002';
}

import { ControlError } from './control-error';

/** The version mark of a row that is changed in place. */
export const etagOf = (...parts: (string | number | Date | null | undefined)[]): string =>
  parts.map((part) => (part instanceof Date ? part.getTime().toString(36) : (part ?? '-'))).join('.');

/** Throws 412 when the caller named a version and another one is there by now. Call it under the row's lock. */
export function requireMatch(ifMatch: string | null, etag: string, what: string): void {
  if (ifMatch === null || ifMatch === etag) return;
  throw new ControlError(
    412,
    `${what}.stale`,
    `The ${what.replaceAll('_', ' ')} was changed by someone else since you read it. Nothing was saved; read it again and repeat your change.`,
    [{ path: 'If-Match', message: `the current version is "${etag}"` }],
  );
}

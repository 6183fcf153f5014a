/**
 * Whether a change comes from the console itself, by what only a browser can say. Next and next-auth let a request
 * without an Origin through; this does not.
 */
export function isOwnOrigin(headers: Headers, origins: readonly string[]): boolean {
  const origin = headers.get('origin');
  return origin !== null ? origins.includes(origin) : headers.get('sec-fetch-site') === 'same-origin';
}

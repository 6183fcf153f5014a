/** A place inside this console to go on to; anything that could leave the origin becomes the fallback. */
export function safePath(next: string | null | undefined, fallback = '/overview'): string {
  if (!next?.startsWith('/') || /^\/[\\/]/.test(next) || /[\u0000-\u001f\\]/.test(next)) return fallback;
  return next;
}

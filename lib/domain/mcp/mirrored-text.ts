// How MCP headers repeat values of the body (revision 2026-07-28).

const SENTINEL = /^=\?base64\?(.*)\?=$/;
/** Whole groups of four with their padding; `atob` would forgive missing padding, which servers may not. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The text a mirrored header stands for (`=?base64?…?=` decoded, anything else as it is), or null for a sentinel that is malformed. */
export function decodeMirror(value: string): string | null {
  const encoded = SENTINEL.exec(value)?.[1];
  if (encoded === undefined) return value;
  if (!BASE64.test(encoded)) return null;
  try {
    const binary = atob(encoded);
    return decoder.decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  } catch {
    return null;
  }
}

/** The header text of a mirrored value: as it is, or as a base64 sentinel when a header cannot carry it unchanged. */
export function encodeMirror(value: string): string {
  const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value) && !value.startsWith('=?');
  if (plain) return value;
  let binary = '';
  for (const byte of new TextEncoder().encode(value)) binary += String.fromCharCode(byte);
  return `=?base64?${btoa(binary)}?=`;
}

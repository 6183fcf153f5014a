/**
 * The peer's address for routes that see no socket. The server that owns the port overwrites whatever a caller sent
 * under this name; where only Next runs it may be made up, and then only the throttle of the account protects.
 */
export const SOURCE_HEADER = 'x-callgate-source';

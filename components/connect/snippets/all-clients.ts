import type { ClientSnippet } from './client-snippet';
import { CODE_CLIENTS } from './code-clients';
import { COMMAND_CLIENTS, HTTP_CLIENTS } from './file-clients';

/** How each client wants it, checked against the clients' documents of 2026-11; in the order of the tabs. */
export const CLIENT_SNIPPETS: readonly ClientSnippet[] = [
  ...HTTP_CLIENTS.slice(0, 1),
  ...COMMAND_CLIENTS,
  ...HTTP_CLIENTS.slice(1),
  ...CODE_CLIENTS,
];

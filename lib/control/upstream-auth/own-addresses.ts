import type { ControlContext } from '../context';

/** Where authorization servers send people back to; registered and compared to the letter. */
export const callbackUrl = (ctx: ControlContext): string => `${ctx.services.publicUrl}/api/v1/oauth/callback`;

/** Where our metadata document is. */
export const clientDocumentUrl = (ctx: ControlContext): string => `${ctx.services.publicUrl}/api/v1/oauth/client.json`;

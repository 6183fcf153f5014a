import { z } from 'zod';

const visible = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\x21-\x7e]+$/, 'visible ASCII without spaces');

const scopesSchema = z
  .string()
  .max(2_000)
  .regex(/^[\x21-\x7e]+( [\x21-\x7e]+)*$/, 'scopes, separated by single spaces')
  .optional()
  .describe('what the server announces unless told');

export const issuerSchema = z
  .url({ protocol: /^https?$/ })
  .max(2_048)
  .optional()
  .describe(
    'confirms the authorization server that the server names; needed with a client id, and where the server names another one than before',
  );

/** Authorized by a person. */
export const authorizationInputSchema = z.strictObject({
  type: z.literal('oauth'),
  clientId: visible(2_048).optional().describe('of a client that was registered by hand'),
  clientSecret: visible(4_096).optional().describe('write-only'),
  issuer: issuerSchema,
  scopes: scopesSchema,
});

/** A client of its own; there is no person. */
export const clientCredentialsInputSchema = z.strictObject({
  type: z.literal('client_credentials'),
  clientId: visible(2_048),
  clientSecret: visible(4_096).describe('write-only'),
  issuer: issuerSchema,
  scopes: scopesSchema,
});

export const headersSchema = z
  .record(
    z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'not a name of a header'),
    z
      .string()
      .min(1)
      .max(16_384)
      .regex(/^[^\u0000\r\n]*$/, 'must not contain line breaks or NUL'),
  )
  .refine((headers) => Object.keys(headers).length > 0, 'at least one header')
  .describe('write-only; sent in place of the server’s');

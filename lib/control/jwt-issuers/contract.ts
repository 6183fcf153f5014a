import { z } from 'zod';
import { JWT_ALGORITHMS, LIFETIME_SECONDS_MAX, SCOPE_MODES, TOLERANCE_SECONDS_MAX } from '@/lib/domain/jwt/jwt-issuer';
import { defineContract } from '../define-contract';
import { lineSchema, pageOf, pageQueryShape, slugSchema, timeSchema } from '../schema-parts';

const scopeSchema = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, 'a scope is one word of visible ASCII without quotes and backslashes');
const algorithmsSchema = z.array(z.enum(JWT_ALGORITHMS)).min(1, 'allow at least one algorithm').max(JWT_ALGORITHMS.length);
const jwksSchema = z.looseObject({ keys: z.array(z.record(z.string(), z.json())).max(100) });
const agentMapSchema = z.record(z.string().min(1).max(200), slugSchema);

const settings = {
  name: lineSchema(120),
  issuer: z
    .url({ protocol: /^https?$/, error: 'an http(s) URL' })
    .max(500)
    .describe('the exact `iss` of its tokens'),
  jwksUrl: z
    .url({ protocol: /^https?$/, error: 'an http(s) URL' })
    .max(1_000)
    .nullable()
    .describe('where its keys are'),
  jwks: jwksSchema.nullable().describe('its public keys themselves, in place of `jwksUrl`'),
  audiences: z
    .array(lineSchema(500))
    .max(20)
    .describe('accepted values of `aud`; empty: the address of the endpoint, `{PUBLIC_URL}/mcp` or `{PUBLIC_URL}`'),
  algorithms: algorithmsSchema,
  toleranceSeconds: z.int().min(0).max(TOLERANCE_SECONDS_MAX).describe('for `exp`, `nbf` and `iat`'),
  lifetimeSeconds: z.int().min(1).max(LIFETIME_SECONDS_MAX).describe('longest accepted time from `iat` to `exp`'),
  typ: lineSchema(100).nullable().describe('required `typ` of the header, such as `at+jwt`; null: any'),
  agentClaim: lineSchema(100).describe('the claim that names the agent'),
  agentMap: agentMapSchema.nullable().describe('agent slugs by value of the claim; null: the value is the slug'),
  scopeClaim: lineSchema(100).describe('a space-separated text or a list'),
  scopeMode: z.enum(SCOPE_MODES).describe('what the scopes of a token do to those of the grant'),
  requiredScopes: z.array(scopeSchema).max(50).describe('without all of them: 403 insufficient_scope'),
  oneTime: z.boolean().describe('each token is good for one request, by its `jti`; one that was used, or has none, is refused with 401'),
};

export const jwtIssuerSchema = z.object({
  ...settings,
  id: z.string(),
  status: z.enum(['active', 'disabled']),
  createdBy: z.string(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  etag: z.string(),
});
export type JwtIssuerAnswer = z.output<typeof jwtIssuerSchema>;

export const listJwtIssuers = defineContract({
  name: 'listJwtIssuers',
  method: 'GET',
  path: '/jwt-issuers',
  permission: 'read',
  summary: 'The issuers whose JWTs agents may present in place of a grant token.',
  query: z.strictObject(pageQueryShape),
  answer: pageOf(jwtIssuerSchema),
});

export const getJwtIssuer = defineContract({
  name: 'getJwtIssuer',
  method: 'GET',
  path: '/jwt-issuers/{issuer}',
  permission: 'read',
  summary: 'One token issuer, by id.',
  answer: jwtIssuerSchema,
});

export const createJwtIssuer = defineContract({
  name: 'createJwtIssuer',
  method: 'POST',
  path: '/jwt-issuers',
  permission: 'issuer.write',
  summary: 'Believes the JWTs of an issuer: each stands for an agent, and for the grant of that agent at the called server.',
  body: z.strictObject({
    ...settings,
    jwksUrl: settings.jwksUrl.default(null),
    jwks: settings.jwks.default(null),
    audiences: settings.audiences.default([]),
    algorithms: algorithmsSchema.default(['RS256', 'ES256']),
    toleranceSeconds: settings.toleranceSeconds.default(30),
    lifetimeSeconds: settings.lifetimeSeconds.default(3_600),
    typ: settings.typ.default(null),
    agentClaim: settings.agentClaim.default('sub'),
    agentMap: settings.agentMap.default(null),
    scopeClaim: settings.scopeClaim.default('scope'),
    scopeMode: settings.scopeMode.default('intersect'),
    requiredScopes: settings.requiredScopes.default([]),
    oneTime: settings.oneTime.default(false),
  }),
  answer: jwtIssuerSchema,
  status: 201,
  affectsGateway: true,
});

export const updateJwtIssuer = defineContract({
  name: 'updateJwtIssuer',
  method: 'PATCH',
  path: '/jwt-issuers/{issuer}',
  permission: 'issuer.write',
  summary: 'Changes a token issuer; tokens that were verified before are verified again. Status disabled refuses its tokens.',
  body: z.strictObject({ ...z.object(settings).partial().shape, status: z.enum(['active', 'disabled']).optional() }),
  answer: jwtIssuerSchema,
  affectsGateway: true,
});

export const deleteJwtIssuer = defineContract({
  name: 'deleteJwtIssuer',
  method: 'DELETE',
  path: '/jwt-issuers/{issuer}',
  permission: 'issuer.write',
  summary: 'Removes a token issuer; its tokens are refused from then on.',
  answer: z.null(),
  status: 204,
  affectsGateway: true,
});

export const checkJwtIssuer = defineContract({
  name: 'checkJwtIssuer',
  method: 'POST',
  path: '/jwt-issuers/{issuer}/check',
  permission: 'issuer.write',
  summary: 'Reads the keys of a token issuer now, and says what they are or why they cannot be used.',
  body: z.strictObject({}),
  bodyOptional: true,
  answer: z.object({
    problem: z.string().nullable(),
    keys: z.array(z.object({ kid: z.string().nullable(), kty: z.string(), alg: z.string().nullable() })),
  }),
});

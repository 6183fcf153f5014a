import { z } from 'zod';
import type { Contract } from '@/lib/control/define-contract';

type Schema = Record<string, unknown>;

/** The OpenAPI 3.1 document of the contracts: made from the same schemas that validate the requests, so it cannot disagree. */
export function openApiDocument(contracts: readonly Contract[], publicUrl: string): Schema {
  const schemas: Schema = { Error: ERROR_SCHEMA };
  const paths: Record<string, Schema> = {};
  for (const contract of contracts) {
    const path = `/api/v1${contract.path}`;
    paths[path] = { ...paths[path], [contract.method.toLowerCase()]: operation(contract, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Callgate management API', version: '1', description: 'Everything the console does goes through this API.' },
    servers: [{ url: publicUrl }],
    security: [{ managementKey: [] }, { session: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        managementKey: { type: 'http', scheme: 'bearer', description: 'CALLGATE_ADMIN_KEY' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'callgate.session',
          description: 'The console session; changes from the console only.',
        },
      },
    },
  };
}

function operation(contract: Contract, schemas: Schema): Schema {
  const convert = (schema: z.ZodType, io: 'input' | 'output', part: string) =>
    hoist(z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' }) as Schema, `${contract.name}${part}`, schemas);
  const success =
    contract.status === 204
      ? { description: 'Done.' }
      : {
          description: 'Success.',
          content: { [contract.file?.type ?? MEDIA[contract.stream ?? 'json']]: { schema: convert(contract.answer, 'output', 'Answer') } },
        };
  return {
    operationId: contract.name,
    summary: contract.summary,
    tags: [contract.path.split('/')[1]],
    ...(contract.permission === 'public' ? { security: [] } : { 'x-permission': contract.permission }),
    parameters: [
      ...pathParameters(contract.path),
      ...queryParameters(contract, convert),
      ...(contract.method === 'GET' ? [] : WRITE_HEADERS),
    ],
    ...(contract.body === null
      ? {}
      : {
          requestBody: {
            required: !contract.bodyOptional,
            content: { 'application/json': { schema: convert(contract.body, 'input', 'Body') } },
          },
        }),
    responses: {
      [contract.status]: success,
      default: { description: 'An error.', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
    },
  };
}

const MEDIA = { json: 'application/json', ndjson: 'application/x-ndjson', sse: 'text/event-stream', download: 'text/plain' } as const;

function pathParameters(path: string): Schema[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters(contract: Contract, convert: (schema: z.ZodType, io: 'input' | 'output', part: string) => Schema): Schema[] {
  if (contract.query === null) return [];
  const { properties = {}, required = [] } = convert(contract.query, 'input', 'Query') as {
    properties?: Record<string, Schema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
    ...(schema.description ? { description: schema.description } : {}),
  }));
}

/** Moves `$defs` of one schema among the components, where its references can find them in the whole document. */
function hoist(schema: Schema, prefix: string, schemas: Schema): Schema {
  const { $defs = {}, $schema: _, ...rest } = schema as { $defs?: Schema; $schema?: string };
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        key === '$ref' && typeof member === 'string' ? member.replace(/^#\/\$defs\//, `#/components/schemas/${prefix}_`) : rename(member),
      ]),
    );
  };
  for (const [name, definition] of Object.entries($defs)) schemas[`${prefix}_${name}`] = rename(definition);
  return rename(rest) as Schema;
}

const WRITE_HEADERS: readonly Schema[] = [
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    schema: { type: 'string', maxLength: 200 },
    description: 'Repeating the request with the same key gives the first answer again.',
  },
  {
    name: 'If-Match',
    in: 'header',
    required: false,
    schema: { type: 'string' },
    description: 'The ETag that was read; 412 when something newer is there.',
  },
];

const ERROR_SCHEMA: Schema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'requestId'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        requestId: { type: 'string' },
        details: {
          type: 'array',
          items: {
            type: 'object',
            required: ['path', 'message'],
            properties: { path: { type: 'string' }, message: { type: 'string' }, line: { type: 'integer' }, column: { type: 'integer' } },
          },
        },
      },
    },
  },
};

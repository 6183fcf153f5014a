import { type ParseError, parse, printParseErrorCode, visit } from 'jsonc-parser';
import type { z } from 'zod';
import { ControlError, type ErrorDetail } from '@/lib/control/control-error';
import type { Contract } from '@/lib/control/define-contract';
import { parseStrictJson } from '@/lib/kernel/strict-json';
import { detailsOf } from './api-issues';

/** The body as text, within the contract's limit; '' when there is none or none is wanted. Throws 400 and 413. */
export async function readBody(request: Request, contract: Contract): Promise<string> {
  if (request.method === 'GET' || request.method === 'HEAD' || request.body === null) return '';
  const tooLarge = (): ControlError =>
    new ControlError(413, 'request.too_large', `The body is larger than the ${contract.bodyBytesMax} bytes that this operation takes.`);
  if (Number(request.headers.get('content-length') ?? 0) > contract.bodyBytesMax) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > contract.bodyBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  if (length === 0) return '';
  const type = request.headers.get('content-type');
  if (type !== null && !/^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type)) {
    throw new ControlError(400, 'request.media_type', 'Send the body as application/json in UTF-8.', [
      { path: 'content-type', message: `got ${type.slice(0, 100)}` },
    ]);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(Buffer.concat(chunks));
  } catch {
    throw new ControlError(400, 'request.malformed', 'The body is not UTF-8 text.');
  }
}

/** The body as the contract wants it. Throws 400 with every problem at once. */
export function validateBody(contract: Contract, text: string): unknown {
  if (contract.body === null) {
    if (text.trim() !== '' && text.trim() !== '{}') throw new ControlError(400, 'request.body', 'This operation takes no body.');
    return undefined;
  }
  if (text.trim() === '') {
    if (contract.bodyOptional) return checked(contract.body, {}, 'body');
    throw new ControlError(400, 'request.body', 'A JSON body is required. See /api/v1/docs.');
  }
  return checked(contract.body, strictJson(text), 'body');
}

/** Query parameters as the contract wants them; one that is written twice becomes a list. Throws 400. */
export function validateQuery(contract: Contract, search: URLSearchParams): unknown {
  const given: Record<string, string | string[]> = {};
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name);
    if (name === '__proto__' || values.some((value) => value.includes('\u0000')))
      throw new ControlError(400, 'request.invalid', 'A query parameter holds what no value can be.', [{ path: name, message: 'refused' }]);
    // An empty parameter is one that was not filled in: forms and scripts send it, and it filters nothing.
    const filled = values.filter((value) => value !== '');
    if (filled.length > 0) given[name] = filled.length === 1 ? (filled[0] as string) : filled;
  }
  if (contract.query !== null) return checked(contract.query, given, 'query');
  const unknown = Object.keys(given);
  if (unknown.length > 0)
    throw new ControlError(
      400,
      'request.invalid',
      'This operation takes no query parameters.',
      unknown.map((path) => ({ path, message: 'unknown parameter' })),
    );
  return {};
}

function checked(schema: z.ZodType, value: unknown, where: 'body' | 'query'): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const details = detailsOf(result.error, schema, value, where);
  const [first] = details;
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : '';
  throw new ControlError(
    400,
    'request.invalid',
    `The ${where} is not what this operation takes: ${first ? `${first.path || 'it'}: ${first.message}` : 'see /api/v1/docs'}${more}.`,
    details,
  );
}

function strictJson(text: string): unknown {
  const strict = parseStrictJson(text, { reportForbiddenKey: true });
  // Tools may well have an argument named "constructor" or "prototype"; only this key reaches an object's prototype.
  if (strict.ok && (strict.value.forbiddenKey === null || !holdsProtoKey(strict.value.value))) return strict.value.value;
  const details = strict.ok ? [] : placesOf(text, strict.error.code);
  const message = strict.ok ? 'A key named __proto__ is refused.' : strict.error.message;
  const [place] = details;
  throw new ControlError(
    400,
    'request.malformed',
    `The body is not one strict JSON document: ${message}${place?.line ? ` Line ${place.line}, column ${place.column}: ${place.message}.` : ''}`,
    details,
  );
}

/** Where the text is wrong. The strict parser is quick and says only what; the editor's parser says where. */
function placesOf(text: string, code: string): ErrorDetail[] {
  const places: { offset: number; message: string }[] = [];
  if (code === 'duplicate_key') {
    const scopes: Set<string>[] = [];
    visit(text, {
      onObjectBegin: () => void scopes.push(new Set()),
      onObjectEnd: () => void scopes.pop(),
      onObjectProperty: (name, offset) => {
        if (scopes.at(-1)?.has(name)) places.push({ offset, message: `the key "${name.slice(0, 100)}" is there twice` });
        scopes.at(-1)?.add(name);
      },
    });
  } else {
    const errors: ParseError[] = [];
    parse(text, errors, { disallowComments: true, allowTrailingComma: false });
    for (const error of errors) places.push({ offset: error.offset, message: words(printParseErrorCode(error.error)) });
  }
  return places.slice(0, 20).map(({ offset, message }) => {
    const before = text.slice(0, offset).split('\n');
    return { path: '', message, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  });
}

const words = (code: string): string => code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

function holdsProtoKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsProtoKey);
  return Object.keys(value).some((key) => key === '__proto__' || holdsProtoKey((value as Record<string, unknown>)[key]));
}

import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { fail, ok, type Result } from '@/lib/kernel/result';
import { parseStrictJson } from '@/lib/kernel/strict-json';
import { TOKEN_CHARACTERS_MAX } from './jwt-issuer';

/** Why a token is not accepted, as a stable word and a sentence without anything of the token in it. */
export interface JwtProblem {
  readonly code:
    | 'jwt_form'
    | 'jwt_alg'
    | 'jwt_header'
    | 'jwt_typ'
    | 'jwt_kid'
    | 'jwt_iss'
    | 'jwt_aud'
    | 'jwt_exp'
    | 'jwt_nbf'
    | 'jwt_iat'
    | 'jwt_lifetime'
    | 'jwt_jti'
    | 'jwt_replay'
    | 'jwt_sig'
    | 'jwt_keys';
  readonly message: string;
}

export const jwtProblem = (code: JwtProblem['code'], message: string): { readonly ok: false; readonly error: JwtProblem } =>
  fail({ code, message });

/** A token taken apart and believed in nothing yet. */
export interface UnverifiedJwt {
  readonly token: string;
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

const PART = /^[A-Za-z0-9_-]+$/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Three parts with dots between them, and no grant token. */
export function looksLikeJwt(credential: string): boolean {
  return !credential.startsWith('cg_') && credential.split('.', 4).length === 3;
}

/** Takes a compact JWS apart: strict base64url, strict JSON without duplicate keys, bounded size. */
export function readJwt(token: string): Result<UnverifiedJwt, JwtProblem> {
  const header = readJwsHeader(token);
  if (!header.ok) return header;
  const claims = readPart(token.split('.')[1] as string);
  return claims === null
    ? jwtProblem('jwt_form', 'The claims of the token are no JSON object.')
    : ok({ token, header: header.value, claims });
}

/** The header of a compact JWS whose parts are all base64url in the one way in which a text can be written. */
export function readJwsHeader(token: string): Result<JsonObject, JwtProblem> {
  if (token.length > TOKEN_CHARACTERS_MAX) return jwtProblem('jwt_form', 'The token is longer than the gateway accepts.');
  const parts = token.split('.');
  if (parts.length !== 3 || !parts.every(isCanonical)) return jwtProblem('jwt_form', 'The token is no signed JWT.');
  const header = readPart(parts[0] as string);
  return header === null ? jwtProblem('jwt_form', 'The header of the token is no JSON object.') : ok(header);
}

/** Left-over bits are zero: otherwise one signature could be written in several ways. */
function isCanonical(part: string): boolean {
  if (!PART.test(part)) return false;
  try {
    return btoa(binaryOf(part)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') === part;
  } catch {
    return false;
  }
}

const binaryOf = (part: string): string => atob(part.replaceAll('-', '+').replaceAll('_', '/'));

function readPart(part: string): JsonObject | null {
  try {
    const parsed = parseStrictJson(decoder.decode(Uint8Array.from(binaryOf(part), (character) => character.charCodeAt(0))), {
      depthMax: 16,
    });
    return parsed.ok && isJsonObject(parsed.value.value) ? parsed.value.value : null;
  } catch {
    return null;
  }
}

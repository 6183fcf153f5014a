import { readJwks } from '@/lib/domain/jwt/read-jwks';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { checkJwtIssuer as contract } from './contract';
import { locateIssuer } from './jwt-issuer-answer';

type Answer = AnswerOf<typeof contract>;

/** Reads the keys now, on a connection of its own; changes nothing. */
export async function checkJwtIssuer(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<Answer> {
  const { jwks, jwksUrl } = await locateIssuer(ctx.prisma, params.issuer);
  try {
    const keys = readJwks(jwks ?? (await ctx.services.fetchText(jwksUrl ?? '')));
    if (!keys.ok) return { problem: keys.error, keys: [] };
    return { problem: null, keys: keys.value.map(({ kid, kty, alg }) => ({ kid: textOf(kid), kty, alg: textOf(alg) })) };
  } catch (error) {
    return { problem: (error as Error).message, keys: [] };
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, 200) : null;
}

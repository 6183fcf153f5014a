import {
  AuthorizationResponseError,
  OperationProcessingError,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { IssuerUnconfirmed } from '@/lib/domain/issuer-unconfirmed';
import { failureSentence } from '../failure-sentence';

/** Why there is no token, for people; never with a secret or with text of the other side that could pass for ours. */
export class OAuthProblem extends Error {
  override readonly name = 'OAuthProblem';
  constructor(
    message: string,
    /** Asking again as we are cannot help: a person has to connect again. */
    readonly final: boolean,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Errors of a token endpoint after which the same request would fail for ever. */
const FINAL: ReadonlySet<string> = new Set(['invalid_grant', 'invalid_client', 'unauthorized_client', 'invalid_scope', 'invalid_target']);

const WORDS: Readonly<Record<string, string>> = {
  invalid_grant: 'The authorization server does not accept the grant any more (invalid_grant): it was revoked, used or has expired.',
  invalid_client: 'The authorization server does not accept this client (invalid_client).',
  unauthorized_client: 'This client may not use this kind of grant (unauthorized_client).',
  invalid_scope: 'The authorization server does not give the scopes that were asked for (invalid_scope).',
  invalid_target: 'The authorization server does not know the server as a resource (invalid_target).',
  access_denied: 'The authorization was refused at the authorization server (access_denied).',
};

/** What went wrong, from whatever the library, the guard or the network threw. */
export function problemOf(error: unknown, doing: string): OAuthProblem | IssuerUnconfirmed {
  if (error instanceof OAuthProblem || error instanceof IssuerUnconfirmed) return error;
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    const code = /^[\x20-\x7e]{1,60}$/.test(error.error) ? error.error : 'unreadable error';
    return new OAuthProblem(WORDS[code] ?? `The authorization server answers ${code} ${doing}.`, FINAL.has(code), { cause: error });
  }
  if (error instanceof WWWAuthenticateChallengeError)
    return new OAuthProblem('The authorization server does not accept this client (HTTP 401).', error.status === 401, { cause: error });
  if (error instanceof OperationProcessingError || error instanceof UnsupportedOperationError)
    return new OAuthProblem(`The answer of the authorization server is not valid ${doing}: ${error.message}.`, false, { cause: error });
  return new OAuthProblem(`The authorization server could not be asked ${doing}. ${failureSentence(error)}`, false, { cause: error });
}

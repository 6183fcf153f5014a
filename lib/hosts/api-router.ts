import { isOwnOrigin } from '@/lib/auth/own-origin';
import { type Actor, ANONYMOUS, type ControlContext, type Database } from '@/lib/control/context';
import { ControlError } from '@/lib/control/control-error';
import type { Contract, DownloadFile } from '@/lib/control/define-contract';
import { REGISTRY } from '@/lib/control/registry';
import type { Route } from '@/lib/control/routes/route';
import type { ControlServices } from '@/lib/control/services';
import { mayRole, ROLE_NAMES, rolesWith } from '@/lib/domain/roles';
import { readBody, validateBody, validateQuery } from './api-body';
import { docsPage } from './api-docs';
import { errorResponse, jsonResponse } from './api-errors';
import { onlyOnce } from './api-idempotency';
import { openApiDocument } from './api-openapi';
import { createMatcher } from './api-paths';
import { downloadResponse, ndjsonResponse, sseResponse } from './api-streams';
import type { ReadinessReport } from './observe/readiness';

/** What the process tells about itself; the paths that need no sign-in. */
export interface Health {
  /** Whether calls can be decided, recorded and forwarded; never rejects. */
  readiness(): Promise<ReadinessReport>;
  /** Prometheus text. */
  metrics(): Promise<string>;
}

export interface ApiDeps {
  readonly prisma: Database;
  readonly services: ControlServices;
  /** `touch: false` looks without counting as a sign of life of the person. */
  actorOf(headers: Headers, options?: { readonly touch?: boolean }): Promise<Actor | null>;
  /** Origins of the console, such as `https://callgate.example.com`; never derived from a request. */
  readonly origins: readonly string[];
  now(): Date;
  readonly health: Health;
  readonly log: { error(message: string, facts?: Record<string, unknown>): void };
}

export interface RequestInfo {
  /** Address of the peer as the socket or the trusted proxy says. */
  readonly sourceIp: string;
}

export interface Api {
  /** Answers any request to `/api/v1/*`, `/healthz`, `/readyz` and `/metrics`. Never throws. */
  handle(request: Request, info: RequestInfo): Promise<Response>;
}

const BASE = '/api/v1';

/** The management API as one function from Request to Response: every check of every operation happens here and only here. */
export function createApi(deps: ApiDeps, registry: readonly Route[] = REGISTRY): Api {
  const match = createMatcher(registry);
  const openApi = JSON.stringify(
    openApiDocument(
      registry.map((route) => route.contract),
      deps.services.publicUrl,
    ),
  );
  const docs = docsPage(registry.map((route) => route.contract));

  const answer = async (request: Request, info: RequestInfo, requestId: string): Promise<Response> => {
    const url = new URL(request.url);
    const own = await ownPage(deps, request, info, url.pathname, { openApi, docs });
    if (own) return own;
    const { route, params } = match(request.method, url.pathname.startsWith(`${BASE}/`) ? url.pathname.slice(BASE.length) : url.pathname);
    const { contract } = route;
    const actor = await deps.actorOf(request.headers);
    requirePermission(contract, actor);
    requireOwnOrigin(deps.origins, request, actor);
    const raw = await readBody(request, contract);
    const input = {
      params,
      query: validateQuery(contract, url.searchParams),
      body: validateBody(contract, raw),
      ifMatch: ifMatchOf(request.headers),
    };
    const ctx = contextOf(deps, request, info, requestId, actor);
    return run(deps, route, ctx, input, { request, rawBody: raw, target: url.pathname + url.search });
  };

  return {
    async handle(request, info) {
      const requestId = deps.services.newId('req');
      let response: Response;
      try {
        response = await answer(request, info, requestId);
      } catch (error) {
        response = errorResponse(error, requestId, deps.log);
      }
      response.headers.set('x-request-id', requestId);
      response.headers.set('x-content-type-options', 'nosniff');
      if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
      if (request.method !== 'HEAD') return response;
      // What nobody reads would otherwise wait for a reader for ever.
      await response.body?.cancel();
      return new Response(null, response);
    },
  };
}

type RouteInput = Parameters<Route['run']>[1];

async function run(
  deps: ApiDeps,
  route: Route,
  ctx: ControlContext,
  input: RouteInput,
  facts: { request: Request; rawBody: string; target: string },
): Promise<Response> {
  const { contract } = route;
  if (contract.stream !== null) {
    const items = route.run(ctx, input) as AsyncIterable<unknown>;
    if (contract.stream === 'download') return downloadResponse(items as AsyncIterable<string | DownloadFile>, contract.file);
    if (contract.stream === 'ndjson') return ndjsonResponse(items, facts.request.headers.get('accept') ?? '');
    return sseResponse(
      items as Parameters<typeof sseResponse>[0],
      ctx.signal,
      async () => (await deps.actorOf(facts.request.headers, { touch: false })) !== null,
    );
  }
  const perform = async () => {
    const value = await (route.run(ctx, input) as Promise<unknown>);
    if (contract.affectsGateway) await deps.services.waitForVersion();
    return { status: contract.status, value };
  };
  if (contract.redirects) return redirectTo((await perform()).value as { readonly location: string });
  const key = contract.method === 'GET' || ctx.actor.kind === 'anonymous' ? null : facts.request.headers.get('idempotency-key');
  if (key === null) return jsonResponse(await perform());
  return onlyOnce(ctx, { key, request: `${contract.method} ${facts.target}\n${facts.rawBody}` }, perform);
}

/** To a page of our own: the location is a path that a verb made, never an address that somebody sent. */
function redirectTo({ location }: { readonly location: string }): Response {
  return new Response(null, { status: 303, headers: { location, 'referrer-policy': 'no-referrer' } });
}

function requirePermission(contract: Contract, actor: Actor | null): void {
  if (contract.permission === 'public') return;
  if (!actor) {
    throw new ControlError(401, 'auth.required', 'Sign in, or send a management key: Authorization: Bearer <key>.', [], {
      'www-authenticate': 'Bearer realm="callgate"',
    });
  }
  if (mayRole(actor.role, contract.permission)) return;
  const roles = rolesWith(contract.permission).map((role) => ROLE_NAMES[role]);
  throw new ControlError(
    403,
    'auth.forbidden',
    `This needs the permission \`${contract.permission}\`, which the role ${ROLE_NAMES[actor.role]} does not have. Ask someone who is ${roles.join(' or ')}.`,
  );
}

/**
 * Browsers send the session's cookie along with whatever page makes the request, so a change is accepted only from the
 * console itself. The Host header says nothing here: an attacker's page chooses the host it talks to.
 */
function requireOwnOrigin(origins: readonly string[], request: Request, actor: Actor | null): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  if (actor !== null && actor.sessionId === null) return;
  // Without a session and without a word from a browser it is a script, which no other site can borrow.
  const isScript = actor === null && !request.headers.has('origin') && !request.headers.has('sec-fetch-site');
  if (!isScript && !isOwnOrigin(request.headers, origins))
    throw new ControlError(
      403,
      'auth.origin',
      'Changes are accepted from the console itself only. Open the console at its configured address (PUBLIC_URL), or use a management key.',
    );
}

function contextOf(deps: ApiDeps, request: Request, info: RequestInfo, requestId: string, actor: Actor | null): ControlContext {
  const lastEventId = request.headers.get('last-event-id');
  return {
    prisma: deps.prisma,
    services: deps.services,
    actor: actor ?? ANONYMOUS,
    requestId,
    sourceIp: info.sourceIp,
    now: deps.now(),
    signal: request.signal,
    lastEventId: lastEventId !== null && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null,
  };
}

function ifMatchOf(headers: Headers): string | null {
  const text = headers.get('if-match')?.trim();
  if (!text || text === '*') return null;
  return text.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}

async function ownPage(
  deps: ApiDeps,
  request: Request,
  info: RequestInfo,
  path: string,
  texts: { openApi: string; docs: { html: string; csp: string } },
): Promise<Response | null> {
  const pages: Record<string, () => Promise<Response>> = {
    '/healthz': async () => jsonResponse({ status: 200, value: { status: 'ok' } }),
    '/readyz': async () => readinessResponse(await deps.health.readiness()),
    '/metrics': async () => {
      if (!isLoopback(info.sourceIp)) requirePermission({ permission: 'read' } as Contract, await deps.actorOf(request.headers));
      return new Response(await deps.health.metrics(), { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } });
    },
    [`${BASE}/openapi.json`]: async () => new Response(texts.openApi, { headers: { 'content-type': 'application/json; charset=utf-8' } }),
    [`${BASE}/docs`]: async () =>
      new Response(texts.docs.html, {
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': texts.docs.csp,
          'referrer-policy': 'no-referrer',
        },
      }),
  };
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (!page) return null;
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new ControlError(405, 'request.method', `${path} answers GET only.`, [], { allow: 'GET, HEAD' });
  return page();
}

const readinessResponse = (report: ReadinessReport): Response => jsonResponse({ status: report.ready ? 200 : 503, value: report });

const isLoopback = (ip: string): boolean => ip === '::1' || /^(::ffff:)?127\./.test(ip);

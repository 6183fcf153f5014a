import type { z } from 'zod';
import type { Permission } from '@/lib/domain/roles';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A file as a browser keeps it: its media type and its name. */
export interface DownloadFile {
  readonly type: string;
  readonly name: string;
}

/** One operation of the management API: what it takes, what it gives, who may. Safe to import in the browser. */
export interface Contract<
  Path extends string = string,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  /** Unique; the operation's id in the OpenAPI document. */
  readonly name: string;
  readonly method: HttpMethod;
  /** Below `/api/v1`, e.g. `/servers/{server}`; a parameter is one URL-encoded segment. */
  readonly path: Path;
  /** `public` needs no sign-in; everything else is refused without the permission, in the router and nowhere else. */
  readonly permission: Permission | 'public';
  readonly summary: string;
  readonly query: Query | null;
  readonly body: Body | null;
  /** true when a request without a body means an empty object. */
  readonly bodyOptional: boolean;
  readonly answer: Answer;
  /** The status of success; 204 has no body. */
  readonly status: 200 | 201 | 204;
  /**
   * The verb yields items instead of giving one answer; `answer` describes one item (`sse`) or the collected items (`ndjson`). What a
   * `download` yields are pieces of a text that the browser keeps as a file.
   */
  readonly stream: 'ndjson' | 'sse' | 'download' | null;
  /** Of a `download`; its verb may yield another one before the first piece. */
  readonly file: DownloadFile | null;
  /** A browser is sent to the answer’s `location`, a path of the console, instead of getting it. */
  readonly redirects: boolean;
  /** The change concerns the gateway: the answer waits until this node's snapshot has it (2 s at most). */
  readonly affectsGateway: boolean;
  /** Bytes of body accepted. */
  readonly bodyBytesMax: number;
}

interface ContractDraft<Path extends string, Query extends z.ZodType, Body extends z.ZodType, Answer extends z.ZodType> {
  readonly name: string;
  readonly method: HttpMethod;
  readonly path: Path;
  readonly permission: Permission | 'public';
  readonly summary: string;
  readonly query?: Query;
  readonly body?: Body;
  readonly bodyOptional?: boolean;
  readonly answer: Answer;
  readonly status?: 200 | 201 | 204;
  readonly stream?: 'ndjson' | 'sse' | 'download';
  readonly file?: DownloadFile;
  readonly redirects?: boolean;
  readonly affectsGateway?: boolean;
  readonly bodyBytesMax?: number;
}

export const BODY_BYTES_MAX = 2 * 1024 * 1024;

/** Fills in what most contracts leave out. */
export function defineContract<
  const Path extends string,
  Query extends z.ZodType = z.ZodNever,
  Body extends z.ZodType = z.ZodNever,
  Answer extends z.ZodType = z.ZodType,
>(draft: ContractDraft<Path, Query, Body, Answer>): Contract<Path, Query, Body, Answer> {
  return {
    query: null,
    body: null,
    bodyOptional: false,
    status: 200,
    stream: null,
    file: null,
    redirects: false,
    affectsGateway: false,
    bodyBytesMax: BODY_BYTES_MAX,
    ...draft,
  };
}

/** `{ server: string, tool: string }` for `/servers/{server}/tools/{tool}`. */
export type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [K in Name]: string } & PathParams<Rest>
  : unknown;

export type ParamsOf<C> = C extends Contract<infer Path> ? PathParams<Path> : never;
/** The query as a verb receives it, defaults filled in. */
export type QueryOf<C> = C extends Contract<string, infer Query> ? z.output<Query> : never;
/** The body as a verb receives it. */
export type BodyOf<C> = C extends Contract<string, z.ZodType, infer Body> ? z.output<Body> : never;
/** The query and body as a caller may write them. */
export type QueryInput<C> = C extends Contract<string, infer Query> ? z.input<Query> : never;
export type BodyInput<C> = C extends Contract<string, z.ZodType, infer Body> ? z.input<Body> : never;
/** The answer as it goes over the wire. */
export type AnswerOf<C> = C extends Contract<string, z.ZodType, z.ZodType, infer Answer> ? z.output<Answer> : never;

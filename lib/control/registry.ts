import { AGENTS } from './routes/agents';
import { APPROVALS } from './routes/approvals';
import { PEOPLE } from './routes/people';
import { POLICIES } from './routes/policies';
import type { Route } from './routes/route';
import { SERVERS } from './routes/servers';
import { TRAIL } from './routes/trail';
import { WATCHING } from './routes/watching';

/** Every operation of the management API. What is not here does not exist: the router, OpenAPI and the role matrix read this list. */
export const REGISTRY: readonly Route[] = [...PEOPLE, ...SERVERS, ...POLICIES, ...APPROVALS, ...AGENTS, ...TRAIL, ...WATCHING];

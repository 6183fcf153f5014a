import { SOURCE_HEADER } from '@/lib/auth/source-header';
import { getRuntime } from '@/lib/hosts/runtime';

export const dynamic = 'force-dynamic';

/** The management API where only Next runs; behind our own server these paths never get here. */
async function handle(request: Request): Promise<Response> {
  const { api } = await getRuntime();
  return api.handle(request, { sourceIp: request.headers.get(SOURCE_HEADER) ?? '' });
}

export { handle as DELETE, handle as GET, handle as HEAD, handle as PATCH, handle as POST, handle as PUT };

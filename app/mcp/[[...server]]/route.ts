import { handleFetch } from '@/lib/hosts/gateway-fetch';
import { getRuntime } from '@/lib/hosts/runtime';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
export const maxDuration = 3600;

/** The gateway where only Next runs. The address of the client is unknown here, and what a header says of it is not believed. */
async function serve(request: Request): Promise<Response> {
  const { gateway } = await getRuntime();
  return handleFetch(gateway, request, null);
}

export { serve as DELETE, serve as GET, serve as POST };

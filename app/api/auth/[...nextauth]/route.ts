import type { NextRequest } from 'next/server';
import NextAuth from 'next-auth';
import { createAuthOptions } from '@/lib/auth/auth-options';
import { isOwnOrigin } from '@/lib/auth/own-origin';
import { getRuntime } from '@/lib/hosts/runtime';

export const dynamic = 'force-dynamic';

async function handle(request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const { auth } = await getRuntime();
  if (request.method !== 'GET' && !isOwnOrigin(request.headers, auth.origins)) return Response.json({ error: 'origin' }, { status: 403 });
  // next-auth would otherwise take its own address from the request.
  process.env.NEXTAUTH_URL ??= auth.publicUrl;
  return NextAuth(request, context, createAuthOptions(auth)) as Promise<Response>;
}

export { handle as GET, handle as POST };

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import type { Actor } from '@/lib/control/context';
import { getRuntime } from './runtime';

/** The signed-in person of a server component's request; sends everybody else to the sign-in page and back to `path`. */
export async function requireUser(path = '/overview'): Promise<Actor> {
  const { auth } = await getRuntime();
  const actor = await auth.actorOf(new Headers(await headers()));
  if (actor === null || actor.kind !== 'user') redirect(`/sign-in?next=${encodeURIComponent(path)}`);
  return actor;
}

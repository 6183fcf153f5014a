'use client';

import { useQuery } from '@tanstack/react-query';
import { type Permission, ROLE_NAMES, rolesWith } from '@/lib/domain/roles';
import { api } from './api/client';
import type { Me } from './api/wire';

export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: ({ signal }) => api<Me>('GET', '/me', { signal }), staleTime: 60_000 });
}

/**
 * Null when the signed-in person may, otherwise the sentence that a disabled button shows. The server decides again;
 * this only spares people a refusal they could have known.
 */
export function useRefusal(permission: Permission): string | null {
  const me = useMe();
  if (!me.data) return me.isPending ? 'Checking your role…' : 'Your role is not known while the server cannot be reached.';
  if (me.data.permissions.includes(permission)) return null;
  return `Your role is ${ROLE_NAMES[me.data.role]}. This needs ${rolesWith(permission)
    .map((role) => ROLE_NAMES[role])
    .join(' or ')}.`;
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '@/components/shared/api/client';
import type { Tool } from '@/components/shared/api/wire';
import type { BodyInput } from '@/lib/control/define-contract';
import type { updateTool } from '@/lib/control/tools/contract';

/** Changes a tool and makes every list that shows it read again. */
export function useUpdateTool(tool: Tool) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyInput<typeof updateTool>) =>
      api<Tool>('PATCH', `/servers/${tool.server}/tools/${encodeURIComponent(tool.name)}`, { body }),
    onSuccess: () => Promise.all(['tools', 'server', 'servers'].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}

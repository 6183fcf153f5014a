'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, Sparkles, Trash2, Undo2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { PolicyDetail } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Menu, MenuItem, MenuRule } from '@/components/ui/menu';
import { toast } from '@/components/ui/toaster';
import { startText } from './new-policy-dialog';
import { START_POINTS } from './start-points';
import { path } from './use-draft';

export function PolicyMenu({ policy, onStart }: { policy: PolicyDetail; onStart: (text: string) => void }) {
  const router = useRouter();
  const client = useQueryClient();
  const cannotWrite = useRefusal('policy.write');
  const cannotDelete = useRefusal('policy.publish');
  const [open, setOpen] = useState<'discard' | 'delete' | null>(null);
  const start = useMutation({
    mutationFn: (id: string) => startText(id, policy.server.slug),
    onSuccess: (text) => {
      onStart(text);
      toast('Text replaced', { description: 'Undo in the editor brings the old text back. Nothing is saved yet.' });
    },
    onError: (error) => toast.error('No text was made', { description: error.message }),
  });
  const discard = useMutation({
    mutationFn: () => api('DELETE', `${path(policy)}/draft`),
    onSuccess: () => {
      setOpen(null);
      onStart(policy.liveText ?? '');
      client.invalidateQueries({ queryKey: ['policy'] });
    },
  });
  const remove = useMutation({
    mutationFn: () => api('DELETE', path(policy)),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['policies'] });
      toast.success(`${policy.name} deleted`);
      router.push('/policies');
    },
  });
  return (
    <>
      <Menu
        trigger={
          <Button aria-label="Start from a template">
            <Sparkles aria-hidden className="size-4" />
            Start from
          </Button>
        }
      >
        {START_POINTS.map((point) => (
          <MenuItem key={point.id} disabledReason={cannotWrite} onSelect={() => start.mutate(point.id)}>
            {point.label}
            <span className="block max-w-64 text-meta text-ink-3">{point.hint}</span>
          </MenuItem>
        ))}
      </Menu>
      <Menu
        trigger={
          <Button size="iconMd" aria-label="More actions">
            <Ellipsis aria-hidden className="size-4" />
          </Button>
        }
      >
        <MenuItem
          icon={<Undo2 />}
          disabledReason={cannotWrite ?? (policy.draft ? null : 'There is no saved draft')}
          onSelect={() => setOpen('discard')}
        >
          Discard draft
        </MenuItem>
        <MenuRule />
        <MenuItem icon={<Trash2 />} destructive disabledReason={cannotDelete} onSelect={() => setOpen('delete')}>
          Delete policy
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={open === 'discard'}
        onOpenChange={() => setOpen(null)}
        tier="T1"
        action="Discard draft"
        pending={discard.isPending}
        error={discard.error?.message}
        consequences={[
          policy.live ? `Version ${policy.live.version} stays live.` : 'The policy has no published version yet, so its text is gone.',
        ]}
        onConfirm={() => discard.mutate()}
      />
      <ConfirmDialog
        open={open === 'delete'}
        onOpenChange={() => setOpen(null)}
        tier="T3"
        name={policy.slug}
        destructive
        action="Delete policy"
        pending={remove.isPending}
        error={remove.error?.message}
        consequences={[
          `${plural(policy.grants, 'grant')} that use it deny everything from the next call.`,
          'Its versions are deleted. The audit trail stays.',
        ]}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}

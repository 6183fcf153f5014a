'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Download, Ellipsis, Settings2, Sparkles, Trash2, Undo2 } from 'lucide-react';
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
import { downloadPolicy, EXPORT_FORMATS, type ExportFormat } from './import/download-policy';
import { ImportDialog } from './import/import-dialog';
import { START_POINTS, type StartId, startText } from './import/start-text';
import { PolicySettingsDialog } from './publish/policy-settings-dialog';
import { path } from './use-draft';

interface PolicyMenuProps {
  policy: PolicyDetail;
  /** The editor holds more than was saved. */
  unsaved: boolean;
  onStart: (text: string) => void;
}

export function PolicyMenu({ policy, unsaved, onStart }: PolicyMenuProps) {
  const router = useRouter();
  const client = useQueryClient();
  const cannotWrite = useRefusal('policy.write');
  const cannotDelete = useRefusal('policy.publish');
  const [open, setOpen] = useState<'discard' | 'delete' | 'import' | 'settings' | null>(null);
  const replaceText = (text: string) => {
    onStart(text);
    toast('Text replaced', { description: 'Undo brings the old text back. Nothing is saved yet.' });
  };
  const start = useMutation({
    mutationFn: (id: StartId) => startText(id, policy.server.slug),
    onSuccess: replaceText,
    onError: (error) => toast.error('No text was made', { description: error.message }),
  });
  const download = useMutation({
    mutationFn: (format: ExportFormat) => downloadPolicy(policy, format),
    onSuccess: () => {
      if (unsaved) toast('Exported as it is saved', { description: 'Your unsaved changes are not in the file.' });
    },
    onError: (error) => toast.error('Nothing was exported', { description: error.message }),
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
        <MenuRule />
        <MenuItem disabledReason={cannotWrite} onSelect={() => setOpen('import')}>
          Import a policy…
          <span className="block max-w-64 text-meta text-ink-3">PolicyLayer JSON, Intercept YAML, or a file of this language</span>
        </MenuItem>
      </Menu>
      <Menu
        trigger={
          <Button size="iconMd" aria-label="More actions">
            <Ellipsis aria-hidden className="size-4" />
          </Button>
        }
      >
        {EXPORT_FORMATS.map(([format, label]) => (
          <MenuItem
            key={format}
            icon={<Download />}
            disabledReason={policy.draft || policy.live ? null : 'There is no text to export'}
            onSelect={() => download.mutate(format)}
          >
            Export: {label}
          </MenuItem>
        ))}
        <MenuRule />
        <MenuItem icon={<Settings2 />} disabledReason={cannotWrite} onSelect={() => setOpen('settings')}>
          Policy settings
        </MenuItem>
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
      {open === 'settings' ? <PolicySettingsDialog policy={policy} onClose={() => setOpen(null)} /> : null}
      {open === 'import' ? (
        <ImportDialog
          server={policy.server.slug}
          onClose={() => setOpen(null)}
          onTake={(text) => {
            setOpen(null);
            replaceText(text);
          }}
        />
      ) : null}
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

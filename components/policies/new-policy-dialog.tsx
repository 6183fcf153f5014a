'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import { useAllServers } from '@/components/shared/api/lists';
import type { PolicySaved } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { ImportPane } from './import/import-pane';
import { StartChoice } from './import/start-choice';
import { startText } from './import/start-text';
import { useImport } from './import/use-import';

const slugOf = (name: string) =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);

interface NewPolicyDialogProps {
  /** The only server it can be for. */
  server?: string;
  /** Chosen to begin with, and can be changed. */
  suggested?: string | null;
  onClose: () => void;
}

export function NewPolicyDialog({ server, suggested, onClose }: NewPolicyDialogProps) {
  const router = useRouter();
  const client = useQueryClient();
  const servers = useAllServers(!server);
  const [chosen, setChosen] = useState(server ?? suggested ?? '');
  const [name, setName] = useState('');
  const [slug, setSlug] = useState<string | null>(null);
  const [start, setStart] = useState<StartChoice>('recommended');
  const [source, setSource] = useState('');
  const target = chosen || (servers.data?.length === 1 ? (servers.data[0]?.slug ?? '') : '');
  const finalSlug = slug ?? slugOf(name);
  const imported = useImport(start === 'import' ? source : '', target || undefined);
  const create = useMutation({
    mutationFn: async () => {
      const text = start === 'import' ? (imported.data?.text ?? '') : await startText(start, target);
      return api<PolicySaved>('PUT', `/servers/${target}/policies/${encodeURIComponent(finalSlug)}`, { body: { text, name } });
    },
    onSuccess: (policy) => {
      client.invalidateQueries({ queryKey: ['policies'] });
      router.push(`/policies/${policy.server.slug}/${policy.slug}`);
    },
  });
  const unread =
    start !== 'import'
      ? null
      : source.trim() === ''
        ? 'Paste the policy to import'
        : imported.data === undefined || imported.isPlaceholderData
          ? 'Reading the policy'
          : imported.data.inOriginal
            ? 'The policy to import cannot be read'
            : null;
  const missing = !target ? 'Choose a server' : !name.trim() || !finalSlug ? 'Give the policy a name' : unread;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      dismissable={name === '' && source === ''}
      title="New policy"
      description="It starts as a draft; nothing changes until you publish it and a grant uses it."
      width="md"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" pending={create.isPending} disabledReason={missing} onClick={() => create.mutate()}>
            Create draft
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!missing) create.mutate();
        }}
      >
        {server ? null : (
          <Field label="Server">
            <Select
              value={target || undefined}
              onChange={setChosen}
              placeholder={servers.data?.length === 0 ? 'Add a server first' : 'Choose a server'}
              options={(servers.data ?? []).map((one) => ({ value: one.slug, label: one.name, hint: one.slug }))}
            />
          </Field>
        )}
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Name" error={fieldError(create.error, 'name')}>
            <Input autoFocus value={name} placeholder="Support desk" onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field
            label="Slug"
            hint="Names the policy in the API and the audit trail; never changes."
            error={fieldError(create.error, 'policy')}
          >
            <Input className="font-mono" value={finalSlug} onChange={(event) => setSlug(event.target.value)} />
          </Field>
        </div>
        <StartChoice value={start} onChange={setStart} />
        {start === 'import' ? <ImportPane text={source} onText={setSource} imported={imported} /> : null}
        <FormError error={create.error} shownFields={['name', 'policy']} />
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ClipboardPaste, PlugZap } from 'lucide-react';
import { useRouter, useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { ApiError, api, fieldError } from '@/components/shared/api/client';
import type { ServerCreated } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { PageHeader } from '@/components/shared/page-header';
import { useRefusal } from '@/components/shared/permission';
import { Button, LinkButton } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Panel } from '@/components/ui/panel';
import { toast } from '@/components/ui/toaster';
import { ConnectionFields } from './connection-fields';
import { ImportDialog } from './import-dialog';
import { ProbePanel } from './probe-panel';
import { connectionOf, EMPTY_DRAFT, type ServerDraft } from './server-draft';
import { slugOf } from './server-words';
import { useProbe } from './use-probe';

const FIELDS = ['name', 'slug', 'url', 'command', 'args', 'env', 'headers', 'auth'] as const;

export function AddServer() {
  const router = useRouter();
  const first = useSearchParams().get('first') === '1';
  const client = useQueryClient();
  const refusal = useRefusal('server.write');
  const [draft, setDraft] = useState<ServerDraft>(EMPTY_DRAFT);
  const [slugTouched, setSlugTouched] = useState(false);
  const [importing, setImporting] = useState(false);
  const probe = useProbe();
  const change = (patch: Partial<ServerDraft>) => setDraft((old) => ({ ...old, ...patch }));
  const create = useMutation({
    mutationFn: () => api<ServerCreated>('POST', '/servers', { body: { slug: draft.slug, name: draft.name, ...connectionOf(draft) } }),
    onSuccess: (server) => {
      client.invalidateQueries({ queryKey: ['servers'] });
      client.invalidateQueries({ queryKey: ['setup'] });
      if (server.sync.ok)
        toast.success(`${server.name} added`, { description: `${server.sync.added.length} tools were read and classified.` });
      else toast.error(`${server.name} is saved, but its tools could not be read`, { description: server.sync.error ?? undefined });
      router.push(`/servers/${server.slug}?tab=tools`);
    },
  });
  const error = create.error ?? (probe.error instanceof ApiError ? probe.error : null);
  return (
    <>
      <PageHeader
        title="Add server"
        trail={[{ label: 'Servers', href: '/servers' }]}
        description={
          first
            ? 'First step: the server whose tools your agents will use. Nothing becomes callable before you grant it.'
            : 'Its tools are read and classified. Nothing becomes callable before a grant says so.'
        }
        actions={
          <Button onClick={() => setImporting(true)}>
            <ClipboardPaste aria-hidden className="size-4" />
            Import mcp.json
          </Button>
        }
      />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,640px)_minmax(0,1fr)]">
        <Panel>
          <form
            className="flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              create.mutate();
            }}
          >
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label="Name" error={fieldError(error, 'name')}>
                <Input
                  required
                  autoFocus
                  placeholder="Billing"
                  value={draft.name}
                  onChange={(event) => change({ name: event.target.value, ...(slugTouched ? {} : { slug: slugOf(event.target.value) }) })}
                />
              </Field>
              <Field label="Slug" hint="Part of the gateway URL; never changes." error={fieldError(error, 'slug')}>
                <Input
                  required
                  className="font-mono"
                  placeholder="billing"
                  value={draft.slug}
                  onChange={(event) => {
                    setSlugTouched(true);
                    change({ slug: event.target.value });
                  }}
                />
              </Field>
            </div>
            <ConnectionFields draft={draft} change={change} error={error} />
            <FormError error={create.error ?? probe.error} shownFields={FIELDS} />
            <div className="flex flex-wrap justify-end gap-2">
              <LinkButton href={first ? '/overview' : '/servers'} variant="ghost">
                {first ? 'Skip for now' : 'Cancel'}
              </LinkButton>
              <Button pending={probe.running} disabledReason={refusal} onClick={() => void probe.run(draft)}>
                <PlugZap aria-hidden className="size-4" />
                Test connection
              </Button>
              <Button type="submit" variant="primary" pending={create.isPending} disabledReason={refusal}>
                Add server
              </Button>
            </div>
          </form>
        </Panel>
        <Panel title="Connection test">
          {probe.steps.length > 0 || probe.running ? (
            <ProbePanel steps={probe.steps} running={probe.running} />
          ) : (
            <p className="text-ink-2">
              Test connection tries each step, from the name to the list of tools, and says what to change when one fails. Nothing is saved
              by it.
            </p>
          )}
        </Panel>
      </div>
      {importing ? (
        <ImportDialog
          onClose={() => setImporting(false)}
          onChoose={(chosen) => {
            setDraft(chosen);
            setSlugTouched(true);
            setImporting(false);
          }}
        />
      ) : null}
    </>
  );
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import type { Server } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { Time } from '@/components/shared/time-text';
import { Button } from '@/components/ui/button';
import { Switch } from '@/components/ui/checkbox';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Panel } from '@/components/ui/panel';
import { toast } from '@/components/ui/toaster';
import { ConnectionFields } from './connection-fields';
import { ServerAuthPanel } from './server-auth';
import { connectionOf, EMPTY_DRAFT, type ServerDraft } from './server-draft';

const draftOf = (server: Server): ServerDraft => ({
  ...EMPTY_DRAFT,
  name: server.name,
  slug: server.slug,
  transport: server.transport,
  url: server.url ?? '',
  bridge: server.bridge,
  command: server.command ?? '',
  args: server.args.join('\n'),
});

type Saved = Server & { dropped: string[] };

export function ServerSettings({ server }: { server: Server }) {
  const client = useQueryClient();
  const refusal = useRefusal('server.write');
  const [draft, setDraft] = useState(() => draftOf(server));
  const change = (patch: Partial<ServerDraft>) => setDraft((old) => ({ ...old, ...patch }));
  const dirty = JSON.stringify(draft) !== JSON.stringify(draftOf(server));
  const save = useMutation({
    mutationFn: (body: object) => api<Saved>('PATCH', `/servers/${server.slug}`, { body }),
    onSuccess: (saved) => {
      client.setQueryData(['server', server.slug], saved);
      client.invalidateQueries({ queryKey: ['servers'] });
    },
  });
  const saveForm = () =>
    save.mutate(
      { name: draft.name, ...connectionOf(draft) },
      {
        onSuccess: (saved) => {
          setDraft(draftOf(saved));
          if (saved.dropped.length > 0)
            toast.warning(
              `Server saved. It is another address, so these secrets were removed: ${saved.dropped.join(', ')}. Type them again.`,
            );
          else toast.success('Server saved');
        },
      },
    );
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,640px)_minmax(0,1fr)]">
      <Panel title="Connection">
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            saveForm();
          }}
        >
          <Field label="Name" error={fieldError(save.error, 'name')}>
            <Input required value={draft.name} onChange={(event) => change({ name: event.target.value })} />
          </Field>
          <ConnectionFields draft={draft} change={change} error={save.error} transportFixed />
          <StoredSecrets server={server} onRemove={(body) => save.mutate(body)} refusal={refusal} />
          <FormError error={save.error} shownFields={['name', 'url', 'command', 'args', 'env', 'headers', 'auth']} />
          <div className="flex justify-end gap-2">
            {dirty ? (
              <Button variant="ghost" onClick={() => setDraft(draftOf(server))}>
                Discard changes
              </Button>
            ) : null}
            <Button
              type="submit"
              variant="primary"
              pending={save.isPending}
              disabledReason={refusal ?? (dirty ? null : 'Nothing was changed')}
            >
              Save server
            </Button>
          </div>
        </form>
      </Panel>
      <div className="flex flex-col gap-4">
        {server.transport === 'stdio' ? null : <ServerAuthPanel server={server} />}
        <Panel title="Recording">
          <Switch
            checked={server.keepArguments}
            disabled={Boolean(refusal)}
            onChange={(keepArguments) => save.mutate({ keepArguments })}
            label="Keep the arguments of calls"
            hint="Encrypted, for replaying calls against a new policy. Off: only their size and a keyed hash are kept."
          />
        </Panel>
        <Danger server={server} refusal={refusal} onStatus={(status) => save.mutate({ status })} pending={save.isPending} />
      </div>
    </div>
  );
}

function StoredSecrets({ server, onRemove, refusal }: { server: Server; onRemove: (body: object) => void; refusal: string | null }) {
  const rows = [
    ...(server.auth?.type === 'bearer' ? [{ label: 'Bearer token', secret: server.auth, body: { auth: { type: 'none' } } }] : []),
    ...Object.entries(server.headers).map(([name, secret]) => ({ label: name, secret, body: { headers: { [name]: null } } })),
    ...Object.entries(server.env).map(([name, secret]) => ({ label: name, secret, body: { env: { [name]: null } } })),
  ];
  if (rows.length === 0) return null;
  return (
    <section>
      <h3 className="mb-1 font-medium">Stored secrets</h3>
      <ul className="rounded-control border border-line">
        {rows.map((row) => (
          <li key={row.label} className="flex flex-wrap items-center gap-x-3 border-line-soft border-b px-3 py-1.5 last:border-b-0">
            <code className="font-mono text-meta">{row.label}</code>
            <span className="text-ink-3">
              set <Time at={row.secret.setAt} /> by {row.secret.setBy} · {row.secret.fingerprint}
            </span>
            <Button size="sm" variant="ghost" className="ml-auto" disabledReason={refusal} onClick={() => onRemove(row.body)}>
              Remove
            </Button>
          </li>
        ))}
      </ul>
      <p className="mt-1 text-meta text-ink-3">
        Values are never shown again. To change one, type it above under the same name. Another scheme, host or port removes headers and
        tokens, also those of single agents, unless they are typed again.
      </p>
    </section>
  );
}

function Danger({
  server,
  refusal,
  onStatus,
  pending,
}: {
  server: Server;
  refusal: string | null;
  onStatus: (status: 'active' | 'disabled') => void;
  pending: boolean;
}) {
  const router = useRouter();
  const client = useQueryClient();
  const [open, setOpen] = useState<'disable' | 'delete' | null>(null);
  const remove = useMutation({
    mutationFn: () => api('DELETE', `/servers/${server.slug}`),
    onSuccess: () => {
      client.invalidateQueries();
      toast.success(`${server.name} deleted`);
      router.push('/servers');
    },
  });
  return (
    <Panel title="Closing">
      <div className="flex flex-wrap items-center gap-2">
        {server.status === 'active' ? (
          <Button disabledReason={refusal} onClick={() => setOpen('disable')}>
            Disable server
          </Button>
        ) : (
          <Button disabledReason={refusal} pending={pending} onClick={() => onStatus('active')}>
            Enable server
          </Button>
        )}
        <Button className="text-denied" disabledReason={refusal} onClick={() => setOpen('delete')}>
          Delete server
        </Button>
      </div>
      <ConfirmDialog
        open={open === 'disable'}
        onOpenChange={() => setOpen(null)}
        tier="T1"
        action={`Disable ${server.name}`}
        consequences={[
          `${plural(server.grants, 'active grant')} stop working at the next call.`,
          'Tools, policies and grants are kept; enabling brings everything back.',
        ]}
        onConfirm={() => {
          onStatus('disabled');
          setOpen(null);
        }}
      />
      <ConfirmDialog
        open={open === 'delete'}
        onOpenChange={() => setOpen(null)}
        tier="T3"
        name={server.slug}
        destructive
        action="Delete server"
        pending={remove.isPending}
        error={remove.error?.message}
        consequences={[
          `${plural(server.tools.total, 'tool')}, ${plural(server.policies, 'policy', 'policies')} with their history and ${plural(server.grants, 'grant')} are deleted.`,
          'Agents that use them are refused at the next call.',
          'The audit trail stays. This cannot be undone.',
        ]}
        onConfirm={() => remove.mutate()}
      />
    </Panel>
  );
}

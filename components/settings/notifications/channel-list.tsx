'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, Plus, Send } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import { useList } from '@/components/shared/api/lists';
import type { NotificationChannel, NotificationDelivery } from '@/components/shared/api/wire';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { StatusTag } from '@/components/shared/status-tag';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Menu, MenuItem } from '@/components/ui/menu';
import { Panel } from '@/components/ui/panel';
import { toast } from '@/components/ui/toaster';
import { ChannelDialog } from './channel-dialog';
import { filterWords, KIND_WORDS, placeWords, statusLook } from './channel-words';

/** The channels, each with a test that really sends. */
export function ChannelList() {
  const list = useList<NotificationChannel>('channels', '/notification-channels', {}, { limit: 200 });
  const [editing, setEditing] = useState<NotificationChannel | 'new' | null>(null);
  const add = (
    <Button variant="primary" size="sm" onClick={() => setEditing('new')}>
      <Plus aria-hidden className="size-4" />
      Add channel
    </Button>
  );
  return (
    <Panel title="Channels" actions={list.rows?.length ? add : null} flush>
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Channels">
        {(rows) =>
          rows.length > 0 ? (
            <ul>
              {rows.map((channel) => (
                <ChannelRow key={channel.id} channel={channel} onEdit={() => setEditing(channel)} />
              ))}
            </ul>
          ) : (
            <EmptyState title="Nobody is told outside of the console" action={add}>
              A channel tells people by webhook, Slack-compatible message or mail when a call waits for them or something falls due.
            </EmptyState>
          )
        }
      </Loaded>
      {editing ? <ChannelDialog channel={editing === 'new' ? null : editing} onClose={() => setEditing(null)} /> : null}
    </Panel>
  );
}

function ChannelRow({ channel, onEdit }: { channel: NotificationChannel; onEdit: () => void }) {
  const client = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const [answer, setAnswer] = useState<NotificationDelivery | null>(null);
  const changed = () => {
    client.invalidateQueries({ queryKey: ['channels'] });
    client.invalidateQueries({ queryKey: ['deliveries'] });
  };
  const test = useMutation({
    mutationFn: () => api<NotificationDelivery>('POST', `/notification-channels/${channel.id}/test`, { body: {} }),
    onSuccess: setAnswer,
    onError: (error) => toast.error('The channel could not be tested', { description: error.message }),
    onSettled: changed,
  });
  const turn = useMutation({
    mutationFn: (enabled: boolean) => api<NotificationChannel>('PATCH', `/notification-channels/${channel.id}`, { body: { enabled } }),
    onSuccess: (saved) => toast.success(saved.enabled ? `${saved.name} is on` : `${saved.name} is off`),
    onError: (error) => toast.error('The channel was not changed', { description: error.message }),
    onSettled: changed,
  });
  const remove = useMutation({
    mutationFn: () => api('DELETE', `/notification-channels/${channel.id}`),
    onSuccess: () => {
      setDeleting(false);
      changed();
      toast.success(`${channel.name} deleted`);
    },
  });
  const last = channel.lastDelivery;
  return (
    <li className="flex flex-col gap-2 border-line-soft border-b px-4 py-3 last:border-b-0">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <p className="flex flex-wrap items-center gap-x-3">
            <span className="font-medium">{channel.name}</span>
            <StatusTag status={channel.enabled ? 'active' : 'disabled'} word={channel.enabled ? 'On' : 'Off'} />
          </p>
          <p className="break-words text-ink-2">
            {KIND_WORDS[channel.kind]} · {placeWords(channel)}
          </p>
          <p className="break-words text-meta text-ink-3">
            {filterWords(channel)}
            {channel.includeArguments ? ' · with arguments' : ''}
          </p>
          {last ? (
            <p className="break-words text-meta text-ink-3">
              Last: {statusLook(last.status).word.toLowerCase()} <Time at={last.at} />
              {last.detail ? (
                <>
                  {' · '}
                  <InertText text={last.detail} max={160} />
                </>
              ) : null}
            </p>
          ) : null}
        </div>
        <div className="flex items-center gap-2">
          <Button size="sm" pending={test.isPending} onClick={() => test.mutate()}>
            <Send aria-hidden className="size-3.5" />
            Test {channel.name.length > 24 ? 'channel' : channel.name}
          </Button>
          <Menu
            trigger={
              <Button size="icon" variant="ghost" aria-label={`Actions for ${channel.name}`}>
                <Ellipsis aria-hidden className="size-4" />
              </Button>
            }
          >
            <MenuItem onSelect={onEdit}>Edit channel</MenuItem>
            <MenuItem onSelect={() => turn.mutate(!channel.enabled)}>{channel.enabled ? 'Switch off' : 'Switch on'}</MenuItem>
            <MenuItem destructive onSelect={() => setDeleting(true)}>
              Delete channel
            </MenuItem>
          </Menu>
        </div>
      </div>
      {answer ? <TestAnswer answer={answer} /> : null}
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        tier="T1"
        destructive
        action={`Delete ${channel.name}`}
        pending={remove.isPending}
        error={remove.error?.message}
        consequences={[
          'What still waits for this channel is not sent.',
          'Its address and secrets are gone for good.',
          'Its entries in the log stay.',
        ]}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
}

function TestAnswer({ answer }: { answer: NotificationDelivery }) {
  const ok = answer.status === 'delivered';
  return (
    <p
      role="status"
      className={ok ? 'rounded-control bg-sunken px-3 py-2 text-ink' : 'rounded-control bg-denied-chip px-3 py-2 text-denied'}
    >
      <span className="font-medium">{ok ? 'The test was taken.' : 'The test was not taken.'}</span>{' '}
      {answer.detail ? <InertText text={answer.detail} max={300} /> : null}
    </p>
  );
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import { useAllServers } from '@/components/shared/api/lists';
import type { NotificationChannel } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { Button } from '@/components/ui/button';
import { Checkbox, Switch } from '@/components/ui/checkbox';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { toast } from '@/components/ui/toaster';
import { CHANNEL_EVENTS, CHANNEL_KINDS } from '@/lib/domain/notification/notification-event';
import { RISK_WORDS } from '@/lib/domain/notification/notification-words';
import { RISK_LEVELS } from '@/lib/domain/risk';
import { bodyOf, type ChannelDraft, draftOf, newSigningSecret } from './channel-draft';
import { EVENT_HINTS, EVENT_WORDS, KIND_WORDS } from './channel-words';
import { PlaceFields } from './place-fields';

const SHOWN = ['name', 'url', 'signingSecret', 'smtp', 'events', 'afterMinutes', 'servers', 'minimumRisk'];
const KIND_HINTS = {
  webhook: 'signed JSON to a program of yours',
  slack: 'an incoming webhook of Slack, Mattermost and the like',
  email: 'over your mail server',
} as const;

/** A new channel, or a present one whose secrets stay unless they are typed again. */
export function ChannelDialog({ channel, onClose }: { channel: NotificationChannel | null; onClose: () => void }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(channel, newSigningSecret));
  const change = (patch: Partial<ChannelDraft>) => setDraft((old) => ({ ...old, ...patch }));
  const save = useMutation({
    mutationFn: () =>
      channel
        ? api<NotificationChannel>('PATCH', `/notification-channels/${channel.id}`, {
            body: bodyOf(draft, channel),
            headers: { 'if-match': `"${channel.etag}"` },
          })
        : api<NotificationChannel>('POST', '/notification-channels', { body: bodyOf(draft, null) }),
    onSuccess: (saved) => {
      client.invalidateQueries({ queryKey: ['channels'] });
      toast.success(`${saved.name} saved`, { description: 'Test it: the test really sends.' });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      dismissable={false}
      title={channel ? `Edit ${channel.name}` : 'Add channel'}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" pending={save.isPending} onClick={() => save.mutate()}>
            {channel ? 'Save channel' : 'Add channel'}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label="Kind" hint={channel ? 'Cannot be changed.' : undefined}>
          <Select
            value={draft.kind}
            disabled={channel !== null}
            onChange={(value) => change({ kind: value as ChannelDraft['kind'] })}
            options={CHANNEL_KINDS.map((kind) => ({ value: kind, label: KIND_WORDS[kind], hint: KIND_HINTS[kind] }))}
          />
        </Field>
        <Field label="Name" error={fieldError(save.error, 'name')}>
          <Input value={draft.name} onChange={(event) => change({ name: event.target.value })} placeholder="Payments on-call" />
        </Field>
        <PlaceFields draft={draft} before={channel} error={save.error} onChange={change} />
        <FilterFields draft={draft} error={save.error} onChange={change} />
        <Switch
          checked={draft.includeArguments}
          onChange={(includeArguments) => change({ includeArguments })}
          label="Send the arguments too"
          hint="As the policy redacted them, cut after 2,000 characters, and only of servers that keep arguments."
        />
        <Switch
          checked={draft.enabled}
          onChange={(enabled) => change({ enabled })}
          label="Switched on"
          hint="Off, it gets nothing but tests."
        />
        <FormError error={save.error} shownFields={SHOWN} />
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

function FilterFields({
  draft,
  error,
  onChange,
}: {
  draft: ChannelDraft;
  error: unknown;
  onChange: (patch: Partial<ChannelDraft>) => void;
}) {
  const servers = useAllServers();
  const flip = <T,>(list: readonly T[], one: T, on: boolean): T[] => (on ? [...list, one] : list.filter((each) => each !== one));
  const slugs = [...new Set([...(servers.data ?? []).map(({ slug }) => slug), ...draft.servers])].sort();
  return (
    <>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1 font-medium text-base">Tell of</legend>
        {CHANNEL_EVENTS.map((event) => (
          <Checkbox
            key={event}
            checked={draft.events.includes(event)}
            onChange={(on) => onChange({ events: flip(draft.events, event, on) })}
            label={EVENT_WORDS[event]}
            hint={EVENT_HINTS[event]}
          />
        ))}
        {fieldError(error, 'events') ? <p className="text-meta text-denied">{fieldError(error, 'events')}</p> : null}
      </fieldset>
      {draft.events.includes('escalated') ? (
        <Field
          label="Minutes until it escalates"
          error={fieldError(error, 'afterMinutes')}
          hint="Sent only if nobody has decided by then."
          className="w-56"
        >
          <Input inputMode="numeric" value={draft.afterMinutes} onChange={(event) => onChange({ afterMinutes: event.target.value })} />
        </Field>
      ) : null}
      <Field label="Minimum risk" error={fieldError(error, 'minimumRisk')} className="w-56">
        <Select
          value={draft.minimumRisk}
          onChange={(value) => onChange({ minimumRisk: value as ChannelDraft['minimumRisk'] })}
          options={RISK_LEVELS.map((level) => ({ value: level, label: level === 'low' ? 'Any risk' : `${RISK_WORDS[level]} or more` }))}
        />
      </Field>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1 font-medium text-base">Servers</legend>
        <p className="text-meta text-ink-3">
          {draft.servers.length === 0 ? 'Every server, also those added later.' : 'Only the chosen ones.'}
        </p>
        <div className="grid max-h-40 gap-1.5 overflow-y-auto sm:grid-cols-2">
          {slugs.map((slug) => (
            <Checkbox
              key={slug}
              checked={draft.servers.includes(slug)}
              onChange={(on) => onChange({ servers: flip(draft.servers, slug, on) })}
              label={slug}
            />
          ))}
        </div>
        {fieldError(error, 'servers') ? <p className="text-meta text-denied">{fieldError(error, 'servers')}</p> : null}
      </fieldset>
    </>
  );
}

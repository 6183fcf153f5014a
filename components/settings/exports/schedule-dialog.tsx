'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldError } from '@/components/shared/api/client';
import type { ExportSchedule } from '@/components/shared/api/wire';
import { FORMATS } from '@/components/shared/export-size';
import { FormError } from '@/components/shared/form-error';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { CALL_FORMATS, type CallFormat } from '@/lib/domain/call-columns';
import { EXPORT_PERIODS, type ExportPeriod } from '@/lib/domain/export-period';
import { PERIOD_WORDS } from './schedule-words';

/** A name of each filter that a link to Activity may carry, but times. */
function filterOf(text: string): Record<string, string> {
  const query = text.includes('?') ? text.slice(text.indexOf('?') + 1) : text;
  const left = new Set(['from', 'to', 'range', 'at', 'sel', 'live']);
  return Object.fromEntries([...new URLSearchParams(query.trim())].filter(([name, value]) => !left.has(name) && value !== ''));
}

/** A filter as a link to Activity has it. */
const queryOf = (filter: ExportSchedule['filter']): string =>
  new URLSearchParams(
    Object.entries(filter).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
  ).toString();

/** Makes a scheduled export, or changes `schedule`; its address and secret are kept unless they are typed again. */
export function ScheduleDialog({ schedule, onClose }: { schedule?: ExportSchedule; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(schedule?.name ?? '');
  const [every, setEvery] = useState<ExportPeriod>(schedule?.every ?? 'day');
  const [format, setFormat] = useState<CallFormat>(schedule?.format ?? 'ndjson');
  const [filter, setFilter] = useState(schedule ? queryOf(schedule.filter) : '');
  const [target, setTarget] = useState<'folder' | 'webhook'>(schedule?.target ?? 'webhook');
  const [folder, setFolder] = useState(schedule?.target === 'folder' ? schedule.place : '');
  const [url, setUrl] = useState('');
  const [signingSecret, setSigningSecret] = useState('');
  /** Only what is another: the content of a period that is handed over in part cannot change. */
  const changes = (before: ExportSchedule) => ({
    ...(name === before.name ? {} : { name }),
    ...(every === before.every ? {} : { every }),
    ...(format === before.format ? {} : { format }),
    ...(filter === queryOf(before.filter) ? {} : { filter: filterOf(filter) }),
    ...(target === 'folder' && folder !== (before.target === 'folder' ? before.place : null) ? { folder } : {}),
    ...(target === 'webhook' && url !== '' ? { url } : {}),
    ...(target === 'webhook' && signingSecret !== '' ? { signingSecret } : {}),
  });
  const keepsTarget = schedule?.target === 'webhook';
  const save = useMutation({
    mutationFn: () =>
      schedule
        ? api<ExportSchedule>('PATCH', `/export-schedules/${schedule.id}`, {
            body: changes(schedule),
            headers: { 'if-match': `"${schedule.etag}"` },
          })
        : api<ExportSchedule>('POST', '/export-schedules', {
            body: {
              ...{ name, every, format, target, filter: filterOf(filter) },
              ...(target === 'folder' ? { folder } : { url, signingSecret }),
            },
          }),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['export-schedules'] });
      onClose();
    },
  });
  const noTarget =
    target === 'folder'
      ? folder === ''
        ? 'Name the folder'
        : null
      : !keepsTarget && (url === '' || signingSecret === '')
        ? 'Address and signing secret are needed'
        : null;
  const unchanged = schedule !== undefined && Object.keys(changes(schedule)).length === 0;
  const missing = name.trim() === '' ? 'Give it a name' : (noTarget ?? (unchanged ? 'Nothing was changed' : null));
  const error = (field: string) => fieldError(save.error, field);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      dismissable={false}
      title={schedule ? `Change ${schedule.name}` : 'Schedule export'}
      description="The calls of each past period, all columns but arguments. What cannot be handed over is tried again until it is."
      footer={
        <>
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" pending={save.isPending} disabledReason={missing} onClick={() => save.mutate()}>
            {schedule ? 'Save changes' : 'Schedule export'}
          </Button>
        </>
      }
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" error={error('name')} className="sm:col-span-2">
          <Input value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="When" hint={PERIOD_WORDS[every].hint}>
          <Select
            value={every}
            onChange={(value) => setEvery(value as ExportPeriod)}
            options={EXPORT_PERIODS.map((value) => ({ value, label: PERIOD_WORDS[value].label }))}
          />
        </Field>
        <Field label="Format" hint={FORMATS[format].hint}>
          <Select
            value={format}
            onChange={(value) => setFormat(value as CallFormat)}
            options={CALL_FORMATS.map((value) => ({ value, label: FORMATS[value].label }))}
          />
        </Field>
        <Field
          label="Filter"
          optional
          className="sm:col-span-2"
          error={error('filter')}
          hint="A link to Activity with the filter set, or what follows its ?, such as agent=bot&decision=denied. Times in it are left out."
        >
          <Input value={filter} onChange={(event) => setFilter(event.target.value)} />
        </Field>
        <Field label="To" className="sm:col-span-2">
          <Select
            value={target}
            onChange={(value) => setTarget(value as 'folder' | 'webhook')}
            options={[
              { value: 'webhook', label: 'A signed webhook' },
              { value: 'folder', label: 'A folder of the node' },
            ]}
          />
        </Field>
        {target === 'folder' ? (
          <Field
            label="Folder"
            className="sm:col-span-2"
            error={error('folder')}
            hint="One folder below CALLGATE_EXPORT_DIR; made when it is not there."
          >
            <Input value={folder} maxLength={64} onChange={(event) => setFolder(event.target.value)} />
          </Field>
        ) : (
          <>
            <Field
              label="Address"
              className="sm:col-span-2"
              error={error('url')}
              hint={keepsTarget ? `https. Left empty: the one at ${schedule.place} stays.` : 'https. It is not shown again.'}
            >
              <Input value={url} autoComplete="off" onChange={(event) => setUrl(event.target.value)} />
            </Field>
            <Field
              label="Signing secret"
              className="sm:col-span-2"
              error={error('signingSecret')}
              hint={`At least 24 characters. Messages are signed as Standard Webhooks has it.${keepsTarget ? ' Left empty: it stays.' : ''}`}
            >
              <Input type="password" value={signingSecret} autoComplete="off" onChange={(event) => setSigningSecret(event.target.value)} />
            </Field>
          </>
        )}
      </div>
      {save.error ? (
        <div className="mt-4">
          <FormError error={save.error} shownFields={['name', 'filter', 'folder', 'url', 'signingSecret']} />
        </div>
      ) : null}
    </Dialog>
  );
}

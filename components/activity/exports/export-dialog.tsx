'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, queryString } from '@/components/shared/api/client';
import type { ExportJob } from '@/components/shared/api/wire';
import { DIRECT_ROWS_MAX, FORMATS, guessedBytes } from '@/components/shared/export-size';
import { FormError } from '@/components/shared/form-error';
import { formatBytes, plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { Button, LinkButton } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import {
  CALL_COLUMNS_OPEN,
  type CallFormat,
  CHANGE_COLUMNS,
  callColumnsOn,
  type ScreenColumn,
  USUAL_SCREEN_COLUMNS,
} from '@/lib/domain/call-columns';

export interface ExportDialogProps {
  what: 'calls' | 'changes';
  /** The columns that the list of calls has. */
  shown?: readonly ScreenColumn[];
  /** The filter of the list, as its request has it. */
  query: Record<string, string | number | null | undefined>;
  /** Rows that the filter leaves; null while that is not known. */
  total: number | null;
  onClose: () => void;
}

/** What the list shows for its filter, whole: a file at once, or one made in the background when it is large. */
export function ExportDialog({ what, shown = USUAL_SCREEN_COLUMNS, query, total, onClose }: ExportDialogProps) {
  const [format, setFormat] = useState<CallFormat>('csv');
  const [all, setAll] = useState(false);
  const [payloads, setPayloads] = useState(false);
  const onScreen = callColumnsOn(shown);
  const noPayloads = useRefusal('payload.read');
  const columns =
    what === 'changes'
      ? CHANGE_COLUMNS
      : format === 'ocsf'
        ? null
        : [...(all ? CALL_COLUMNS_OPEN : onScreen), ...(payloads ? (['arguments'] as const) : [])];
  const background = what === 'calls' && (total === null || total > DIRECT_ROWS_MAX);
  const start = useMutation({
    mutationFn: () =>
      api<ExportJob>('POST', '/exports', {
        body: {
          format,
          ...(columns ? { columns } : {}),
          filter: Object.fromEntries(Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '')),
        },
      }),
  });
  const download = () => {
    const path = what === 'calls' ? '/audit/export' : '/changes/export';
    window.location.assign(`/api/v1${path}${queryString({ ...query, format, columns: columns?.join(',') })}`);
    onClose();
  };
  if (start.data) return <Started onClose={onClose} />;
  const size = total === null ? null : guessedBytes(total, format, columns?.length ?? 0);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      width="sm"
      title={`Export ${what}`}
      description="Exactly the rows of the list, with its filter and time range. That you took them is recorded."
      footer={
        <>
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" pending={start.isPending} onClick={background ? () => start.mutate() : download}>
            {background ? 'Start export' : 'Download file'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Format" hint={FORMATS[format].hint}>
          <Select
            value={format}
            onChange={(value) => setFormat(value as CallFormat)}
            options={(['csv', 'ndjson', ...(what === 'calls' ? (['ocsf'] as const) : [])] as const).map((value) => ({
              value,
              label: FORMATS[value].label,
            }))}
          />
        </Field>
        {what === 'calls' && format !== 'ocsf' ? (
          <fieldset className="flex flex-col gap-2">
            <legend className="mb-1 text-base font-medium">Columns</legend>
            <Checkbox
              checked={all}
              onChange={setAll}
              label="All columns"
              hint={`Unless ticked, those of the list in their order: ${onScreen.join(', ')}`}
            />
            <Checkbox
              checked={payloads}
              onChange={setPayloads}
              disabled={noPayloads !== null}
              label="Arguments of calls"
              hint={noPayloads ?? 'They may hold personal data and secrets.'}
            />
          </fieldset>
        ) : null}
        <p role="status" className="num border-line-soft border-t pt-3 text-ink-2" data-export-rows={total ?? ''}>
          {total === null
            ? 'How many rows this is was not counted.'
            : `${plural(total, 'row')}, about ${formatBytes(size)}${payloads ? ' and the arguments' : ''}.`}
          {background ? ' The file is made in the background and kept for seven days.' : ''} Times in the file are UTC.
        </p>
        {start.error ? <FormError error={start.error} /> : null}
      </div>
    </Dialog>
  );
}

function Started({ onClose }: { onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      width="sm"
      title="Export started"
      description="It goes on without this page. The file is for you and for admins."
      footer={
        <>
          <Button variant="quiet" onClick={onClose}>
            Stay here
          </Button>
          <LinkButton variant="primary" href="/activity/exports">
            Open exports
          </LinkButton>
        </>
      }
    />
  );
}

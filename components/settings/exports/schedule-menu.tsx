'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { ExportSchedule } from '@/components/shared/api/wire';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Menu, MenuItem } from '@/components/ui/menu';
import { toast } from '@/components/ui/toaster';
import { ScheduleDialog } from './schedule-dialog';

/** What can be done with one scheduled export. */
export function ScheduleMenu({ schedule }: { schedule: ExportSchedule }) {
  const client = useQueryClient();
  const refusal = useRefusal('export.schedule');
  const [deleting, setDeleting] = useState(false);
  const [changing, setChanging] = useState(false);
  const path = `/export-schedules/${schedule.id}`;
  const done = () => client.invalidateQueries({ queryKey: ['export-schedules'] });
  const update = useMutation({
    mutationFn: (enabled: boolean) => api<ExportSchedule>('PATCH', path, { body: { enabled } }),
    onSuccess: done,
    onError: (error) => toast.error(`${schedule.name} was not changed`, { description: error.message }),
  });
  const remove = useMutation({
    mutationFn: () => api<null>('DELETE', path),
    onSuccess: () => {
      setDeleting(false);
      done();
    },
  });
  return (
    <>
      <Menu
        trigger={
          <Button size="icon" variant="ghost" aria-label={`Actions for ${schedule.name}`}>
            <Ellipsis aria-hidden className="size-4" />
          </Button>
        }
      >
        {schedule.enabled && schedule.failure ? (
          <MenuItem disabledReason={refusal} onSelect={() => update.mutate(true)}>
            Try again now
          </MenuItem>
        ) : null}
        <MenuItem disabledReason={refusal} onSelect={() => setChanging(true)}>
          Change export
        </MenuItem>
        <MenuItem disabledReason={refusal} onSelect={() => update.mutate(!schedule.enabled)}>
          {schedule.enabled ? 'Pause export' : 'Let export go on'}
        </MenuItem>
        <MenuItem destructive disabledReason={refusal} onSelect={() => setDeleting(true)}>
          Delete export
        </MenuItem>
      </Menu>
      {changing ? <ScheduleDialog schedule={schedule} onClose={() => setChanging(false)} /> : null}
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        tier="T1"
        destructive
        action={`Delete ${schedule.name}`}
        pending={remove.isPending}
        error={remove.error?.message ?? null}
        consequences={['Nothing more is handed over. Files that it wrote stay.']}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}

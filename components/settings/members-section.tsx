'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import { useList } from '@/components/shared/api/lists';
import type { Member } from '@/components/shared/api/wire';
import { type Facet, FilterBar, useFilters } from '@/components/shared/filter-bar';
import { useMe, useRefusal } from '@/components/shared/permission';
import { EmptyState, Loaded, NoMatches } from '@/components/shared/state-view';
import { StatusTag } from '@/components/shared/status-tag';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { Time } from '@/components/shared/time-text';
import { Button } from '@/components/ui/button';
import { Menu, MenuItem } from '@/components/ui/menu';
import { Panel } from '@/components/ui/panel';
import { toast } from '@/components/ui/toaster';
import { ROLE_NAMES, ROLES } from '@/lib/domain/roles';
import { DisableMemberDialog } from './disable-member-dialog';
import { MemberDialog } from './member-dialog';
import { RolesTable } from './roles-table';

const FACETS: readonly Facet[] = [
  { id: 'role', label: 'Role', single: true, options: ROLES.map((value) => ({ value, label: ROLE_NAMES[value] })) },
];

export function MembersSection() {
  const filters = useFilters(FACETS);
  const list = useList<Member>('members', '/members', filters.values);
  const refusal = useRefusal('member.write');
  const [editing, setEditing] = useState<Member | 'new' | null>(null);
  const columns: readonly Column<Member>[] = [
    { id: 'name', header: 'Name', width: '24%', cell: (member) => <span className="font-medium">{member.name}</span> },
    { id: 'email', header: 'E-mail', cell: (member) => <span className="text-ink-2">{member.email}</span> },
    { id: 'role', header: 'Role', width: '136px', cell: (member) => ROLE_NAMES[member.role] },
    { id: 'status', header: 'Status', width: '112px', cell: (member) => <StatusTag status={member.status} /> },
    { id: 'seen', header: 'Last active', align: 'right', width: '140px', cell: (member) => <Time at={member.lastSeenAt} /> },
    {
      id: 'menu',
      header: <span className="sr-only">Actions</span>,
      align: 'right',
      width: '56px',
      cell: (member) => <MemberMenu member={member} onEdit={() => setEditing(member)} />,
    },
  ];
  return (
    <div className="flex flex-col gap-4">
      <Panel flush>
        <FilterBar facets={FACETS} filters={filters} searchLabel="Search members">
          <Button variant="primary" size="sm" disabledReason={refusal} onClick={() => setEditing('new')}>
            <Plus aria-hidden className="size-4" />
            Add member
          </Button>
        </FilterBar>
        <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Members">
          {(rows) =>
            rows.length > 0 ? (
              <DataTable
                label="Members"
                rows={rows}
                columns={columns}
                rowKey={(member) => member.id}
                narrow={(member) => (
                  <span className="flex items-center gap-2">
                    <span className="min-w-0 flex-1">
                      <span className="block truncate font-medium">{member.name}</span>
                      <span className="block truncate text-meta text-ink-3">
                        {member.email} · {ROLE_NAMES[member.role]}
                      </span>
                    </span>
                    <MemberMenu member={member} onEdit={() => setEditing(member)} />
                  </span>
                )}
                hasMore={list.hasNextPage}
                loadingMore={list.isFetchingNextPage}
                onLoadMore={() => void list.fetchNextPage()}
                height="50dvh"
              />
            ) : filters.active.length > 0 ? (
              <NoMatches onClearAll={filters.clear} />
            ) : (
              <EmptyState title="No members" />
            )
          }
        </Loaded>
      </Panel>
      <RolesTable />
      {editing ? <MemberDialog member={editing === 'new' ? null : editing} onClose={() => setEditing(null)} /> : null}
    </div>
  );
}

function MemberMenu({ member, onEdit }: { member: Member; onEdit: () => void }) {
  const client = useQueryClient();
  const me = useMe();
  const refusal = useRefusal('member.write');
  const [open, setOpen] = useState(false);
  const enable = useMutation({
    mutationFn: () => api<Member>('PATCH', `/members/${member.id}`, { body: { status: 'active' } }),
    onSuccess: (saved) => {
      client.invalidateQueries({ queryKey: ['members'] });
      toast.success(`${saved.name} may sign in again`, { description: 'Agents that were suspended stay so until they are activated.' });
    },
    onError: (error) => toast.error('The member was not changed', { description: error.message }),
  });
  const self = me.data?.id === member.id ? 'This is you' : null;
  return (
    <>
      <Menu
        trigger={
          <Button size="icon" variant="ghost" aria-label={`Actions for ${member.name}`}>
            <Ellipsis aria-hidden className="size-4" />
          </Button>
        }
      >
        <MenuItem disabledReason={refusal} onSelect={onEdit}>
          Edit member
        </MenuItem>
        {member.status === 'active' ? (
          <MenuItem destructive disabledReason={refusal ?? self} onSelect={() => setOpen(true)}>
            Disable member
          </MenuItem>
        ) : (
          <MenuItem disabledReason={refusal} onSelect={() => enable.mutate()}>
            Enable member
          </MenuItem>
        )}
      </Menu>
      {open ? <DisableMemberDialog member={member} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

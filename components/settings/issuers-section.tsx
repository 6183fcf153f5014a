'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useList } from '@/components/shared/api/lists';
import type { JwtIssuer } from '@/components/shared/api/wire';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState, Loaded } from '@/components/shared/state-view';
import { StatusTag } from '@/components/shared/status-tag';
import { type Column, DataTable } from '@/components/shared/table/data-table';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { IssuerDialog } from './issuer-dialog';
import { IssuerMenu } from './issuer-menu';

/** Whose JWTs agents may present in place of a grant token. */
export function IssuersSection() {
  const list = useList<JwtIssuer>('jwt-issuers', '/jwt-issuers');
  const refusal = useRefusal('issuer.write');
  const [editing, setEditing] = useState<JwtIssuer | 'new' | null>(null);
  const add = (
    <Button variant="primary" size="sm" disabledReason={refusal} onClick={() => setEditing('new')}>
      <Plus aria-hidden className="size-4" />
      Add issuer
    </Button>
  );
  const columns: readonly Column<JwtIssuer>[] = [
    { id: 'name', header: 'Name', width: '18%', cell: (one) => <span className="font-medium">{one.name}</span> },
    { id: 'issuer', header: 'Issuer', cell: (one) => <InertText text={one.issuer} max={120} /> },
    { id: 'keys', header: 'Keys', from: 'xl', cell: (one) => <span className="text-ink-2">{one.jwksUrl ?? 'pasted'}</span> },
    { id: 'agent', header: 'Agent', width: '180px', cell: (one) => <code className="font-mono text-meta">{agentWords(one)}</code> },
    { id: 'status', header: 'Status', width: '112px', cell: (one) => <StatusTag status={one.status} /> },
    {
      id: 'menu',
      header: <span className="sr-only">Actions</span>,
      align: 'right',
      width: '56px',
      cell: (one) => <IssuerMenu issuer={one} onEdit={() => setEditing(one)} />,
    },
  ];
  return (
    <Panel title="Token issuers" actions={add} flush>
      <Loaded query={{ data: list.rows, error: list.error, isPending: list.isPending, refetch: list.refetch }} what="Token issuers">
        {(rows) =>
          rows.length > 0 ? (
            <DataTable
              label="Token issuers"
              rows={rows}
              columns={columns}
              rowKey={(one) => one.id}
              narrow={(one) => (
                <span className="flex items-center gap-2">
                  <span className="min-w-0 flex-1">
                    <span className="block truncate font-medium">{one.name}</span>
                    <span className="block truncate text-meta text-ink-3">{one.issuer}</span>
                  </span>
                  <IssuerMenu issuer={one} onEdit={() => setEditing(one)} />
                </span>
              )}
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onLoadMore={() => void list.fetchNextPage()}
            />
          ) : (
            <EmptyState title="No token issuer">
              Agents use grant tokens. With an issuer they may also present the JWTs that your identity provider gives them.
            </EmptyState>
          )
        }
      </Loaded>
      {editing ? <IssuerDialog issuer={editing === 'new' ? null : editing} onClose={() => setEditing(null)} /> : null}
    </Panel>
  );
}

function agentWords({ agentClaim, agentMap }: JwtIssuer): string {
  return agentMap === null ? agentClaim : `${agentClaim}, ${Object.keys(agentMap).length} mapped`;
}

'use client';

import { useState } from 'react';
import type { Grant } from '@/components/shared/api/wire';
import { SecretOnce } from '@/components/shared/secret-once';
import { TOKEN_VARIABLE } from '@/components/shared/shell-words';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { ClientSnippets } from './client-snippets';
import { ConnectionListener } from './connection-listener';

/** The token, once, with everything needed to use it. Leaving without having taken it asks first. */
export function TokenDialog({ grant, token, onClose }: { grant: Grant; token: string; onClose: () => void }) {
  const [taken, setTaken] = useState(false);
  const [asking, setAsking] = useState(false);
  const leave = () => (taken ? onClose() : setAsking(true));
  return (
    <Dialog
      open
      dismissable={false}
      onOpenChange={leave}
      width="lg"
      title={`Connect ${grant.agent.name} to ${grant.server.name}`}
      footer={
        asking && !taken ? (
          <>
            <span role="alert" className="mr-auto text-limited">
              The token was not copied. It cannot be shown again.
            </span>
            <Button onClick={() => setAsking(false)}>Stay here</Button>
            <Button variant="danger" onClick={onClose}>
              Leave without token
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={leave}>
            Done
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-5">
        <SecretOnce
          secret={token}
          envName={TOKEN_VARIABLE}
          fileName={`${grant.agent.slug}-${grant.server.slug}.env`}
          onTaken={() => setTaken(true)}
        />
        <ClientSnippets slug={grant.server.slug} gatewayUrl={grant.gatewayUrl} token={token} />
        <ConnectionListener grant={grant} />
      </div>
    </Dialog>
  );
}

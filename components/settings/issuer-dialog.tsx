'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/components/shared/api/client';
import type { JwtIssuer } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { toast } from '@/components/ui/toaster';
import { bodyOf, draftOf, draftProblem, type IssuerDraft, NEW_ISSUER } from './issuer-draft';
import { ISSUER_FIELDS, MappingFields, TrustFields } from './issuer-fields';

/** Adds an issuer or changes one; a change by somebody else in between is not overwritten. */
export function IssuerDialog({ issuer, onClose }: { issuer: JwtIssuer | null; onClose: () => void }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<IssuerDraft>(issuer ? draftOf(issuer) : NEW_ISSUER);
  const change = (patch: Partial<IssuerDraft>) => setDraft((old) => ({ ...old, ...patch }));
  const save = useMutation({
    mutationFn: () =>
      issuer
        ? api<JwtIssuer>('PATCH', `/jwt-issuers/${issuer.id}`, { body: bodyOf(draft), headers: { 'if-match': `"${issuer.etag}"` } })
        : api<JwtIssuer>('POST', '/jwt-issuers', { body: bodyOf(draft) }),
    onSuccess: (saved) => {
      client.invalidateQueries({ queryKey: ['jwt-issuers'] });
      toast.success(issuer ? `${saved.name} saved` : `Tokens of ${saved.name} are believed`);
      onClose();
    },
  });
  const problem = draftProblem(draft);
  const fields = { draft, change, error: save.error };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      dismissable={false}
      title={issuer ? `Edit ${issuer.name}` : 'Add token issuer'}
      description="Agents may present a JWT of this issuer in place of a grant token. They need a grant all the same."
      width="lg"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" pending={save.isPending} disabledReason={problem} onClick={() => save.mutate()}>
            {issuer ? 'Save issuer' : 'Add issuer'}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (problem === null) save.mutate();
        }}
      >
        <TrustFields {...fields} />
        <MappingFields {...fields} />
        <FormError error={save.error} shownFields={ISSUER_FIELDS} />
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

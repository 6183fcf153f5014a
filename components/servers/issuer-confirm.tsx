'use client';

import { ApiError } from '@/components/shared/api/client';
import { InertText } from '@/components/shared/unverified-text';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';

/** The authorization server that has to be confirmed before anything is told to it; null when the error is another one. */
export function unconfirmedIssuer(error: unknown): string | null {
  return error instanceof ApiError && error.code === 'server_auth.issuer' ? (error.details[0]?.message ?? null) : null;
}

/** Asks whether the authorization server that the MCP server names is the right one; `error` is that of the request before. */
export function IssuerConfirm({
  error,
  pending,
  onConfirm,
  onCancel,
}: {
  error: unknown;
  pending: boolean;
  onConfirm: (issuer: string) => void;
  onCancel: () => void;
}) {
  const issuer = unconfirmedIssuer(error);
  if (issuer === null) return null;
  return (
    <ConfirmDialog
      open
      onOpenChange={onCancel}
      tier="T1"
      action="Confirm authorization server"
      pending={pending}
      consequences={[
        <InertText key="why" text={(error as ApiError).message} max={800} />,
        <span key="who">
          The client and its secret, or the consent of a person, go to <InertText text={issuer} max={300} />.
        </span>,
      ]}
      onConfirm={() => onConfirm(issuer)}
    />
  );
}

'use client';

import { fieldError } from '@/components/shared/api/client';
import { Checkbox } from '@/components/ui/checkbox';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { JWT_ALGORITHMS } from '@/lib/domain/jwt/jwt-issuer';
import type { IssuerDraft } from './issuer-draft';

export const ISSUER_FIELDS = [
  'name',
  'issuer',
  'jwksUrl',
  'jwks',
  'audiences',
  'toleranceSeconds',
  'lifetimeSeconds',
  'typ',
  'agentClaim',
  'agentMap',
  'scopeClaim',
  'requiredScopes',
] as const;

interface FieldsProps {
  draft: IssuerDraft;
  change: (patch: Partial<IssuerDraft>) => void;
  error: unknown;
}

/** Whose tokens, with which keys. */
export function TrustFields({ draft, change, error }: FieldsProps) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" error={fieldError(error, 'name')}>
          <Input autoFocus value={draft.name} onChange={(event) => change({ name: event.target.value })} />
        </Field>
        <Field label="Issuer" hint="Exactly as its tokens have it under iss" error={fieldError(error, 'issuer')}>
          <Input
            value={draft.issuer}
            placeholder="https://login.example.com"
            onChange={(event) => change({ issuer: event.target.value })}
          />
        </Field>
      </div>
      <div className="grid gap-4 sm:grid-cols-[160px_minmax(0,1fr)]">
        <Field label="Keys">
          <Select
            value={draft.keys}
            onChange={(keys) => change({ keys: keys === 'url' ? 'url' : 'pasted' })}
            options={[
              { value: 'url', label: 'From an address' },
              { value: 'pasted', label: 'Pasted' },
            ]}
          />
        </Field>
        {draft.keys === 'url' ? (
          <Field label="Address of the keys (JWKS)" hint="Read again every five minutes" error={fieldError(error, 'jwksUrl')}>
            <Input value={draft.jwksUrl} onChange={(event) => change({ jwksUrl: event.target.value })} />
          </Field>
        ) : (
          <Field label="Public keys (JWK Set)" hint="Never a private key" error={fieldError(error, 'jwks')}>
            <Textarea
              className="font-mono text-meta"
              rows={4}
              value={draft.jwks}
              onChange={(event) => change({ jwks: event.target.value })}
            />
          </Field>
        )}
      </div>
      <fieldset>
        <legend className="mb-1 text-base font-medium text-ink">Allowed algorithms</legend>
        <div className="grid grid-cols-2 gap-x-4 sm:grid-cols-4">
          {JWT_ALGORITHMS.map((name) => (
            <Checkbox
              key={name}
              label={name}
              checked={draft.algorithms.includes(name)}
              onChange={(on) =>
                change({ algorithms: JWT_ALGORITHMS.filter((one) => (one === name ? on : draft.algorithms.includes(one))) })
              }
            />
          ))}
        </div>
      </fieldset>
      <Field
        label="Audiences"
        optional
        hint="One a line. Empty: a token has to name the address of this gateway or of the endpoint."
        error={fieldError(error, 'audiences')}
      >
        <Textarea rows={2} value={draft.audiences} onChange={(event) => change({ audiences: event.target.value })} />
      </Field>
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label="Longest life, seconds" error={fieldError(error, 'lifetimeSeconds')}>
          <Input inputMode="numeric" value={draft.lifetimeSeconds} onChange={(event) => change({ lifetimeSeconds: event.target.value })} />
        </Field>
        <Field label="Clock tolerance, seconds" error={fieldError(error, 'toleranceSeconds')}>
          <Input
            inputMode="numeric"
            value={draft.toleranceSeconds}
            onChange={(event) => change({ toleranceSeconds: event.target.value })}
          />
        </Field>
        <Field label="Type (typ)" optional error={fieldError(error, 'typ')}>
          <Input value={draft.typ} placeholder="at+jwt" onChange={(event) => change({ typ: event.target.value })} />
        </Field>
      </div>
      <Checkbox
        label="One request a token"
        hint="Tokens are known by their jti. Whoever presents one again is refused, at every node."
        checked={draft.oneTime}
        onChange={(oneTime) => change({ oneTime })}
      />
    </>
  );
}

const SCOPE_MODES = [
  { value: 'intersect', label: 'Narrow the grant', hint: 'Only scopes that grant and token both have' },
  { value: 'provide', label: 'Replace those of the grant', hint: 'The issuer decides which scopes a policy sees' },
  { value: 'ignore', label: 'Do not count', hint: 'The scopes of the grant stay as they are' },
] as const;

/** Which agent a token speaks for, and what its scopes do. */
export function MappingFields({ draft, change, error }: FieldsProps) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-[160px_minmax(0,1fr)]">
        <Field label="Agent claim" error={fieldError(error, 'agentClaim')}>
          <Input value={draft.agentClaim} onChange={(event) => change({ agentClaim: event.target.value })} />
        </Field>
        <Field
          label="Agents by value"
          optional
          hint="One value=agent a line. Empty: the value of the claim is the slug of the agent."
          error={fieldError(error, 'agentMap')}
        >
          <Textarea
            className="font-mono text-meta"
            rows={3}
            value={draft.agentMap}
            placeholder="0oa4client=support-bot"
            onChange={(event) => change({ agentMap: event.target.value })}
          />
        </Field>
      </div>
      <div className="grid gap-4 sm:grid-cols-[160px_minmax(0,1fr)]">
        <Field label="Scope claim" error={fieldError(error, 'scopeClaim')}>
          <Input value={draft.scopeClaim} onChange={(event) => change({ scopeClaim: event.target.value })} />
        </Field>
        <Field label="Scopes of the token">
          <Select
            value={draft.scopeMode}
            onChange={(mode) => change({ scopeMode: SCOPE_MODES.find(({ value }) => value === mode)?.value ?? 'intersect' })}
            options={SCOPE_MODES}
          />
        </Field>
      </div>
      <Field
        label="Required scopes"
        optional
        hint="Words with spaces between them. A token without all of them is refused with 403."
        error={fieldError(error, 'requiredScopes')}
      >
        <Input value={draft.requiredScopes} onChange={(event) => change({ requiredScopes: event.target.value })} />
      </Field>
    </>
  );
}

import type { RecordChange } from '../change';
import type { ControlContext, Transaction } from '../context';
import type { Assessment } from '../policies/assess-text';
import type { ChosenText } from '../policies/chosen-text';
import type { PolicyRow } from '../policies/policy-answer';
import type { Forecast } from '../policies/simulation-forecast';
import { closeOpenPublication } from './close-publication';

interface Waiting {
  readonly server: { readonly slug: string };
  readonly policy: PolicyRow;
  readonly chosen: ChosenText;
  readonly assessment: Assessment;
  readonly digest: string;
  readonly comment: string | null;
  readonly mode: 'enforce' | 'observe' | null;
  readonly dueAt: Date | null;
  readonly forecast: Forecast | null;
  readonly needsApproval: boolean;
}

/** Keeps a text that passed every check until its time or its second person; returns its id. Under the policy's row lock. */
export async function requestPublication(tx: Transaction, ctx: ControlContext, record: RecordChange, facts: Waiting): Promise<string> {
  const { policy, chosen, assessment, digest } = facts;
  // Only a roll back gets here while something waits: it goes first.
  await closeOpenPublication(tx, ctx, record, policy, facts.server.slug, {
    except: null,
    status: 'withdrawn',
    because: `Replaced by a request of ${ctx.actor.name} to restore version ${chosen.restoredFrom ?? ''}.`,
    by: ctx.actor.name,
  });
  const status = facts.needsApproval ? 'awaiting_review' : 'scheduled';
  const id = ctx.services.newId('pub');
  await tx.publication.create({
    data: {
      id,
      policyId: policy.id,
      status,
      text: chosen.text,
      textSha256: digest,
      draftSha256: chosen.draftSha256,
      baseVersion: policy.liveVersion,
      mode: facts.mode,
      comment: facts.comment,
      restoredFrom: chosen.restoredFrom,
      simulation: facts.forecast?.simulation ?? null,
      ...(facts.forecast === null ? {} : { forecast: { ...facts.forecast } }),
      dueAt: facts.dueAt,
      loosening: assessment.loosening,
      sentences: assessment.sentences.map((sentence) => ({ ...sentence })),
      editors: chosen.editors.map((editor) => ({ ...editor })),
      requestedKind: ctx.actor.kind,
      requestedById: ctx.actor.id,
      requestedBy: ctx.actor.name,
      requestedAt: ctx.now,
      needsApproval: facts.needsApproval,
    },
  });
  await record({
    action: facts.needsApproval ? 'publication.request' : 'publication.schedule',
    entity: 'publication',
    entityId: id,
    entityName: `${facts.server.slug}/${policy.slug}`,
    after: {
      status,
      textSha256: digest,
      baseVersion: policy.liveVersion,
      restoredFrom: chosen.restoredFrom,
      mode: facts.mode,
      dueAt: facts.dueAt,
      loosening: assessment.loosening,
      comment: facts.comment,
    },
  });
  return id;
}

import * as decisions from '../decisions/contract';
import { decide } from '../decisions/decide';
import * as policies from '../policies/contract';
import { deletePolicy } from '../policies/delete-policy';
import { discardPolicyDraft } from '../policies/discard-policy-draft';
import { getPolicy } from '../policies/get-policy';
import { listPolicies, listServerPolicies } from '../policies/list-policies';
import { getPolicyVersion, listPolicyVersions } from '../policies/list-policy-versions';
import { publishPolicy } from '../policies/publish-policy';
import { restorePolicyVersion } from '../policies/restore-policy-version';
import * as policyReview from '../policies/review-contract';
import { reviewPolicy } from '../policies/review-policy';
import { savePolicyDraft } from '../policies/save-policy-draft';
import { updatePolicy } from '../policies/update-policy';
import { validatePolicy } from '../policies/validate-policy';
import { watchPolicyVersion } from '../policies/watch-policy-version';
import { checkPolicyFile } from '../policy-files/check-policy-file';
import * as policyFiles from '../policy-files/contract';
import { exportPolicyFile } from '../policy-files/export-policy-file';
import { importPolicyFile } from '../policy-files/import-policy-file';
import * as publications from '../publications/contract';
import { approvePublication, rejectPublication, withdrawPublication } from '../publications/decide-publication';
import { getPublication, listPublications } from '../publications/list-publications';
import { cancelSimulation } from '../simulations/cancel-simulation';
import * as simulations from '../simulations/contract';
import { createSimulation } from '../simulations/create-simulation';
import { getSimulation, listSimulations } from '../simulations/list-simulations';
import { observedPolicy } from '../simulations/observed-policy';
import { type Route, route } from './route';

/** Policies: drafts, review, publication, files, trying and simulating. */
export const POLICIES: readonly Route[] = [
  route(policies.listPolicies, listPolicies),
  route(policies.listServerPolicies, listServerPolicies),
  route(policies.getPolicy, getPolicy),
  route(policies.savePolicyDraft, savePolicyDraft),
  route(policies.discardPolicyDraft, discardPolicyDraft),
  route(policies.deletePolicy, deletePolicy),
  route(policies.validatePolicy, validatePolicy),
  route(policies.publishPolicy, publishPolicy),
  route(policies.listPolicyVersions, listPolicyVersions),
  route(policies.getPolicyVersion, getPolicyVersion),
  route(policies.restorePolicyVersion, restorePolicyVersion),
  route(policies.updatePolicy, updatePolicy),
  route(policyReview.reviewPolicy, reviewPolicy),
  route(policyReview.watchPolicyVersion, watchPolicyVersion),
  route(publications.listPublications, listPublications),
  route(publications.getPublication, getPublication),
  route(publications.approvePublication, approvePublication),
  route(publications.rejectPublication, rejectPublication),
  route(publications.withdrawPublication, withdrawPublication),
  route(policyFiles.checkPolicyFile, checkPolicyFile),
  route(policyFiles.importPolicyFile, importPolicyFile),
  route(policyFiles.exportPolicyFile, exportPolicyFile),
  route(decisions.decide, decide),
  route(simulations.listSimulations, listSimulations),
  route(simulations.createSimulation, createSimulation),
  route(simulations.getSimulation, getSimulation),
  route(simulations.cancelSimulation, cancelSimulation),
  route(simulations.observedPolicy, observedPolicy),
];

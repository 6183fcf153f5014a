import * as audit from '../audit/contract';
import { getAuditContext } from '../audit/get-audit-context';
import { getAuditEvent } from '../audit/get-audit-event';
import { listAudit } from '../audit/list-audit';
import * as auditCounts from '../audit-counts/contract';
import { getAuditFacets } from '../audit-counts/get-audit-facets';
import { getAuditHistogram } from '../audit-counts/get-audit-histogram';
import { getChangeFacets } from '../changes/change-facets';
import * as changes from '../changes/contract';
import { getChange, listChanges } from '../changes/list-changes';
import * as exportJobs from '../export-jobs/contract';
import { downloadExport } from '../export-jobs/download-export';
import { cancelExport, createExport, getExport, listExports } from '../export-jobs/export-jobs';
import * as exportSchedules from '../export-schedules/contract';
import { createExportSchedule, deleteExportSchedule, listExportSchedules } from '../export-schedules/export-schedules';
import { updateExportSchedule } from '../export-schedules/update-schedule';
import * as exports from '../exports/contract';
import { exportAudit } from '../exports/export-audit';
import { exportChanges } from '../exports/export-changes';
import * as retention from '../retention/contract';
import { liftHold, listHolds, placeHold } from '../retention/holds';
import { getRetention, listRemovals, setRetention } from '../retention/retention';
import * as trail from '../trail/contract';
import { getEvidence, rotateAuditKey } from '../trail/get-evidence';
import { getIntegrity } from '../trail/get-integrity';
import { listChains, listCheckpoints } from '../trail/list-checkpoints';
import { reconcileEvent } from '../trail/reconcile-event';
import { verifyAudit, watchVerification } from '../trail/verify-audit';
import { type Route, route, stream } from './route';

/** The trail of calls and changes: reading, counting, trust, export, retention. */
export const TRAIL: readonly Route[] = [
  route(audit.listAudit, listAudit),
  stream(exports.exportAudit, exportAudit),
  stream(exports.exportChanges, exportChanges),
  route(exportJobs.createExport, createExport),
  route(exportJobs.listExports, listExports),
  route(exportJobs.getExport, getExport),
  route(exportJobs.cancelExport, cancelExport),
  stream(exportJobs.downloadExport, downloadExport),
  route(exportSchedules.listExportSchedules, listExportSchedules),
  route(exportSchedules.createExportSchedule, createExportSchedule),
  route(exportSchedules.updateExportSchedule, updateExportSchedule),
  route(exportSchedules.deleteExportSchedule, deleteExportSchedule),
  route(trail.verifyAudit, (ctx) => verifyAudit(ctx)),
  stream(trail.watchVerification, watchVerification),
  route(trail.getIntegrity, getIntegrity),
  route(trail.listCheckpoints, listCheckpoints),
  route(trail.listChains, listChains),
  stream(trail.getEvidence, getEvidence),
  route(trail.rotateAuditKey, rotateAuditKey),
  route(trail.reconcileEvent, reconcileEvent),
  route(retention.getRetention, getRetention),
  route(retention.setRetention, setRetention),
  route(retention.listRemovals, listRemovals),
  route(retention.listHolds, listHolds),
  route(retention.placeHold, placeHold),
  route(retention.liftHold, liftHold),
  route(auditCounts.getAuditFacets, getAuditFacets),
  route(auditCounts.getAuditHistogram, getAuditHistogram),
  route(audit.getAuditEvent, getAuditEvent),
  route(audit.getAuditContext, getAuditContext),
  route(changes.listChanges, listChanges),
  route(changes.getChangeFacets, getChangeFacets),
  route(changes.getChange, getChange),
];

import * as agents from '../agents/contract';
import { createAgent } from '../agents/create-agent';
import { getAgent } from '../agents/get-agent';
import { listAgents } from '../agents/list-agents';
import { reviewAgent } from '../agents/review-agent';
import { updateAgent } from '../agents/update-agent';
import * as connections from '../connections/contract';
import { getConnection } from '../connections/get-connection';
import * as elevations from '../elevations/contract';
import { approveElevation, denyElevation, endElevation } from '../elevations/decide-elevation';
import { getElevation, listElevations } from '../elevations/list-elevations';
import { requestElevation } from '../elevations/request-elevation';
import * as grants from '../grants/contract';
import { createGrant } from '../grants/create-grant';
import { getGrant, listGrants } from '../grants/list-grants';
import { revokeGrant, revokeUnusedGrants } from '../grants/revoke-grant';
import { rotateGrant } from '../grants/rotate-grant';
import { updateGrant } from '../grants/update-grant';
import { checkJwtIssuer } from '../jwt-issuers/check-jwt-issuer';
import * as jwtIssuers from '../jwt-issuers/contract';
import { createJwtIssuer } from '../jwt-issuers/create-jwt-issuer';
import { getJwtIssuer, listJwtIssuers } from '../jwt-issuers/list-jwt-issuers';
import { deleteJwtIssuer, updateJwtIssuer } from '../jwt-issuers/update-jwt-issuer';
import * as killSwitch from '../kill-switch/contract';
import { listKillSwitches } from '../kill-switch/list-kill-switches';
import { setKillSwitch } from '../kill-switch/set-kill-switch';
import { type Route, route } from './route';

/** Agents, their grants and issuers, and the switch that stops them. */
export const AGENTS: readonly Route[] = [
  route(agents.listAgents, listAgents),
  route(agents.createAgent, createAgent),
  route(agents.getAgent, getAgent),
  route(agents.updateAgent, updateAgent),
  route(agents.reviewAgent, reviewAgent),
  route(grants.listGrants, listGrants),
  route(grants.createGrant, createGrant),
  route(grants.getGrant, getGrant),
  route(connections.getConnection, getConnection),
  route(grants.updateGrant, updateGrant),
  route(grants.revokeGrant, revokeGrant),
  route(grants.rotateGrant, rotateGrant),
  route(grants.revokeUnusedGrants, revokeUnusedGrants),
  route(elevations.requestElevation, requestElevation),
  route(elevations.listElevations, listElevations),
  route(elevations.getElevation, getElevation),
  route(elevations.approveElevation, approveElevation),
  route(elevations.denyElevation, denyElevation),
  route(elevations.endElevation, endElevation),
  route(killSwitch.listKillSwitches, listKillSwitches),
  route(killSwitch.setKillSwitch, setKillSwitch),
  route(jwtIssuers.listJwtIssuers, listJwtIssuers),
  route(jwtIssuers.createJwtIssuer, createJwtIssuer),
  route(jwtIssuers.getJwtIssuer, getJwtIssuer),
  route(jwtIssuers.updateJwtIssuer, updateJwtIssuer),
  route(jwtIssuers.deleteJwtIssuer, deleteJwtIssuer),
  route(jwtIssuers.checkJwtIssuer, checkJwtIssuer),
];

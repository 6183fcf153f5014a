import { classifyTools } from '../classifications/classify-tools';
import * as classifications from '../classifications/contract';
import * as servers from '../servers/contract';
import { createServer } from '../servers/create-server';
import { deleteServer } from '../servers/delete-server';
import { getServer } from '../servers/get-server';
import { listServers } from '../servers/list-servers';
import { probeServer } from '../servers/probe-server';
import { recommendServerPolicy } from '../servers/recommend-server-policy';
import { syncServer } from '../servers/sync-server';
import { updateServer } from '../servers/update-server';
import * as toolSentences from '../tool-sentences/contract';
import { getToolSentence, setToolSentence } from '../tool-sentences/tool-sentence';
import * as tools from '../tools/contract';
import { getTool } from '../tools/get-tool';
import { listServerTools } from '../tools/list-server-tools';
import { listTools } from '../tools/list-tools';
import { updateTool } from '../tools/update-tool';
import { completeAuthorization } from '../upstream-auth/complete-authorization';
import { connectServer, disconnectServer, getOAuthClient } from '../upstream-auth/connect-server';
import * as upstreamAuth from '../upstream-auth/contract';
import { getServerAuth, removeServerAuth, setServerAuth } from '../upstream-auth/server-auth';
import { type Route, route, stream } from './route';

/** Servers, how they are reached, and their tools. */
export const SERVERS: readonly Route[] = [
  route(servers.listServers, listServers),
  route(servers.createServer, createServer),
  stream(servers.probeServer, probeServer),
  route(servers.getServer, getServer),
  route(servers.updateServer, updateServer),
  route(servers.deleteServer, deleteServer),
  route(servers.syncServer, syncServer),
  route(servers.recommendServerPolicy, recommendServerPolicy),
  route(upstreamAuth.getServerAuth, getServerAuth),
  route(upstreamAuth.setServerAuth, setServerAuth),
  route(upstreamAuth.removeServerAuth, removeServerAuth),
  route(upstreamAuth.connectServer, connectServer),
  route(upstreamAuth.disconnectServer, disconnectServer),
  route(upstreamAuth.completeAuthorization, completeAuthorization),
  route(upstreamAuth.getOAuthClient, getOAuthClient),
  route(tools.listServerTools, listServerTools),
  route(tools.listTools, listTools),
  route(tools.getTool, getTool),
  route(tools.updateTool, updateTool),
  route(toolSentences.getToolSentence, getToolSentence),
  route(toolSentences.setToolSentence, setToolSentence),
  route(classifications.classifyTools, classifyTools),
];

import { accessSync, constants, statSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { delimiter, isAbsolute, join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { GatewayLog } from '@/lib/gateway/ports';
import type { UpstreamTarget } from '@/lib/gateway/upstream-port';
import { type EgressGuard, EgressRefused, type EgressTarget } from './egress-guard';
import { explainFailure } from './failure-sentence';
import { type OnStep, type ProbeStep, type ProbeStepName, StepFailed, tryStep } from './probe-step';
import { type CatalogueReading, readCatalogue, type UpstreamCatalogue } from './read-catalogue';
import type { UpstreamSecrets } from './secret-source';
import { createUpstreams } from './upstreams';

export interface ProbeOptions {
  readonly guard: EgressGuard;
  readonly log: GatewayLog;
  /** The secrets to try, saved or not. */
  readonly secrets: UpstreamSecrets;
  readonly onStep?: OnStep;
  readonly signal?: AbortSignal;
}

export interface ProbeReport {
  readonly ok: boolean;
  /** Every step of the transport, in order; those after a failure are skipped. */
  readonly steps: readonly ProbeStep[];
  readonly catalogue: UpstreamCatalogue | null;
}

const STEPS: Readonly<Record<UpstreamTarget['transport'], readonly ProbeStepName[]>> = {
  http: ['dns', 'connect', 'tls', 'authenticate', 'initialize', 'tools/list'],
  sse: ['dns', 'connect', 'tls', 'authenticate', 'initialize', 'tools/list'],
  stdio: ['command', 'start', 'initialize', 'tools/list'],
};
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Tries everything that a server needs to be usable, one visible step after the other, on connections and children of
 * its own that are gone afterwards. Nothing need be saved first. Never throws for what the server or the network does.
 */
export async function probe(target: UpstreamTarget, options: ProbeOptions): Promise<ProbeReport> {
  const steps: ProbeStep[] = [];
  const note: OnStep = (step) => {
    steps.push(step);
    options.onStep?.(step);
  };
  let catalogue: UpstreamCatalogue | null = null;
  try {
    if (target.transport === 'stdio')
      await tryStep('command', note, () => findCommand(target.command ?? '', options.secrets), explainFailure);
    else await tryNetwork(target.url ?? '', options.guard, note);
    catalogue = await tryProtocol(target, options, note);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
  }
  for (const step of STEPS[target.transport]) {
    if (!steps.some((one) => one.step === step))
      note({ step, status: 'skipped', ms: 0, detail: 'Not tried, because an earlier step failed.' });
  }
  const order = STEPS[target.transport];
  steps.sort((a, b) => order.indexOf(a.step) - order.indexOf(b.step));
  return { ok: catalogue !== null, steps, catalogue };
}

/** The handshake over a registry of its own, with its first answer split into the steps that people look for. */
async function tryProtocol(target: UpstreamTarget, options: ProbeOptions, note: OnStep): Promise<UpstreamCatalogue | null> {
  const upstreams = createUpstreams({
    secrets: { secretsOf: async () => options.secrets },
    guard: options.guard,
    log: options.log,
    limits: { initializeTimeoutMs: 60_000 },
  });
  try {
    const reading = await readCatalogue(target, upstreams, {
      signal: options.signal,
      onStep: (step) => splitStep(target, options.secrets, step).forEach(note),
    });
    return catalogueOf(reading);
  } finally {
    await upstreams.stopAll();
  }
}

function catalogueOf(reading: CatalogueReading): UpstreamCatalogue | null {
  return reading.ok ? reading.catalogue : null;
}

/** What the answer to initialize also proves: that the credential was accepted, or that the command runs. */
function splitStep(target: UpstreamTarget, secrets: UpstreamSecrets, step: ProbeStep): readonly ProbeStep[] {
  if (step.step !== 'initialize') return [step];
  if (target.transport === 'stdio') {
    // A command that ended, or never began, failed to start; one that stayed silent failed to initialise.
    if (step.status === 'failed' && !/initialize|protocol revision/.test(step.detail)) return [{ ...step, step: 'start' }];
    return [{ step: 'start', status: 'ok', ms: 0, detail: 'The command runs.' }, step];
  }
  if (step.status === 'failed' && !/answers? \d{3}|initialize|protocol revision/.test(step.detail)) return [step];
  const names = Object.keys(secrets.headers);
  return [
    {
      step: 'authenticate',
      status: 'ok',
      ms: 0,
      detail: names.length === 0 ? 'No credentials are set, and none were asked for.' : `Accepted with ${names.join(', ')}.`,
    },
    step,
  ];
}

async function tryNetwork(url: string, guard: EgressGuard, note: OnStep): Promise<void> {
  const target = await tryStep(
    'dns',
    note,
    async () => {
      const checked = await guard.check(url);
      if (!checked.ok) throw new EgressRefused(checked.error);
      return { value: checked.value, detail: checked.value.addresses.map(({ address }) => address).join(', ') };
    },
    explainFailure,
  );
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'https:';
  const portNumber = port === '' ? (secure ? 443 : 80) : Number(port);
  await tryStep('connect', note, () => openTcp(target, portNumber), explainFailure);
  if (secure) await tryStep('tls', note, () => openTls(target, portNumber, hostname), explainFailure);
  else note({ step: 'tls', status: 'skipped', ms: 0, detail: 'Plain http, permitted for this host by CALLGATE_ALLOW_PRIVATE_UPSTREAMS.' });
}

/** Tries the addresses in order, like a real connection does. */
async function openTcp(target: EgressTarget, port: number): Promise<{ value: null; detail: string }> {
  let failure: unknown = null;
  for (const { address } of target.addresses) {
    try {
      await new Promise<void>((resolve, reject) => {
        const socket = connectTcp({ host: address, port, timeout: CONNECT_TIMEOUT_MS });
        socket
          .once('connect', resolve)
          .once('error', reject)
          .once('timeout', () => reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })));
        socket.once('connect', () => socket.destroy()).once('timeout', () => socket.destroy());
      });
      return { value: null, detail: `${address} port ${port}` };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function openTls(target: EgressTarget, port: number, hostname: string): Promise<{ value: null; detail: string }> {
  const servername = /^[\d.]+$|^\[/.test(hostname) ? undefined : hostname;
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: target.address, port, servername, timeout: CONNECT_TIMEOUT_MS }, () => {
      const expires = socket.getPeerCertificate().valid_to;
      resolve({ value: null, detail: `${socket.getProtocol() ?? 'TLS'}, certificate valid to ${expires}` });
      socket.destroy();
    });
    socket.once('error', reject).once('timeout', () => {
      socket.destroy();
      reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }));
    });
  });
}

/** Finds what a spawn would run: the given path, or the first match on the PATH that the child would have. */
async function findCommand(command: string, secrets: UpstreamSecrets): Promise<{ value: null; detail: string }> {
  if (command === '')
    throw new StepFailed('command', 'The server has no command.', 'Set the command that starts the MCP server, e.g. npx.');
  const folders = isAbsolute(command) || /[\\/]/.test(command) ? [''] : (secrets.env.PATH ?? process.env.PATH ?? '').split(delimiter);
  const endings = process.platform === 'win32' ? ['', ...(process.env.PATHEXT ?? '.EXE').split(';')] : [''];
  let unusable: string | null = null;
  for (const folder of folders) {
    for (const ending of endings) {
      const file = join(folder, command) + ending;
      try {
        if (!statSync(file).isFile()) continue;
        unusable = file;
        accessSync(file, constants.X_OK);
        return { value: null, detail: file };
      } catch {
        // The next folder may have it.
      }
    }
  }
  throw Object.assign(new Error(command), { code: unusable === null ? 'ENOENT' : 'EACCES' });
}

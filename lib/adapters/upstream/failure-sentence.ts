import { type EgressProblem, EgressRefused } from './egress-guard';

/** What went wrong on the way to an upstream, and what a person can do about it. */
export interface FailureExplanation {
  readonly message: string;
  readonly fix: string;
}

/** The innermost cause that says something: undici and AggregateError wrap the interesting one. */
function rootOf(error: unknown): { readonly code: string; readonly message: string; readonly problem: EgressProblem | null } {
  let current = error;
  for (let depth = 0; depth < 5; depth += 1) {
    if (current instanceof EgressRefused) return { code: 'EGRESS', message: current.message, problem: current.problem };
    const inner: unknown = current instanceof AggregateError ? current.errors[0] : (current as { cause?: unknown } | null)?.cause;
    if (inner === undefined || inner === null) break;
    current = inner;
  }
  const { code, message } = (current ?? {}) as { code?: unknown; message?: unknown };
  return { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : String(current), problem: null };
}

const EXPLANATIONS: Readonly<Record<string, FailureExplanation>> = {
  ENOTFOUND: {
    message: 'The host name cannot be resolved.',
    fix: 'Check the spelling, and that the machine running Callgate can resolve it.',
  },
  EAI_AGAIN: {
    message: 'The name server did not answer.',
    fix: 'Check the DNS configuration of the machine running Callgate, then try again.',
  },
  ECONNREFUSED: { message: 'Nothing listens on that host and port.', fix: 'Start the MCP server, or correct the port in the URL.' },
  EHOSTUNREACH: { message: 'There is no route to the host.', fix: 'Check the network, VPN and firewall between Callgate and the server.' },
  ENETUNREACH: {
    message: 'There is no route to the network of the host.',
    fix: 'Check the network, VPN and firewall between Callgate and the server.',
  },
  ETIMEDOUT: { message: 'The connection attempt got no answer.', fix: 'Check that a firewall lets Callgate reach this host and port.' },
  UND_ERR_CONNECT_TIMEOUT: {
    message: 'The connection attempt got no answer.',
    fix: 'Check that a firewall lets Callgate reach this host and port.',
  },
  ECONNRESET: {
    message: 'The upstream closed the connection.',
    fix: 'Look into the log of the MCP server; if it expects https, correct the scheme of the URL.',
  },
  EPIPE: { message: 'The upstream closed the connection.', fix: 'Look into the log of the MCP server.' },
  UND_ERR_SOCKET: {
    message: 'The upstream closed the connection.',
    fix: 'Look into the log of the MCP server; if it expects https, correct the scheme of the URL.',
  },
  HPE_INVALID_CONSTANT: { message: 'The answer is not HTTP.', fix: 'Check the port, and whether the server expects https.' },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    message: 'The server does not speak TLS on this port.',
    fix: 'Use the port of the https endpoint; plain http is permitted only for listed private servers.',
  },
  EPROTO: {
    message: 'The TLS handshake failed.',
    fix: 'Use the port of the https endpoint, and check that the server supports TLS 1.2 or newer.',
  },
  CERT_HAS_EXPIRED: { message: 'The certificate of the server has expired.', fix: 'Renew the certificate of the server.' },
  CERT_NOT_YET_VALID: {
    message: 'The certificate of the server is not valid yet.',
    fix: 'Check the clock of the machine running Callgate, and the certificate.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    message: 'The certificate of the server is self-signed.',
    fix: 'Give Node the certificate with NODE_EXTRA_CA_CERTS=<file> and restart, or use one from a known authority.',
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    message: 'The certificate was issued by an authority that this machine does not know.',
    fix: 'Give Node the authority with NODE_EXTRA_CA_CERTS=<file> and restart.',
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    message: 'The certificate cannot be verified: an intermediate certificate is missing or its authority is unknown.',
    fix: 'Let the server send its full chain, or set NODE_EXTRA_CA_CERTS=<file> and restart.',
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    message: 'The certificate was issued by an authority that this machine does not know.',
    fix: 'Give Node the authority with NODE_EXTRA_CA_CERTS=<file> and restart.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    message: 'The certificate belongs to another host name.',
    fix: 'Use the host name that the certificate was issued for.',
  },
  ENOENT: {
    message: 'The command was not found.',
    fix: 'Check the spelling, use an absolute path, or install the program where PATH finds it.',
  },
  EACCES: {
    message: 'The command may not be executed by the user that Callgate runs as.',
    fix: 'Give that user permission to execute the file.',
  },
  ENOEXEC: {
    message: 'The file is not a program for this machine.',
    fix: 'Give the interpreter as the command and the file as its first argument.',
  },
};

/** A sentence and a fix for an error of a connection or of starting a command; the error's own text when it is an unknown one. */
export function explainFailure(error: unknown): FailureExplanation {
  const { code, message, problem } = rootOf(error);
  if (problem !== null) return problem;
  const known = EXPLANATIONS[code];
  if (known !== undefined) return { message: `${known.message} (${code})`, fix: known.fix };
  return { message: code === '' ? message : `${message} (${code})`, fix: 'Look into the log of the MCP server.' };
}

/** The sentence alone, for failures of calls. */
export function failureSentence(error: unknown): string {
  return explainFailure(error).message;
}

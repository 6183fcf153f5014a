import { CliError } from './arguments.mjs';

const TIMEOUT_MS = 60_000;

/** The management API with a key. Refusals become sentences that say what to do. */
export function createClient({ url = 'http://127.0.0.1:3000', key }) {
  const base = baseUrl(url);
  if (key === undefined || key.trim() === '')
    throw new CliError(
      'There is no management key. Set CALLGATE_KEY to the key that the server was given as CALLGATE_ADMIN_KEY, or pass --key.',
    );
  if (!/^[\x21-\x7e]+$/.test(key.trim()))
    throw new CliError('The management key holds characters that no key has. Was it copied whole, on one line?');

  /** The body of a 2xx answer. `accept` are further statuses to hand back as `{ status, error }`. */
  async function call(method, path, { body, headers = {}, accept = [] } = {}) {
    const answer = await send(base, key.trim(), method, path, body, headers);
    const text = await answer.text();
    let value;
    try {
      value = text === '' ? null : JSON.parse(text);
    } catch {
      throw new CliError(`${base} does not answer like Callgate (${answer.status}, no JSON). Is the address right?`);
    }
    if (answer.ok) return value;
    if (accept.includes(answer.status)) return { status: answer.status, error: value?.error ?? null };
    throw refusal(base, answer.status, value?.error);
  }

  /** Every entry of a list, page after page. */
  async function list(path) {
    const items = [];
    let cursor = null;
    do {
      const page = await call(
        'GET',
        `${path}${path.includes('?') ? '&' : '?'}limit=200${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return items;
  }

  /** The body of a download as it comes, for as long as it takes. */
  async function download(path) {
    const answer = await send(base, key.trim(), 'GET', path, undefined, { accept: '*/*' }, null);
    if (answer.ok && answer.body !== null) return answer.body;
    let error = null;
    try {
      error = JSON.parse(await answer.text()).error;
    } catch {
      // The status says enough.
    }
    throw refusal(base, answer.status, error);
  }

  return { base, call, list, download };
}

function baseUrl(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    throw new CliError(`\`${text}\` is no address. Write it like https://callgate.example.com.`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new CliError(`\`${text}\` is no http or https address.`);
  if (url.username !== '' || url.password !== '') throw new CliError('The address must not hold a user or password. Set CALLGATE_KEY.');
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}`;
}

async function send(base, key, method, path, body, headers, timeoutMs = TIMEOUT_MS) {
  try {
    return await fetch(`${base}/api/v1${path}`, {
      method,
      // A redirect would carry the key to wherever it points.
      redirect: 'manual',
      signal: timeoutMs === null ? undefined : AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error?.name === 'TimeoutError')
      throw new CliError(`${base} did not answer within ${TIMEOUT_MS / 1000} s. Try again, or look at its /readyz.`);
    const cause = error?.cause?.code ?? error?.cause?.message ?? error?.message ?? 'no connection';
    throw new CliError(`Nothing answers at ${base} (${cause}). Is Callgate running there, and is CALLGATE_URL right?`);
  }
}

function refusal(base, status, error) {
  if (status >= 300 && status < 400)
    return new CliError(`${base} redirects elsewhere; the key is not sent on. Use the address it redirects to.`);
  const sentence = error?.message ?? 'no explanation';
  if (status === 401)
    return new CliError(`${base} does not know this management key (401). Was it revoked, or is it for another installation?`);
  const details = (error?.details ?? [])
    .slice(0, 20)
    .map((detail) => `\n  ${detail.line === undefined ? detail.path : `${detail.line}:${detail.column ?? 1}`} ${detail.message}`);
  return new CliError(
    `${sentence} (${status}${error?.code ? ` ${error.code}` : ''}${error?.requestId ? `, request ${error.requestId}` : ''})${details.join('')}`,
  );
}

/** The management API over HTTP, as any script would use it. */
export interface DemoApi {
  /** Resolves with the parsed answer; throws with what the API said when it refuses. */
  send<T = unknown>(method: 'POST' | 'PUT' | 'PATCH', path: string, body: unknown): Promise<T>;
  /** Null when it does not exist. */
  find<T = unknown>(path: string): Promise<T | null>;
}

export function createDemoApi(origin: string, adminKey: string): DemoApi {
  const ask = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const told = (method: string, path: string, { status, body }: { status: number; body: unknown }): Error => {
    const { error } = body as { error?: { message?: string; details?: unknown } };
    return new Error(
      `The demo could not be made: ${method} ${path} answered ${status}: ${error?.message ?? ''} ${JSON.stringify(error?.details ?? '')}`,
    );
  };
  return {
    async send<T>(method: 'POST' | 'PUT' | 'PATCH', path: string, body: unknown): Promise<T> {
      const answer = await ask(method, path, body);
      if (answer.status >= 300) throw told(method, path, answer);
      return answer.body as T;
    },
    async find<T>(path: string): Promise<T | null> {
      const answer = await ask('GET', path);
      if (answer.status === 404) return null;
      if (answer.status >= 300) throw told('GET', path, answer);
      return answer.body as T;
    },
  };
}

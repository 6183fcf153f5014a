import { ControlError } from '@/lib/control/control-error';
import type { Route } from '@/lib/control/routes/route';

export interface Match {
  readonly route: Route;
  readonly params: Record<string, string>;
}

interface Pattern {
  readonly route: Route;
  /** Literal segments as text, parameters as their name in braces. */
  readonly segments: readonly string[];
}

/** Finds the route of a method and a path below `/api/v1`. Throws 404 for unknown paths, 405 with `Allow` for known ones. */
export function createMatcher(registry: readonly Route[]): (method: string, path: string) => Match {
  const patterns: Pattern[] = registry.map((route) => ({ route, segments: route.contract.path.split('/').slice(1) }));
  return (method, path) => {
    const parts = segmentsOf(path);
    const fitting = parts === null ? [] : patterns.filter(({ segments }) => fits(segments, parts));
    if (parts === null || fitting.length === 0)
      throw new ControlError(404, 'request.not_found', 'There is no such operation in the management API. See /api/v1/docs.');
    // A literal segment beats a parameter: `/servers/probe` is not the server "probe".
    const most = Math.max(...fitting.map(literals));
    const named = method === 'HEAD' ? 'GET' : method;
    const best =
      fitting.filter((pattern) => literals(pattern) === most).find(({ route }) => route.contract.method === named) ??
      fitting.find(({ route }) => route.contract.method === named);
    if (!best) {
      const allowed = [...new Set(fitting.map(({ route }) => route.contract.method))].sort();
      throw new ControlError(405, 'request.method', `This path answers ${allowed.join(', ')}, not ${method}.`, [], {
        allow: allowed.join(', '),
      });
    }
    return { route: best.route, params: paramsOf(best.segments, parts) };
  };
}

const literals = (pattern: Pattern): number => pattern.segments.filter((segment) => !segment.startsWith('{')).length;

function segmentsOf(path: string): string[] | null {
  try {
    return path.replace(/\/$/, '').split('/').slice(1).map(decodeURIComponent);
  } catch {
    return null;
  }
}

function fits(segments: readonly string[], parts: readonly string[]): boolean {
  return (
    segments.length === parts.length &&
    segments.every((segment, index) => (segment.startsWith('{') ? parts[index] !== '' : segment === parts[index]))
  );
}

function paramsOf(segments: readonly string[], parts: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries())
    if (segment.startsWith('{')) params[segment.slice(1, -1)] = refuseUnstorable(parts[index] as string);
  return params;
}

/** No id, slug or tool name holds these, and PostgreSQL would answer with an error of its own. */
function refuseUnstorable(part: string): string {
  if (part.includes('\u0000')) throw new ControlError(400, 'request.path', 'The path holds a NUL character.');
  return part;
}

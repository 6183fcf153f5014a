/** Whether a tool name is written as a pattern. */
export function isGlob(name: string): boolean {
  return name.includes('*');
}

/**
 * A matcher for tool names: `*` stands for any characters, also none; everything else for itself, case included.
 * Linear: each literal piece is found once, leftmost, which is enough when `*` is the only wildcard.
 */
export function compileNameGlob(pattern: string): (name: string) => boolean {
  const pieces = pattern.split(/\*+/);
  const first = pieces[0] ?? '';
  const last = pieces[pieces.length - 1] ?? '';
  if (pieces.length === 1) return (name) => name === pattern;
  const middle = pieces.slice(1, -1);
  return (name) => {
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
    let at = first.length;
    const end = name.length - last.length;
    for (const piece of middle) {
      const found = name.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/**
 * A matcher for values: `*` stays within a segment (stops at `/`), `**` crosses, the whole value must match.
 * Dynamic programming over the pattern: time is length of pattern times length of value, whatever they are.
 */
export function compileValueGlob(pattern: string): (value: string) => boolean {
  const tokens = pattern.match(/\*\*|\*|[^*]/gs) ?? [];
  return (value) => {
    let reach = new Uint8Array(tokens.length + 1);
    reach[0] = 1;
    passStars(tokens, reach);
    for (const char of value.split('')) {
      const next = new Uint8Array(tokens.length + 1);
      let alive = false;
      for (let i = 0; i < tokens.length; i += 1) {
        if (reach[i] !== 1) continue;
        const token = tokens[i];
        const stays = token === '**' || (token === '*' && char !== '/');
        if (stays) next[i] = 1;
        else if (token === char) next[i + 1] = 1;
        else continue;
        alive = true;
      }
      if (!alive) return false;
      passStars(tokens, next);
      reach = next;
    }
    return reach[tokens.length] === 1;
  };
}

/** A star may also stand for nothing. */
function passStars(tokens: readonly string[], reach: Uint8Array): void {
  for (let i = 0; i < tokens.length; i += 1) {
    if (reach[i] === 1 && (tokens[i] === '*' || tokens[i] === '**')) reach[i + 1] = 1;
  }
}

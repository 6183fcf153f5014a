import { describe, expect, it } from 'vitest';
import { compilePolicy } from '@/lib/policy/compile';
import type { ClassifiedTool } from '@/lib/policy/templates/classified-tool';
import { recommendedPolicy } from '@/lib/policy/templates/recommended-policy';

const tools: readonly ClassifiedTool[] = [
  { name: 'list_issues', category: 'read', risk: 'low' },
  { name: 'create_issue', category: 'write', risk: 'medium' },
  { name: 'write_file', category: 'write', risk: 'high' },
  { name: 'call_tool', category: 'execute', risk: 'high', dispatch: { tool: 'args.tool_name', arguments: 'args.arguments' } },
  { name: 'call_tool_chain', category: 'execute', risk: 'high', dispatch: { tool: 'args.code', arguments: null, opaque: true } },
  { name: 'delete_repo', category: 'destructive', risk: 'critical' },
  { name: 'create_refund', category: 'financial', risk: 'critical' },
];
const errorsOf = (text: string) => compilePolicy(text, null).problems.filter((problem) => problem.severity === 'error');

describe('recommendedPolicy', () => {
  it('compiles without an error and lists every tool', () => {
    const text = recommendedPolicy(tools);
    expect(errorsOf(text)).toEqual([]);
    const document = compilePolicy(text, null).document;
    expect(document?.default).toBe('deny');
    for (const { name } of tools) expect(text).toContain(`"${name}":`);
  });

  it('gives each category the least that is of use', () => {
    const text = recommendedPolicy(tools);
    const line = (name: string) => text.split('\n').find((row) => row.includes(`"${name}":`)) ?? '';
    expect(line('list_issues')).toContain('{}');
    expect(line('create_issue')).toMatch(/"max": 60/);
    expect(line('create_issue')).not.toContain('approval');
    expect(line('write_file')).toContain('"approval"');
    expect(line('call_tool')).toContain('"dispatch": { "tool": "args.tool_name", "arguments": "args.arguments" }');
    expect(line('call_tool_chain')).toContain('"action": "approve"');
    expect(line('delete_repo')).toContain('"action": "deny"');
    expect(line('create_refund')).toContain('"action": "approve"');
  });

  it('compiles for no tools and does not depend on their order', () => {
    expect(errorsOf(recommendedPolicy([]))).toEqual([]);
    expect(recommendedPolicy([...tools].reverse())).toBe(recommendedPolicy(tools));
  });

  it('keeps the riskier of two entries with one name', () => {
    const twice = recommendedPolicy([
      { name: 't', category: 'destructive', risk: 'critical' },
      { name: 't', category: 'read', risk: 'low' },
    ]);
    expect(twice).toContain('"t": { "action": "deny"');
    expect(twice).not.toContain('"t": {}');
  });

  it('does not let a tool name act as a pattern or break the text', () => {
    const hostile = ['*', 'get_*', '__proto__', 'a"b', 'a\n// }', '', '\u202Ex'].map(
      (name): ClassifiedTool => ({ name, category: 'read', risk: 'low' }),
    );
    const text = recommendedPolicy([...hostile, { name: 'list_issues', category: 'read', risk: 'low' }]);
    expect(errorsOf(text)).toEqual([]);
    expect(compilePolicy(text, null).document?.tools).toHaveProperty('list_issues');
    expect(text).not.toMatch(/"\*"|get_\*|__proto__|\u202E/);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ToolDefinition } from '@/lib/domain/risk';
import { compilePolicy } from '@/lib/policy/compile';
import { TEMPLATES } from '@/lib/policy/templates/template';
import { classify } from '@/lib/risk/classify';
import { callOf, catalogueOf } from '../policy/policy-case';

const file = fileURLToPath(new URL('../../../../shared/data/tool_risk.dev.jsonl', import.meta.url));

interface Row {
  readonly server: string;
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: ToolDefinition['inputSchema'];
}

/** The tools of public servers, classified as at registration. */
function collected() {
  const rows = existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Row)
    : [];
  return [...new Set(rows.map((row) => row.server))].map((server) => ({
    server,
    tools: rows
      .filter((row) => row.server === server)
      .map(({ name, description, inputSchema }) => {
        const { category, risk, dispatch } = classify({ server, tool: { name, description, inputSchema } });
        return { name, category, risk, dispatch: dispatch ?? null, inputSchema: inputSchema ?? null };
      }),
  }));
}

describe.skipIf(!existsSync(file))('templates for collected servers (../shared/data)', () => {
  const servers = collected();

  it('are of servers large and small', () => {
    expect(servers.length).toBeGreaterThan(20);
    expect(Math.max(...servers.map(({ tools }) => tools.length))).toBeGreaterThan(100);
  });

  it.each(TEMPLATES.map((template) => [template.id, template] as const))('%s compiles without an error for every one', (_id, template) => {
    for (const { server, tools } of servers) {
      const { problems, policy } = compilePolicy(template.text(tools), catalogueOf(tools));
      expect(
        problems.filter((problem) => problem.severity === 'error'),
        server,
      ).toEqual([]);
      expect(policy, server).not.toBeNull();
    }
  });

  it('none that enforces lets a tool pass unasked that runs, removes or pays', () => {
    for (const template of TEMPLATES.filter(({ id }) => id !== 'observe'))
      for (const { server, tools } of servers) {
        const catalogue = catalogueOf(tools);
        const { policy } = compilePolicy(template.text(tools), catalogue);
        const open = [...catalogue.values()]
          .filter(({ category }) => category === 'execute' || category === 'destructive' || category === 'financial')
          .filter(({ name }) => policy?.decide(callOf({ tool: name, args: {} }), catalogue).outcome === 'allowed');
        expect(
          open.map(({ name }) => name),
          `${template.id} for ${server}`,
        ).toEqual([]);
      }
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIRECTIVE_PROPERTIES, FORENSIC_DIRECTIVES } from '@fleet-forensics/shared/directives/forensic-directives';
import {
  MAX_CONFIGURATION_BYTES,
  MAX_FILE_BYTES,
  MAX_FILES,
  MAX_INCLUDE_DEPTH,
  MAX_LINE_BYTES,
  MAX_NODE_SECTIONS,
  MAX_VIRTUAL_HOSTS,
} from '@fleet-forensics/shared/directives/limits';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../command-run.fixture.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../../docs/DIRECTIVES.md'), 'utf8');

const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-directives-'));
afterAll(() => rmSync(dir, { recursive: true }));
const file = join(dir, 'forensics.conf');

/** Of a `check` of that configuration, as the document shows it. */
async function checked(configuration: string, args: readonly string[]): Promise<string> {
  writeFileSync(file, configuration);
  const { out, err } = await run(['check', file, ...args]);
  return (err + out).replaceAll(file, 'forensics.conf');
}

describe('docs/DIRECTIVES.md', () => {
  const examples = [...DOCUMENT.matchAll(/```apache\n([^]*?)```\n\n```console\n([^]*?)```/g)].flatMap(
    ([, configuration, shown]) =>
      shown!
        .split(/^\$ fleet-forensics check forensics\.conf/m)
        .slice(1)
        .map((each) => [each.slice(0, each.indexOf('\n')).trim(), configuration!, each.slice(each.indexOf('\n') + 1)] as const),
  );

  it('shows what each of its configurations means', () => {
    expect(examples.length).toBeGreaterThan(5);
    expect(DOCUMENT.match(/```apache/g)).toHaveLength(DOCUMENT.match(/```console/g)!.length);
  });

  it.each(examples)('check %s: %j', async (args, configuration, shown) => {
    expect((await checked(configuration, args.split(' ').filter(Boolean))).trim()).toBe(shown.trim());
  });

  const errors = [...DOCUMENT.matchAll(/^\| `([^`]+)` +\| `([^`]+)` +\|$/gm)].map(([, written, error]) => [written!, error!]);

  it.each(errors)('says what is wrong with %j: %s', async (written, error) => {
    const [section, rest] = written!.split(/(?<=>) /);
    const configuration = rest === undefined ? written! : `${section}\n${rest}\n`;
    const lines = (await checked(configuration, [])).split('\n');
    expect(lines.map((line) => line.replace(/^forensics\.conf:\d+: /, ''))).toContain(error);
  });

  it.each(DIRECTIVE_PROPERTIES.map((property) => FORENSIC_DIRECTIVES[property]))('has $name with its default', (directive) => {
    const section = DOCUMENT.split(`\n## ${directive.name}\n`)[1]!;
    const written = [directive.default ?? 'none'].flat().join(' ');
    const shown = { true: 'on', false: 'off' }[written] ?? written;
    expect(/^- Default: `?([^`\n]+)`?$/m.exec(section)?.[1]).toBe(shown);
    expect(section.slice(0, 200)).toContain(`- Syntax: \`${directive.name} `);
    expect(section.slice(0, 400)).toContain('- Context: server config, `<VirtualHost>`, `<Global>`, `<Node>`');
  });

  it('has the bounds that hold', () => {
    const mib = (bytes: number) => `${bytes / 1024 / 1024} MiB`;
    const files = `a file of ${mib(MAX_FILE_BYTES)}, ${MAX_FILES} files and ${mib(MAX_CONFIGURATION_BYTES)} together`;
    const sections = `${MAX_VIRTUAL_HOSTS} \`<VirtualHost>\` and ${MAX_NODE_SECTIONS} \`<Node>\` sections`;
    const includes = `${MAX_INCLUDE_DEPTH} includes within each other`;
    expect(DOCUMENT).toContain(`Bounds: a line of ${MAX_LINE_BYTES} bytes, ${files}, ${includes}, ${sections}.`);
  });
});

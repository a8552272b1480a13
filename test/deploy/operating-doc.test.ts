import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../../apps/cli/src/command-run.fixture.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const TEXT = readFileSync(join(ROOT, 'docs/OPERATING.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

function found(pattern: RegExp): string[] {
  return [...new Set([...TEXT.matchAll(pattern)].map((match) => match[1]!))];
}

it.each(found(/npm run (?:--silent )?([a-z:]+)/g))('npm run %s is a script', (name) => {
  expect(scripts).toHaveProperty([name]);
});

it.each(found(/npx fleet-forensics ([a-z-]+(?: [a-z-]+)?)/g))('fleet-forensics %s is a command', async (command) => {
  const { status, err } = await run([...command.split(' '), '--help']);
  expect([status, err]).toEqual([0, '']);
});

it.each(found(/(?:^|\s)(deploy\/[\w./*-]+)/gm))('%s is there', (path) => {
  expect(globSync(path, { cwd: ROOT })).not.toEqual([]);
});

it.each(found(/\]\(((?!https?:)[^)#]+)[^)]*\)/g))('what is linked as %s is there', (path) => {
  expect(existsSync(join(ROOT, 'docs', path))).toBe(true);
});

it.each(found(/\]\(#([^)]+)\)/g))('the section #%s is there', (anchor) => {
  const headings = [...TEXT.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title!.toLowerCase().replaceAll(' ', '-'));
  expect(headings).toContain(anchor);
});

it.each(found(/\b(fleet-forensics-(?:ingest|buffer|writer)(?:@[0-9N])?)/g))('%s is a unit', (unit) => {
  expect(existsSync(join(ROOT, 'deploy/systemd', `${unit.replace(/@.$/, '@')}.service`))).toBe(true);
});

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

function simulate(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
}

it('says that nothing went wrong, and how often what happened', () => {
  const { status, stdout } = simulate('--seeds', '3', '--from', '7');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^3 seeds: nothing wrong\n/);
  expect(stdout).toMatch(/^ +\d+ filed$/m);
});

it('prints the seed that goes wrong, the steps that it takes, and what is wrong', () => {
  const { status, stdout } = simulate('--break', 'dedupe', '--seeds', '100');
  expect(status).toBe(1);
  expect(stdout).toMatch(/^seed \d+ goes wrong:\n(?:.*\n)*?filed twice: /m);
  expect(stdout).toMatch(/^in \d+ steps:$[^]*^buffer-\d+ gets session-events\/0[^]*^filed twice: /m);
});

it.each([
  { args: ['--break', 'everything'], problem: '--break everything is not one of suppression, watermark' },
  { args: ['--seeds', 'many'], problem: '--seeds many is not a whole number' },
  { args: ['--sedes', '9'], problem: "Unknown option '--sedes'" },
])('refuses $args and shows its usage', ({ args, problem }) => {
  const { status, stderr } = simulate(...args);
  expect(status).toBe(2);
  expect(stderr).toContain(problem);
  expect(stderr).toContain('usage: npm run simulate');
});

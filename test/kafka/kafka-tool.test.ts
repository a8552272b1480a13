import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeKafkaProcess } from './broker.ts';
import { isListening, KafkaTool } from './kafka-tool.ts';

const START_MS = 120_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kafka-tool-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

await describeKafkaProcess('npm run kafka', () => {
  let tool: KafkaTool;
  let port: number;
  const start = (data: string, on: number) =>
    new KafkaTool(['--port', String(on), '--data', join(folder, data), '--heap', '256m']);

  beforeAll(async () => {
    tool = start('data', 0);
    port = await tool.listening();
  }, START_MS);
  afterAll(async () => {
    tool.child.kill();
    await tool.ended;
  });

  it('says that it listens when it does', async () => {
    expect(await isListening(port)).toBe(true);
  });

  it('refuses data that another broker runs on, before it damages them', { timeout: START_MS }, async () => {
    const second = start('data', 0);
    expect(await second.ended).toBe(1);
    expect(second.said).toBe(
      `Another broker runs on ${join(folder, 'data')}: stop it, or choose another directory with --data\n`,
    );
  });

  it('refuses a port that is taken, by a broker that answers there, too', { timeout: START_MS }, async () => {
    const second = start('other', port);
    expect(await second.ended).toBe(1);
    expect(second.said).toContain(`Port ${port} of 127.0.0.1 is taken`);
  });

  it('leaves no broker behind when it is killed, and goes on with its data', { timeout: START_MS }, async () => {
    tool.child.kill('SIGKILL');
    await tool.ended;
    await vi.waitUntil(async () => !(await isListening(port)), { timeout: START_MS });
    tool = start('data', port);
    expect(await tool.listening()).toBe(port);
    expect(readFileSync(join(folder, 'data', 'broker.log'), 'utf8')).not.toMatch(/corrupt|invalid messages/i);
  });

  it('ends its broker on a signal, with status 0', { timeout: START_MS }, async () => {
    tool.child.kill('SIGTERM');
    expect(await tool.ended).toBe(0);
    expect(await isListening(port)).toBe(false);
  });
});

describe('npm run kafka without what it needs', () => {
  it('says that Java is missing, and how to get it', async () => {
    const tool = new KafkaTool(['--port', '0'], { JAVA_HOME: join(folder, 'nowhere') });
    expect(await tool.ended).toBe(1);
    expect(tool.said).toMatch(/^The local Kafka needs Java, .*nowhere.*apt-get install default-jre-headless/);
  });

  it('says that Java is too old', async () => {
    const bin = join(folder, 'old', 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'java'), '#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n', { mode: 0o755 });
    const tool = new KafkaTool(['--port', '0'], { JAVA_HOME: join(folder, 'old') });
    expect(await tool.ended).toBe(1);
    expect(tool.said).toContain('needs Java 17 or newer, and');
  });

  it.each([
    ['--port', '70000'],
    ['--heap', 'much'],
  ])('refuses %s %s', async (option, value) => {
    const tool = new KafkaTool([option, value]);
    expect(await tool.ended).toBe(1);
    expect(tool.said).toContain(`${option} ${value} is not`);
  });
});

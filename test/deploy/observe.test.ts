import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KafkaFleet } from '../e2e/kafka-fleet.ts';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { KafkaProcess } from '../kafka/kafka-process.ts';
import { post } from '../e2e/recorder-process.ts';
import { alertNames, alertQueries, labelsIn, metricsIn, panelQueries, PROMETHEUS, RULE_TESTS, RULES } from './observed-names.ts';
import { describePromtool, promtool } from './promtool.ts';

const START_MS = 120_000;
const QUERIES = [...panelQueries(), ...alertQueries()];
const RUNBOOK = readFileSync(new URL('../../docs/OPERATING.md', import.meta.url), 'utf8').split('\n## Alerts\n')[1] ?? '';

describe('the alerts', () => {
  it.each(alertNames())('%s has a line in the runbook, and a test that shows when it fires', (name) => {
    expect(RUNBOOK).toMatch(new RegExp(`^\\| \\*\\*${name}\\*\\* +\\| \\S`, 'm'));
    expect(readFileSync(RULE_TESTS, 'utf8')).toContain(`alertname="${name}"`);
  });

  it('lead to the runbook, each with a severity', () => {
    const rules = readFileSync(RULES, 'utf8').split('- alert: ').slice(1);
    expect(rules.length).toBeGreaterThanOrEqual(8);
    for (const rule of rules) {
      expect(rule).toMatch(/labels: \{ severity: (critical|warning) \}/);
      expect(rule).toContain('runbook: docs/OPERATING.md#alerts');
    }
    expect(alertQueries()).toHaveLength(rules.length);
  });
});

describePromtool('what Prometheus is given', () => {
  it('is configuration and rules without mistakes', () => {
    expect(promtool('check', 'config', PROMETHEUS)).toMatchObject({ status: 0 });
  });

  it('fires where something is wrong, and not while all is well', { timeout: START_MS }, () => {
    expect(promtool('test', 'rules', RULE_TESTS)).toMatchObject({ status: 0 });
  });
});

await describeKafkaProcess('what the dashboard and the alerts ask for', (kafka) => {
  let broker: KafkaProcess;
  let fleet: KafkaFleet;
  let scraped: string;

  beforeAll(async () => {
    broker = await KafkaProcess.start(kafka);
    fleet = new KafkaFleet(broker.brokers);
    await fleet.createTopics();
    const services = await Promise.all((['ingest', 'buffer', 'writer'] as const).map((app) => fleet.start(app)));
    const bad = { node: 'n', session: 's', tpye: 'x' };
    await post(services[0]!.url, [{ node: 'n', session: 's', type: 'SystemLog', level: 5, message: 'x' }, bad]);
    await post(services[0]!.url, [{ node: 'n', session: 's', criterion: 'FailedLogin' }]);
    await fleet.filed(['s']);
    const answers = services.map(async ({ opsUrl }) => (await fetch(`${opsUrl}/metrics`)).text());
    scraped = (await Promise.all(answers)).join('');
  }, START_MS);

  afterAll(async () => {
    await fleet.stop();
    await broker.stop();
  });

  it.each(QUERIES)('%s: each metric is one that a service has', (_where, expression) => {
    const names = metricsIn(expression);
    for (const name of names) {
      expect(scraped).toMatch(new RegExp(`^# TYPE ${name.replace(/_(bucket|sum|count)$/, '')} `, 'm'));
    }
    expect(names.length + (expression.includes('up{') ? 1 : 0)).toBeGreaterThan(0);
  });

  it.each(QUERIES)('%s: each label is one that the metric has', (_where, expression) => {
    for (const label of labelsIn(expression)) {
      const names = metricsIn(expression).join('|');
      expect(scraped).toMatch(new RegExp(`^(${names})\\{[^}]*\\b${label}="`, 'm'));
    }
  });

  it('has the numbers of what was done', () => {
    expect(scraped).toContain('forensic_ingest_events_accepted_total{source="http"} 2\n');
    expect(scraped).toContain('forensic_ingest_events_rejected_total{code="unknown_key"} 1\n');
    expect(scraped).toContain('forensic_buffer_blocks_total{criterion="FailedLogin"} 1\n');
    expect(scraped).toContain('forensic_writer_filings_total 1\n');
    expect(scraped.match(/^forensic_ready 1$/gm)).toHaveLength(3);
    expect(scraped.match(/^forensic_buffer_true_lag_records\{partition="\d+"\} /gm)).toHaveLength(12);
  });

  it('names no session, node, user, address or file', () => {
    expect(scraped).not.toMatch(/"(n|s|\/forensic\.log|127\.0\.0\.1)"/);
  });
});

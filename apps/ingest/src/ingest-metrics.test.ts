import { registerMetrics } from '@fleet-forensics/shared/metrics/metric';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { Counters } from './counters.ts';
import { ingestMetrics } from './ingest-metrics.ts';

describe('the metrics of an ingest', () => {
  let counters: Counters;
  let warnings: string[];
  let registry: Registry;

  beforeEach(() => {
    counters = new Counters();
    warnings = [];
    registry = new Registry();
    registerMetrics(registry, ingestMetrics({ counters, spool: undefined, policies: { warnings: [] }, access: { warnings } }));
  });

  it('tell of tokens and of certificates that were exchanged, and of wrong ones that were not', async () => {
    counters.tokensReloads = 1;
    counters.tokensRejected = 2;
    counters.tlsReloads = 3;
    counters.tlsRejected = 4;
    warnings.push('tokens of FILE are out of date');
    const text = await registry.metrics();
    expect(text).toContain('forensic_access_reloads_total{kind="tokens"} 1\n');
    expect(text).toContain('forensic_access_reloads_total{kind="certificate"} 3\n');
    expect(text).toContain('forensic_access_rejected_total{kind="tokens"} 2\n');
    expect(text).toContain('forensic_access_rejected_total{kind="certificate"} 4\n');
    expect(text).toContain('forensic_access_out_of_date 1\n');
  });

  it('tell of everything that was refused or lost, by what did it', async () => {
    counters.rejected('foreign_node');
    counters.unauthorized('expired_token');
    counters.refusedConnection('address');
    counters.forwardRefused = 2;
    counters.forgottenNotCaptured = 5;
    counters.syslog.dropped = 3;
    counters.syslog.lost = 4;
    const text = await registry.metrics();
    expect(text).toContain('forensic_ingest_events_rejected_total{code="foreign_node"} 1\n');
    expect(text).toContain('forensic_ingest_requests_unauthorized_total{reason="expired_token"} 1\n');
    expect(text).toContain('forensic_ingest_http_connections_closed_total{bound="address"} 1\n');
    expect(text).toContain('forensic_ingest_lost_total{source="forward"} 2\n');
    expect(text).toContain('forensic_ingest_not_captured_forgotten_total 5\n');
    expect(counters.totals).toMatchObject({ forgottenNotCaptured: 5 });
    expect(text).toContain('forensic_ingest_lost_total{source="syslog"} 7\n');
  });
});

import type { Metric } from '@fleet-forensics/shared/metrics/metric';
import type { Counters } from './counters.ts';
import type { SpooledProducer } from './spool/spooled-producer.ts';

export interface MeasuredIngest {
  readonly counters: Counters;
  /** Undefined: there is none, and its numbers are 0. */
  readonly spool: Pick<SpooledProducer, 'status' | 'usedBytes' | 'maxBytes'> | undefined;
  readonly policies: { readonly warnings: readonly string[] };
  readonly access: { readonly warnings: readonly string[] };
}

/** What an ingest tells Prometheus. */
export function ingestMetrics(ingest: MeasuredIngest): Metric[] {
  const { counters } = ingest;
  return [
    ...ofEvents(counters),
    ...ofBatches(counters),
    ...ofLosses(counters),
    ...ofSpool(ingest),
    ...ofSources(counters),
    ...ofPolicies(ingest),
    ...ofAccess(ingest),
  ];
}

function ofEvents(counters: Counters): Metric[] {
  return [
    {
      kind: 'counter',
      name: 'forensic_ingest_events_accepted_total',
      help: 'Events taken over HTTP (OTLP too), messages of sockets, of syslog, and events made of the logs of a node',
      label: 'source',
      read: () => ({
        http: counters.accepted,
        socket: counters.socket.messages,
        syslog: counters.syslog.messages,
        node_logs: counters.nodeLogs.events,
      }),
    },
    {
      kind: 'counter',
      name: 'forensic_ingest_events_rejected_total',
      help: 'Events that were refused, by the code in the answer',
      label: 'code',
      read: () => counters.rejectedByCode,
    },
    {
      kind: 'counter',
      name: 'forensic_ingest_events_ignored_total',
      help: 'Events of which nothing is published: the engine is off, or their type is not captured',
      read: () => counters.ignored,
    },
    {
      kind: 'counter',
      name: 'forensic_ingest_not_captured_forgotten_total',
      help: 'Numbers of messages that are not captured, forgotten with their idle session: its next block calls them missing',
      read: () => counters.forgottenNotCaptured,
    },
    {
      kind: 'counter',
      name: 'forensic_ingest_requests_overloaded_total',
      help: 'Requests answered with 429',
      read: () => counters.overloaded,
    },
  ];
}

function ofBatches(counters: Counters): Metric[] {
  return [
    { kind: 'counter', name: 'forensic_ingest_messages_total', help: 'Messages packed', read: () => counters.messages },
    {
      kind: 'counter',
      name: 'forensic_ingest_batches_total',
      help: 'Records that became durable',
      read: () => counters.batches,
    },
    {
      kind: 'counter',
      name: 'forensic_ingest_batch_bytes_total',
      help: 'Bytes of their values',
      read: () => counters.batchBytes,
    },
    {
      kind: 'counter',
      name: 'forensic_ingest_batches_failed_total',
      help: 'Records that could not be written; their requests were answered with 503',
      read: () => counters.failedBatches,
    },
  ];
}

function ofLosses(counters: Counters): Metric[] {
  return [
    {
      kind: 'counter',
      name: 'forensic_ingest_lost_total',
      help: 'What nobody sends again: messages of sockets and syslog that could not be written or read in time, lines of FIFOs, records that the central ingest refused',
      label: 'source',
      read: () => ({
        socket: counters.socket.lost,
        syslog: counters.syslog.lost + counters.syslog.dropped,
        node_logs: counters.nodeLogs.fifoLinesDropped,
        forward: counters.forwardRefused,
      }),
    },
    {
      kind: 'counter',
      name: 'forensic_ingest_dropped_at_source_total',
      help: 'Messages and criteria that sessions lost before they came here, by their own count',
      read: () => counters.socket.droppedAtSource,
    },
    {
      kind: 'counter',
      name: 'forensic_spool_records_lost_total',
      help: 'Spooled records that the log takes in no case, nor a dead letter of them',
      read: () => counters.spoolLost,
    },
    {
      kind: 'counter',
      name: 'forensic_dead_letters_total',
      help: 'Records that could not be used and went to forensic.dead-letters, by the service that sent them there',
      label: 'service',
      read: () => ({ ingest: counters.spoolDeadLetters }),
    },
  ];
}

function ofSpool({ counters, spool }: MeasuredIngest): Metric[] {
  return [
    {
      kind: 'gauge',
      name: 'forensic_spool_records',
      help: 'Records that wait for the log',
      read: () => spool?.status.depth ?? 0,
    },
    {
      kind: 'gauge',
      name: 'forensic_spool_oldest_seconds',
      help: 'How long the oldest of them has waited',
      read: () => (spool?.status.ageMs ?? 0) / 1000,
    },
    { kind: 'gauge', name: 'forensic_spool_bytes', help: 'What they take of the file', read: () => spool?.usedBytes ?? 0 },
    {
      kind: 'gauge',
      name: 'forensic_spool_max_bytes',
      help: 'What they may take of it: FF_SPOOL_BYTES; 0: there is no spool',
      read: () => spool?.maxBytes ?? 0,
    },
    {
      kind: 'counter',
      name: 'forensic_spool_spooled_total',
      help: 'Records that were durable in the spool because the log was away',
      read: () => counters.spooled,
    },
    {
      kind: 'counter',
      name: 'forensic_spool_drained_total',
      help: 'Records that left the spool',
      read: () => counters.drained,
    },
    {
      kind: 'counter',
      name: 'forensic_spool_refused_total',
      help: 'Records that the spool did not take, being full or on a disk that fails',
      read: () => counters.spoolRefused,
    },
  ];
}

function ofSources({ refusedConnections, socket, syslog, nodeLogs }: Counters): Metric[] {
  return [
    {
      kind: 'counter',
      name: 'forensic_ingest_connections_refused_total',
      help: 'Connections closed because there were too many',
      label: 'source',
      read: () => ({ http: refusedConnections.all, socket: socket.refused, syslog: syslog.refused }),
    },
    {
      kind: 'counter',
      name: 'forensic_ingest_untimely_deaths_total',
      help: 'Sessions of sockets and of the logs of a node that ended without a word',
      label: 'source',
      read: () => ({ socket: socket.untimelyDeaths, node_logs: nodeLogs.processesGone }),
    },
    {
      kind: 'counter',
      name: 'forensic_ingest_node_log_bytes_total',
      help: 'Bytes read of the logs of a node',
      read: () => nodeLogs.bytes,
    },
  ];
}

function ofPolicies({ counters, policies }: MeasuredIngest): Metric[] {
  return [
    {
      kind: 'counter',
      name: 'forensic_policy_reloads_total',
      help: 'Times that FF_POLICY_FILE was put in force anew',
      read: () => counters.policyReloads,
    },
    {
      kind: 'counter',
      name: 'forensic_policy_rejected_total',
      help: 'Times that it was wrong and the old policy stayed',
      read: () => counters.policyRejected,
    },
    {
      kind: 'gauge',
      name: 'forensic_policy_out_of_date',
      help: '1 while the policy in force is not what FF_POLICY_FILE says',
      read: () => Number(policies.warnings.length > 0),
    },
  ];
}

function ofAccess({ counters, access }: MeasuredIngest): Metric[] {
  return [
    {
      kind: 'counter',
      name: 'forensic_ingest_requests_unauthorized_total',
      help: 'Requests answered with 401: who sent them did not show a token, or a certificate, that is known',
      label: 'reason',
      read: () => counters.unauthorizedByReason,
    },
    {
      kind: 'counter',
      name: 'forensic_ingest_requests_rate_limited_total',
      help: 'Requests answered with 429, because their sender publishes faster than it may',
      read: () => counters.rateLimited,
    },
    {
      kind: 'counter',
      name: 'forensic_ingest_http_connections_closed_total',
      help: 'HTTP connections closed for their number from one address, for the requests that waited on one, or for a body behind a refusal that waits',
      label: 'bound',
      read: () => {
        const { address, pipelining, refusals } = counters.refusedConnections;
        return { address, pipelining, refusals };
      },
    },
    {
      kind: 'counter',
      name: 'forensic_access_reloads_total',
      help: 'Times that FF_TOKENS_FILE, or the files of TLS, were put in force anew',
      label: 'kind',
      read: () => ({ tokens: counters.tokensReloads, certificate: counters.tlsReloads }),
    },
    {
      kind: 'counter',
      name: 'forensic_access_rejected_total',
      help: 'Times that they were wrong and the old ones stayed',
      label: 'kind',
      read: () => ({ tokens: counters.tokensRejected, certificate: counters.tlsRejected }),
    },
    {
      kind: 'gauge',
      name: 'forensic_access_out_of_date',
      help: '1 while the tokens or the certificate in force are not those of the files',
      read: () => Number(access.warnings.length > 0),
    },
  ];
}

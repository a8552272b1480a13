/** syslog's levels, as mod_log_forensic counts them: 0 emergency … 7 debug; -1 none. */
const OF_SEVERITY = [-1, 7, 7, 7, 7, 7, 7, 7, 7, 6, 5, 5, 5, 4, 4, 4, 4, 3, 2, 1, 1, 0, 0, 0, 0] as const;

/**
 * The level of a SeverityNumber: the table of OpenTelemetry's logs data model, appendix B (syslog), read backwards. A number that
 * it does not know says nothing.
 */
export function levelOfSeverity(severityNumber: number): number {
  return OF_SEVERITY[severityNumber] ?? -1;
}

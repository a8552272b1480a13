import { readFileSync } from 'node:fs';

const OBSERVE = new URL('../../deploy/observe/', import.meta.url).pathname;

export const RULES = `${OBSERVE}alerts.yml`;
export const RULE_TESTS = `${OBSERVE}alerts.test.yml`;
export const PROMETHEUS = `${OBSERVE}prometheus.yml`;
export const DASHBOARD = `${OBSERVE}grafana/dashboards/fleet-forensics.json`;

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** Where a query is asked, and the query. */
export type Query = readonly [where: string, expression: string];

/** Of the dashboard's panels. */
export function panelQueries(): Query[] {
  const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: readonly Panel[] };
  return panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [`panel ${title}`, expr] as const));
}

/** Of the alerts; an expression goes on in the lines that are indented further than its key. */
export function alertQueries(): Query[] {
  const alerts = readFileSync(RULES, 'utf8').matchAll(/- alert: (\w+)\n +expr: (?:>-\n)?((?:.+\n)(?: {10,}.+\n)*)/g);
  return [...alerts].map(([, name, expression]) => [`alert ${name}`, expression!] as const);
}

export function alertNames(): string[] {
  return [...readFileSync(RULES, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name!);
}

/** Of ours and of the process; `up` is Prometheus' own. */
export function metricsIn(expression: string): string[] {
  return expression.match(/\b(forensic|process|nodejs)_\w+/g) ?? [];
}

/** Names of labels that are selected by or grouped by, but for those that Prometheus adds. */
export function labelsIn(expression: string): string[] {
  const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names]) => names!.split(','));
  const selected = [...expression.matchAll(/\{([^}]*)\}/g)].flatMap(([, matchers]) => matchers!.match(/\w+(?=[=!]~?)/g) ?? []);
  return [...grouped, ...selected].map((name) => name.trim()).filter((name) => !['job', 'instance'].includes(name));
}

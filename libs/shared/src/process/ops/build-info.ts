import { readFileSync } from 'node:fs';

/** What runs. */
export interface BuildInfo {
  /** Of the service: `ingest`, `buffer`, `writer` or `standalone`. */
  readonly name: string;
  /** Of the project. */
  readonly version: string;
  /** What it was built from; empty: not known. */
  readonly revision: string;
  /** Version of Node.js. */
  readonly node: string;
}

/** @param revision as FF_REVISION says it */
export function buildInfo(name: string, revision: string): BuildInfo {
  // The same number of directories up from src and from dist.
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string };
  return { name, version: manifest.version, revision, node: process.versions.node };
}

import { join, resolve } from 'node:path';
import { ForensicsError } from './error.ts';

/** Where a writer files, absolute. */
export interface FilingPlace {
  /** Every ForensicLogFile lies below it. */
  readonly root: string;
  /** The journal's database. Writers on one host that share a root share it. */
  readonly journal: string;
}

/** What else lies in FF_DATA_DIR. */
const NEIGHBOURS = ['log', 'spool'];

/**
 * @param root FF_FORENSIC_ROOT, empty: FF_DATA_DIR/forensic
 * @throws ForensicsError FF_BAD_SETTING if a policy could name the recorder's own data as its file
 */
export function filingPlace(root: string, dataDir: string): FilingPlace {
  const data = resolve(dataDir);
  const place = { root: resolve(root || join(data, 'forensic')), journal: join(data, 'journal.sqlite') };
  const reachesData = isBelow(data, place.root);
  const isInNeighbour = NEIGHBOURS.some((name) => isBelow(place.root, join(data, name)));
  if (!reachesData && !isInNeighbour) return place;
  throw new ForensicsError(
    'FF_BAD_SETTING',
    `FF_FORENSIC_ROOT=${place.root} holds the recorder's own data (FF_DATA_DIR=${data}): choose a directory beside or below it`,
  );
}

/** Or the same. */
function isBelow(path: string, directory: string): boolean {
  return `${path}/`.startsWith(directory === '/' ? '/' : `${directory}/`);
}

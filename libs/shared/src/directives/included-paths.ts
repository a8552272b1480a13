import type { ConfigurationFiles } from './configuration-files.ts';
import { globMatches, isGlob } from './glob.ts';
import { MAX_FILES } from './limits.ts';

/**
 * Matches an absolute path with `*`, `?` or `[…]` in any of its names against what is there. No match for the last name is no mistake; none for
 * one before it is (`parse_wildcard_config_path` of ProFTPD 1.3.8).
 * @returns the paths in the order in which ProFTPD reads them; undefined if there is no directory to look in
 */
export function includedPaths(pattern: string, files: ConfigurationFiles): readonly string[] | undefined {
  const names = pattern.split('/').filter((name) => name !== '');
  let directories = [''];
  for (const [depth, name] of names.entries()) {
    const isLast = depth === names.length - 1;
    const found = isGlob(name) ? matching(directories, name, files) : directories.map((directory) => `${directory}/${name}`);
    if (found === undefined || (found.length === 0 && !isLast)) return undefined;
    directories = found;
  }
  return directories;
}

/** Sorted; undefined if one of the directories is none. */
function matching(directories: readonly string[], pattern: string, files: ConfigurationFiles): string[] | undefined {
  const found: string[] = [];
  for (const directory of directories) {
    const there = files.lookUp(directory || '/');
    if (there.kind === 'directory') {
      const names = there.names.filter((name) => globMatches(pattern, name, { hidesDotFiles: true }));
      found.push(...names.map((name) => `${directory}/${name}`));
    } else if (directories.length === 1) return undefined;
    // One more shows that there are too many.
    if (found.length > MAX_FILES) break;
  }
  return found.toSorted();
}

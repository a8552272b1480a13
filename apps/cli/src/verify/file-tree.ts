import { opendir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Paths of all that lies below a directory and is no directory itself. Symbolic links are not followed.
 * @throws Node's errors
 */
export async function* filesBelow(root: string): AsyncGenerator<string> {
  const directories = [root];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for await (const entry of await opendir(directory)) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) directories.push(path);
      else yield path;
    }
  }
}

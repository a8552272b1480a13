// usage: symlink-swapper.mjs DIRECTORY ELSEWHERE: again and again exchanges the directory for a symlink to elsewhere, and puts it back.
import { renameSync, symlinkSync, unlinkSync } from 'node:fs';

const [directory, elsewhere] = process.argv.slice(2);
let swaps = 0;
let renames = 0;

/** What the writer is doing at that moment may be in the way. */
function attempt(action) {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

function swap() {
  for (let time = 0; time < 50; time++) {
    // A name of its own each time: the writer may have made the directory anew meanwhile, and then this one stays aside.
    const kept = `${directory}.kept-${(renames += 1)}`;
    if (!attempt(() => renameSync(directory, kept))) continue;
    if (attempt(() => symlinkSync(elsewhere, directory))) {
      swaps += 1;
      attempt(() => unlinkSync(directory));
    }
    attempt(() => renameSync(kept, directory));
  }
  process.send(swaps);
  setTimeout(swap, 0);
}

process.on('disconnect', () => process.exit());
swap();

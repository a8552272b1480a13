// usage: symlink-swapper.mjs DIRECTORY ELSEWHERE: again and again exchanges the directory for a symlink to elsewhere, and puts it back.
import { renameSync, symlinkSync, unlinkSync } from 'node:fs';

const [directory, elsewhere] = process.argv.slice(2);
let swaps = 0;

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
    if (!attempt(() => renameSync(directory, `${directory}.kept`))) continue;
    if (attempt(() => symlinkSync(elsewhere, directory))) {
      swaps += 1;
      attempt(() => unlinkSync(directory));
    }
    attempt(() => renameSync(`${directory}.kept`, directory));
  }
  process.send(swaps);
  setTimeout(swap, 0);
}

process.on('disconnect', () => process.exit());
swap();

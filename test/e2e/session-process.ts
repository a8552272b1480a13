import { FakeModule } from './fake-module.ts';

// A session's process that logs and then waits to be killed. usage: session-process.ts SOCKET SESSION TEXT …
const [path, session, ...texts] = process.argv.slice(2) as [string, string, ...string[]];
const module = await FakeModule.connect(path, session);
module.log(...texts);
// Keeps it alive, even if its connection ends.
setInterval(() => {}, 60_000);
process.stdout.write('logged\n');

import { outliveReaders } from '@fleet-forensics/shared/process/process-end';
import { runCommandLine } from './command-line.ts';

outliveReaders();
process.exitCode = await runCommandLine(process.argv.slice(2), process);

import { runCommandLine } from './command-line.ts';

export interface Run {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface RunInput {
  readonly stdin?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command line and keeps what it writes. */
export async function run(args: readonly string[], { stdin = [], env = {} }: RunInput = {}): Promise<Run> {
  let out = '';
  let err = '';
  const status = await runCommandLine(args, {
    env,
    stdin: (async function* chunks() {
      for (const chunk of stdin) yield Buffer.from(chunk);
    })(),
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { status, out, err };
}

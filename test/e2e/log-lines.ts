/** What a service says on one of its outputs, as an operator reads it: the message of each line of its log, other lines as they are. */
export class LogLines {
  readonly #tell: (text: string) => void;
  #rest = '';

  /** @param tell gets whole lines, each with its line feed */
  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  add(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString()).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#tell(`${messageOf(line)}\n`);
  }
}

function messageOf(line: string): string {
  return line.startsWith('{"level":') ? (JSON.parse(line) as { msg: string }).msg : line;
}

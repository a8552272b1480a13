/** Where a directive stands. */
export interface Place {
  readonly file: string;
  /** From 1; of a continued line, its first. */
  readonly line: number;
}

/** What is wrong with a configuration, or may be. */
export interface Problem {
  readonly place: Place;
  /** The word it is about and what is wrong with it, in upstream's words where upstream has some. */
  readonly text: string;
}

/** `/etc/proftpd/forensics.conf:7` */
export function describePlace({ file, line }: Place): string {
  return `${file}:${line}`;
}

/** `/etc/proftpd/forensics.conf:7: ForensicLogEngine: expected Boolean parameter, not "maybe"` */
export function describeProblem({ place, text }: Problem): string {
  return `${describePlace(place)}: ${text}`;
}

/** How a process fared with its lines. */
export interface Figures {
  readonly linesPerSecond: number;
  readonly cpuSecondsPerMillion: number;
}

export function figuresOf(lines: number, spent: { readonly seconds: number; readonly cpuSeconds: number }): Figures {
  return { linesPerSecond: lines / spent.seconds, cpuSecondsPerMillion: (spent.cpuSeconds / lines) * 1e6 };
}

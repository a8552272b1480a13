/** What a ForensicLogFile may hold as `%{name}`; the writer fills it in for each block. */
export const PATH_VARIABLES = ['node', 'server', 'criterion', 'date', 'session', 'block'] as const;

/** The names within `%{…}` of a path that are none of {@link PATH_VARIABLES}. */
export function unknownVariables(path: string): string[] {
  const known: readonly string[] = PATH_VARIABLES;
  return [...path.matchAll(/%\{([^}]*)\}?/g)].map(([, name]) => name!).filter((name) => !known.includes(name));
}

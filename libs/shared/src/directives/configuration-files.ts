/** What lies at a path. */
export type Found =
  | { readonly kind: 'file'; readonly text: string }
  /** Its names, but `.` and `..`, in any order. */
  | { readonly kind: 'directory'; readonly names: readonly string[] }
  | { readonly kind: 'missing' }
  /** There is something, and it can't be read: why, in words. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** The files that a configuration may include. */
export interface ConfigurationFiles {
  /** @param path absolute, or that of the configuration itself as it was given. Never throws. */
  lookUp(path: string): Found;
}

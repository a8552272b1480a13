/**
 * Notes which fields of a value, at any depth, are never read: a validator made from a schema reads those that the schema knows.
 * @returns the value, watched, and the fields that were not read so far, e.g. `/spec/template/metdata`
 */
export function watchFields<T extends object>(value: T): { readonly watched: T; readonly unread: ReadonlySet<string> } {
  const unread = new Set<string>();
  return { watched: watch(value, '', unread), unread };
}

function watch<T extends object>(value: T, path: string, unread: Set<string>): T {
  const fields = new Map<string, unknown>();
  for (const [field, inner] of Object.entries(value) as [string, unknown][]) {
    const at = `${path}/${field}`;
    unread.add(at);
    fields.set(field, typeof inner === 'object' && inner !== null ? watch(inner, at, unread) : inner);
  }
  return new Proxy(value, {
    get(target, field, receiver) {
      unread.delete(`${path}/${String(field)}`);
      return typeof field === 'string' && fields.has(field)
        ? fields.get(field)
        : (Reflect.get(target, field, receiver) as unknown);
    },
  });
}

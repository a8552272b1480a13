import { globMatches } from './directives/glob.ts';

/** Whether a pattern, as `<Node pattern …>` takes it, is one of this node. Nodes are named as hosts are, and those have no case. */
export function matchesNode(patterns: readonly string[], node: string): boolean {
  return patterns.some((pattern) => globMatches(pattern, node, { foldCase: true }));
}

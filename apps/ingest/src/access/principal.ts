/** Who sent a request. */
export interface Principal {
  /** What its room and its rate are counted under: of its token, else of its certificate, else its address. Never told to anybody. */
  readonly id: string;
  /** False: only its address is known, and that proves nothing. */
  readonly isKnown: boolean;
  /** Whether it may publish events of this node. */
  speaksFor(node: string): boolean;
}

/** Where nothing is asked for: any node. @param address of the client */
export function unknownPrincipal(address: string): Principal {
  return { id: address, isKnown: false, speaksFor: () => true };
}

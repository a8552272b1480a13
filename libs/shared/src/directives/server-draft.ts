import { isIP } from 'node:net';
import type { NodeSection, ServerConfig } from './configuration.ts';
import { booleanOf } from './forensic-directives.ts';
import { GivenList } from './given-list.ts';
import type { Place } from './problem.ts';
import { canonicalAddress } from './server-address.ts';

/** What the server listens on without a Port directive, within a VirtualHost too. */
const DEFAULT_PORT = 21;

const MAX_PORT = 65_535;

/** The server config or a VirtualHost while it is read. */
export class ServerDraft {
  readonly kind: ServerConfig['kind'];
  readonly node: NodeSection | null;
  readonly place: Place;
  readonly given = new GivenList();
  readonly #addresses: string[] = [];
  readonly #aliases: string[] = [];
  #serverName: string | undefined;
  #port: number | undefined;
  #isDefault = false;

  constructor(kind: ServerConfig['kind'], node: NodeSection | null, place: Place, addresses: readonly string[] = []) {
    this.kind = kind;
    this.node = node;
    this.place = place;
    this.addAddresses(addresses);
  }

  /** What is no address is a name, and a ServerAlias with it (`add_virtualhost`, `set_defaultaddress` of mod_core). */
  addAddresses(addresses: readonly string[]): void {
    this.#addresses.push(...addresses);
    this.#aliases.push(...addresses.filter((address) => address !== '*' && isIP(address) === 0));
  }

  addAliases(aliases: readonly string[]): void {
    this.#aliases.push(...aliases);
  }

  nameAs(serverName: string): void {
    this.#serverName = serverName;
  }

  makeDefault(): void {
    this.#isDefault = true;
  }

  /** The first one counts (`core_postparse_ev`). */
  listenOn(port: number): void {
    this.#port ??= port;
  }

  /** @param globalPort that of a `<Global>` section */
  finished(globalPort: number | undefined): ServerConfig {
    const { kind, node, place } = this;
    return {
      kind,
      node,
      place,
      directives: this.given.all,
      addresses: this.#addresses,
      listensOn: this.#addresses.map((address) => canonicalAddress(address) ?? address),
      aliases: this.#aliases,
      serverName: this.#serverName,
      port: this.#port ?? globalPort ?? DEFAULT_PORT,
      isDefault: this.#isDefault,
    };
  }
}

/** A Port as atoi reads it, or why it is none. */
export function parsePort(word: string): { readonly value: number } | { readonly error: string } {
  const value = Number.parseInt(word, 10) || 0;
  return value >= 0 && value <= MAX_PORT ? { value } : { error: 'value must be between 0 and 65535' };
}

/** A DefaultServer's word, or why it is none. */
export function parseDefaultServer(word: string): { readonly value: boolean } | { readonly error: string } {
  const value = booleanOf(word);
  return value === undefined ? { error: `expected Boolean parameter, not ${JSON.stringify(word)}` } : { value };
}

import fc from 'fast-check';
import { type DirectiveValues, CRITERIA, FORENSIC_DIRECTIVES } from './forensic-directives.ts';
import { LOG_TYPE_NAMES } from '../wire/log-type.ts';

/** What a server, a `<Global>` or a `<Node>` section says. */
export type Said = { -readonly [P in keyof DirectiveValues]?: DirectiveValues[P] | undefined };

export interface RandomServer {
  readonly address: string;
  readonly port: number;
  readonly name: string;
  readonly said: Said;
}

export interface RandomConfiguration {
  readonly main: Said;
  readonly global: Said;
  readonly nodes: readonly { readonly pattern: string; readonly said: Said }[];
  readonly servers: readonly RandomServer[];
}

const pathName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((name) => /^[^/\p{Cc}\p{Cs}%]+$/u.test(name) && !/^\.{1,2}$/.test(name) && name.length <= 100);
const variable = fc.constantFrom('%{node}', '%{date}', 'x-%{session}', '%', '%{block}%{server}');
const path = fc.array(fc.oneof(pathName, variable), { minLength: 1, maxLength: 5 }).map((names) => `/${names.join('/')}`);

const said: fc.Arbitrary<Said> = fc.record(
  {
    engine: fc.boolean(),
    bufferSize: fc.integer({ min: 1, max: 100_000 }),
    capture: fc.subarray([...LOG_TYPE_NAMES], { minLength: 1 }),
    criteria: fc.subarray([...CRITERIA], { minLength: 1 }),
    file: path,
    format: fc.subarray(['extended', 'compatible', 'ecs'], { minLength: 1 }),
  },
  { requiredKeys: [] },
);

const serverName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((name) => /^[^\p{Cc}\p{Cs}%]+$/u.test(name));

export const randomConfiguration: fc.Arbitrary<RandomConfiguration> = fc.record({
  main: said,
  global: said,
  nodes: fc.array(fc.record({ pattern: fc.constantFrom('ftp-*', 'FTP-EU-?', '*', 'web-[0-9]'), said }), { maxLength: 3 }),
  servers: fc.array(
    fc.record({
      address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
      port: fc.integer({ min: 0, max: 65_535 }),
      name: serverName,
      said,
    }),
    { maxLength: 4 },
  ),
});

/**
 * Writes a configuration as an admin might: in any case, with quotes, continuations, comments and other directives in between.
 * @param choices of the manner, one after the other
 */
export function printed({ main, global, nodes, servers }: RandomConfiguration, choices: () => number): string {
  const hand = new Hand(choices);
  const sections = [
    hand.said(main),
    hand.section('Global', [], hand.said(global)),
    ...nodes.map((node) => hand.section('Node', [node.pattern], hand.said(node.said))),
    ...servers.map(({ address, port, name, said: ofServer }) =>
      hand.section(
        'VirtualHost',
        [address],
        [hand.line('Port', [String(port)]), hand.line('ServerName', [name]), ...hand.said(ofServer)],
      ),
    ),
  ];
  return sections.flat().join('\n');
}

const ASIDES = [
  '',
  '   # a comment \\',
  'Umask 022',
  '<Anonymous ~ftp>\n  UserAlias anonymous ftp\n</Anonymous>',
  '<IfDefine NEVER>\nForensicLogEngine maybe\n</IfDefine>',
];

/** A handwriting. */
class Hand {
  readonly #choices: () => number;

  constructor(choices: () => number) {
    this.#choices = choices;
  }

  said(values: Said): string[] {
    return Object.entries(values).flatMap(([property, value]) => {
      if (value === undefined) return [];
      const words =
        typeof value === 'boolean' ? [value ? this.#one(['on', 'yes', '1']) : this.#one(['off', 'False', '0'])] : [value].flat();
      const { name } = FORENSIC_DIRECTIVES[property as keyof DirectiveValues];
      const isCaseless = property !== 'file';
      return [
        this.#one(ASIDES),
        this.line(
          this.#cased(name),
          words.map((word) => (isCaseless ? this.#cased(String(word)) : String(word))),
        ),
      ];
    });
  }

  section(name: string, args: readonly string[], lines: readonly string[]): string[] {
    const opening = [`<${this.#cased(name)}`, ...args.map((word) => this.#word(word))].join(' ');
    return [
      `${this.#one(['', ' '])}${opening}${args.length > 0 ? this.#one(['', ' ']) : ''}>`,
      ...lines,
      `</${this.#cased(name)}>`,
    ];
  }

  line(name: string, words: readonly string[]): string {
    const gaps = [' ', '\t', '  ', ' \\\n'];
    const written = words.map((word) => this.#one(gaps) + this.#word(word));
    return `${this.#one(['', '  '])}${name}${written.join('')}${this.#one(['', ' ', ' # off', '\r'])}`;
  }

  #word(word: string): string {
    if (/^[\w./:%{}*?[\]-]+$/.test(word) && this.#choices() % 2 === 0) return word;
    return `"${word.replaceAll(/["\\]/g, '\\$&')}"`;
  }

  #cased(word: string): string {
    return this.#one([word, word.toLowerCase(), word.toUpperCase()]);
  }

  #one(these: readonly string[]): string {
    return these.at(this.#choices() % these.length) ?? '';
  }
}

import { didYouMean } from '../settings/setting.ts';
import { MAX_NAME_BYTES } from '../wire/limits.ts';
import { Conditions, type ConditionOptions } from './conditions.ts';
import { configWords, type Environment } from './config-words.ts';
import type { Configuration, Given, NodeSection } from './configuration.ts';
import { misspeltDirective, propertyNamed } from './directive-name.ts';
import { type DirectiveProperty, FORENSIC_DIRECTIVES } from './forensic-directives.ts';
import { MAX_LINE_BYTES, MAX_NODE_SECTIONS, MAX_SECTION_DEPTH, MAX_VIRTUAL_HOSTS } from './limits.ts';
import { GivenList } from './given-list.ts';
import { type LogicalLine, logicalLines } from './logical-line.ts';
import { describePlace, type Place } from './problem.ts';
import { ProblemList } from './problem-list.ts';
import { policyName } from './resolved-policy.ts';
import { argumentProblem, mayOpen, OUR_SECTIONS, type OurSection, ourSection, type Section } from './section.ts';
import { SectionStack } from './section-stack.ts';
import { ServerDraft } from './server-draft.ts';
import { readServerDirective } from './server-directives.ts';
import { skipSection } from './skipped-section.ts';
import { violationOf } from './value-check.ts';

export interface ReaderOptions extends ConditionOptions {
  /** For `%{env:NAME}`. */
  readonly environment: Environment;
}

/** Reads the lines of a configuration, file by file; keeps what is ours and everything that is wrong with it. */
export class ConfigurationReader {
  readonly problems = new ProblemList();
  readonly warnings = new ProblemList();
  readonly #environment: Environment;
  readonly #conditions: Conditions;
  readonly #include: (path: string, place: Place) => void;
  readonly #mainServer: ServerDraft;
  readonly #sections: SectionStack;
  readonly #virtualHosts: ServerDraft[] = [];
  readonly #global = new GivenList();
  readonly #nodes: NodeSection[] = [];
  #globalPort: number | undefined;

  /**
   * @param file of the server config
   * @param include told of each Include, and reads what it names before it returns
   */
  constructor(file: string, options: ReaderOptions, include: (path: string, place: Place) => void) {
    this.#environment = options.environment;
    this.#conditions = new Conditions(options);
    this.#include = include;
    this.#mainServer = new ServerDraft('server config', null, { file, line: 1 });
    this.#sections = new SectionStack(this.#mainServer);
  }

  read(file: string, text: string): void {
    const lines = logicalLines(text);
    for (let at = 0; at < lines.length; at += 1) {
      at = this.#readLine(lines, at, { file, line: lines[at]!.line });
    }
  }

  /** What all the files say together; there may be {@link problems}. */
  finish(): Configuration {
    for (const { name, place } of this.#sections.unclosed) this.#wrong(place, `${name}: unclosed configuration section`);
    const virtualHosts = this.#virtualHosts.map((server) => server.finished(this.#globalPort));
    for (const server of virtualHosts) {
      if (Buffer.byteLength(policyName(server)) <= MAX_NAME_BYTES) continue;
      this.#wrong(server.place, `<VirtualHost>: its address and name have more than ${MAX_NAME_BYTES} bytes`);
    }
    return {
      mainServer: this.#mainServer.finished(this.#globalPort),
      virtualHosts,
      global: this.#global.all,
      nodes: this.#nodes,
      warnings: this.warnings.lines,
    };
  }

  /** @returns the index of the last line that it took */
  #readLine(lines: readonly LogicalLine[], at: number, place: Place): number {
    const { text } = lines[at]!;
    if (Buffer.byteLength(text) > MAX_LINE_BYTES) {
      this.#wrong(place, `the line is longer than ${MAX_LINE_BYTES} bytes, where ProFTPD cuts it`);
      return at;
    }
    const [word = '', ...args] = configWords(text, this.#environment);
    if (!word.startsWith('<')) this.#directive(word, args, place);
    else if (args.length > 0 && args.at(-1)!.endsWith('>')) return this.#tag(word, withoutBracket(args), lines, at, place);
    else if (word.endsWith('>')) return this.#tag(word.slice(0, -1), args, lines, at, place);
    else this.#wrong(place, `unknown configuration directive '${word}'; did you mean ${word}>?`);
    return at;
  }

  #tag(word: string, args: readonly string[], lines: readonly LogicalLine[], at: number, place: Place): number {
    const name = word.replace(/^<\/?/, '').replace(/>$/, '');
    const isClosing = word.startsWith('</');
    const conditional = /^(IfModule|IfDefine)$/i.test(name);
    if (isClosing) {
      if (args.length > 0) this.#wrong(place, `</${name}>: wrong number of parameters: ${args.join(' ')}`);
      else if (!conditional && !this.#sections.close(`<${name}>`)) this.#wrong(place, this.#misplaced(`</${name}>`));
      return at;
    }
    if (conditional) return this.#conditional(name, args, lines, at, place);
    if (this.#sections.depth === MAX_SECTION_DEPTH)
      this.#wrong(place, `<${name}>: more than ${MAX_SECTION_DEPTH} sections are open`);
    else this.#sections.open(this.#section(`<${name}>`, args, place));
    return at;
  }

  #conditional(name: string, args: readonly string[], lines: readonly LogicalLine[], at: number, place: Place): number {
    const [condition] = args;
    if (condition === undefined) this.#wrong(place, `<${name}>: missing parameters`);
    if (condition === undefined || this.#conditions.holds(name, condition)) return at;
    const skipped = skipSection(lines, at + 1, name);
    if (skipped === undefined) {
      this.#wrong(place, `<${name}>: unclosed <${name}> context`);
      return lines.length;
    }
    const why = this.#conditions.unsure(name, condition);
    if (skipped.directives > 0 && why) {
      this.warnings.add(place, `<${name} ${condition}>: ${skipped.directives} directives in it are passed over: ${why}`);
    }
    return skipped.end;
  }

  /** A section that stands in the wrong place is opened nevertheless: its end would be a second problem. */
  #section(name: string, args: readonly string[], place: Place): Section {
    const own = ourSection(name);
    if (own === undefined) return { kind: 'foreign', name, place };
    if (!mayOpen(own, this.#sections.contextBelowNode?.kind, this.#sections.node !== null))
      this.#wrong(place, this.#misplaced(own));
    const problem = argumentProblem(own, args);
    if (problem !== undefined) this.#wrong(place, `${own}: ${problem}`);
    this.#checkCount(own, place);
    if (own === '<Global>') return { kind: 'global', name: own, place };
    if (own === '<Node>') {
      const node = { patterns: args, place };
      this.#nodes.push(node);
      return { kind: 'node', name: own, place, node };
    }
    const server = new ServerDraft('<VirtualHost>', this.#sections.node, place, args);
    this.#virtualHosts.push(server);
    return { kind: 'server', name: own, place, server };
  }

  #checkCount(name: OurSection, place: Place): void {
    if (name === '<VirtualHost>' && this.#virtualHosts.length === MAX_VIRTUAL_HOSTS) {
      this.#wrong(place, `<VirtualHost>: there are more than ${MAX_VIRTUAL_HOSTS}`);
    }
    if (name === '<Node>' && this.#nodes.length === MAX_NODE_SECTIONS) {
      this.#wrong(place, `<Node>: there are more than ${MAX_NODE_SECTIONS}`);
    }
  }

  #directive(word: string, args: readonly string[], place: Place): void {
    const property = propertyNamed(word);
    if (property !== undefined) return this.#forensic(property, args, place);
    const meant = misspeltDirective(word);
    if (meant !== undefined) return this.#wrong(place, `unknown configuration directive '${word}'; did you mean ${meant}?`);
    const folded = word.toLowerCase();
    if (folded === 'include') {
      if (args[0] === undefined) this.#wrong(place, 'Include: missing parameters');
      else this.#include(args[0], place);
    } else if (folded === 'define' || folded === 'loadmodule') this.#conditions.learn(folded, args[0]);
    else this.#server(folded, args, place);
  }

  #forensic(property: DirectiveProperty, args: readonly string[], place: Place): void {
    const { name, parse } = FORENSIC_DIRECTIVES[property];
    const parsed = parse(args);
    if ('error' in parsed && args.length === 0) return this.#wrong(place, `${name}: ${parsed.error}`);
    const context = this.#sections.contextBelowNode;
    if (context?.kind === 'foreign') return this.#wrong(place, this.#misplaced(name));
    if ('error' in parsed) return this.#wrong(place, `${name}: ${parsed.error}`);
    const violation = violationOf(property, parsed.value);
    if (violation !== undefined) return this.#wrong(place, `${name}: ${violation}`);
    const { node } = this.#sections;
    const given = context?.kind === 'global' ? this.#global : this.#sections.server.given;
    const first = given.add({ property, value: parsed.value, place, node } as Given);
    if (first) this.#wrong(place, `${name}: given twice (first on ${describePlace(first.place)})`);
  }

  #server(folded: string, args: readonly string[], place: Place): void {
    const outcome = readServerDirective(folded, args, this.#sections);
    if (outcome === undefined) return;
    if ('error' in outcome) this.#wrong(place, outcome.error);
    else this.#globalPort ??= outcome.globalPort;
  }

  /** @param name of a directive or section */
  #misplaced(name: string): string {
    const { context } = this.#sections;
    const hint = this.#sections.innermost?.kind === 'foreign' ? didYouMean(context, OUR_SECTIONS) : '';
    return `${name}: directive not allowed in ${context} context${hint}`;
  }

  #wrong(place: Place, text: string): void {
    this.problems.add(place, text);
  }
}

function withoutBracket(args: readonly string[]): string[] {
  const last = args.at(-1)!.slice(0, -1);
  return last === '' ? args.slice(0, -1) : [...args.slice(0, -1), last];
}

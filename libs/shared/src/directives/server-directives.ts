import type { SectionStack } from './section-stack.ts';
import { parseDefaultServer, parsePort } from './server-draft.ts';

/** What is wrong with the directive, or the port that it gives to all servers, or neither. */
type Outcome = { readonly error: string } | { readonly globalPort?: number };

interface ServerDirective {
  readonly name: string;
  readonly missing: string;
  readonly contexts: readonly string[];
}

const ROOT = 'server config';
const VIRTUAL = '<VirtualHost>';

/** ProFTPD's directives that tell its servers apart, with its errors (modules/mod_core.c). */
const SERVER_DIRECTIVES: Readonly<Record<string, ServerDirective>> = {
  port: { name: 'Port', missing: 'missing parameters', contexts: [ROOT, VIRTUAL, '<Global>'] },
  servername: { name: 'ServerName', missing: 'missing parameters', contexts: [ROOT, VIRTUAL] },
  serveralias: { name: 'ServerAlias', missing: 'wrong number of parameters', contexts: [ROOT, VIRTUAL] },
  defaultserver: { name: 'DefaultServer', missing: 'missing parameters', contexts: [ROOT, VIRTUAL] },
  defaultaddress: { name: 'DefaultAddress', missing: 'wrong number of parameters', contexts: [ROOT] },
};

/**
 * Notes what a directive of ProFTPD's says of the server around it.
 * @param folded its name in lower case
 * @returns undefined: it is not one of them
 */
export function readServerDirective(folded: string, args: readonly string[], sections: SectionStack): Outcome | undefined {
  const directive = Object.hasOwn(SERVER_DIRECTIVES, folded) ? SERVER_DIRECTIVES[folded] : undefined;
  if (directive === undefined) return undefined;
  const { name, missing, contexts } = directive;
  const [word] = args;
  if (word === undefined) return { error: `${name}: ${missing}` };
  if (!contexts.includes(sections.context)) return { error: `${name}: directive not allowed in ${sections.context} context` };
  const isGlobal = sections.innermost?.kind === 'global';
  if (isGlobal && sections.node !== null) return { error: `${name}: directive not allowed in <Node> context` };
  const outcome = note(name, word, args, sections);
  return 'error' in outcome ? { error: `${name}: ${outcome.error}` } : outcome;
}

function note(name: string, word: string, args: readonly string[], { server, innermost }: SectionStack): Outcome {
  if (name === 'Port') {
    const port = parsePort(word);
    if ('error' in port) return port;
    if (innermost?.kind === 'global') return { globalPort: port.value };
    server.listenOn(port.value);
  } else if (name === 'DefaultServer') {
    const isDefault = parseDefaultServer(word);
    if ('error' in isDefault) return isDefault;
    if (isDefault.value) server.makeDefault();
  } else if (name === 'ServerName') server.nameAs(word);
  else if (name === 'ServerAlias') server.addAliases(args);
  else server.addAddresses(args);
  return {};
}

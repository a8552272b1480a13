import type { Bus } from '@fleet-forensics/shared/bus/port';
import { withEmbeddedLog, withKafka } from '../open-bus.ts';
import { type ParsedOptions, usageError, wholeNumber } from '../options.ts';
import { printable, type Terminal } from '../terminal.ts';

/** Works on the log that `--data` names, or on Kafka. @throws as {@link withKafka} and {@link withEmbeddedLog} */
export function withLog<T>(terminal: Terminal, { values }: ParsedOptions, work: (bus: Bus) => Promise<T>): Promise<T> {
  const data = values.get('data');
  return data === undefined ? withKafka(terminal, {}, work) : withEmbeddedLog(terminal, data, work);
}

/** The one operand, a letter's offset. @throws ForensicsError FF_USAGE */
export function offsetOperand({ operands }: ParsedOptions, command: string, hint: string): number {
  const [written, ...more] = operands;
  if (written === undefined || more.length > 0) throw usageError(`${command} needs one OFFSET`, '', [], hint);
  return offsetOf(written, `${command}:`, hint);
}

export function offsetOf(written: string, name: string, hint: string): number {
  return wholeNumber(written, name, [0, Number.MAX_SAFE_INTEGER], hint);
}

/** @throws ForensicsError FF_USAGE if there is an operand */
export function refuseOperands({ operands }: ParsedOptions, command: string, hint: string): void {
  if (operands[0] !== undefined) throw usageError(`${command}: what is ${printable(operands[0])}?`, '', [], hint);
}

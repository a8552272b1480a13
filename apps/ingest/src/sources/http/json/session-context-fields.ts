import { didYouMean } from '@fleet-forensics/shared/settings/setting';
import { CONTEXT_NUMBERS, CONTEXT_TEXTS, type SessionContext } from '@fleet-forensics/shared/wire/session-event';
import { IsInt, IsString, Max, Min, ValidateIf, validateSync } from 'class-validator';
import { MAX_GUESSED_LENGTH, type Refusal, type RefusalCode, shown } from '../../event-rules/refusal.ts';

const UINT32 = 2 ** 32 - 1;

// class-validator's IsOptional lets null pass; here a key that is not there is the only way to say nothing.
function optional(...validators: readonly PropertyDecorator[]): PropertyDecorator {
  return (target, property) => {
    for (const decorate of [ValidateIf((_, value) => value !== undefined), ...validators]) decorate(target, property);
  };
}

function Text(): PropertyDecorator {
  return optional(IsString({ message: 'a text' }));
}

function Count(max = Number.MAX_SAFE_INTEGER): PropertyDecorator {
  const message = `an integer from 0 to ${max}`;
  return optional(IsInt({ message }), Min(0, { message }), Max(max, { message }));
}

/** SessionContext of the wire format with its types and numbers' bounds. The texts' bound is a setting: who reads them keeps it. */
class SessionContextFields implements SessionContext {
  @Text() clientAddress?: string;
  @Text() serverAddress?: string;
  @Text() protocol?: string;
  @Text() user?: string;
  @Text() attemptedUser?: string;
  @Text() uniqueId?: string;
  @Text() serverName?: string;
  @Count(UINT32) uid?: number;
  @Count(UINT32) gid?: number;
  @Count() elapsedMs?: number;
  @Count() rawBytesIn?: number;
  @Count() rawBytesOut?: number;
  @Count() totalBytesIn?: number;
  @Count() totalBytesOut?: number;
  @Count() totalFilesIn?: number;
  @Count() totalFilesOut?: number;
}

const CONTEXT_KEYS: readonly string[] = [...CONTEXT_TEXTS, ...CONTEXT_NUMBERS];
const KNOWN_KEYS: ReadonlySet<string> = new Set(CONTEXT_KEYS);

/** Why `key` can't be in a context; null if it can. */
export function refusalOfContextKey(key: string): Refusal | null {
  if (KNOWN_KEYS.has(key)) return null;
  const guess = key.length > MAX_GUESSED_LENGTH ? '' : didYouMean(key, CONTEXT_KEYS);
  return { code: 'unknown_key', error: `a context has no key ${shown(key)}${guess}` };
}

/** Why these values, under known keys, are no context; null if they are one. */
export function refusalOfContext(context: SessionContext): Refusal | null {
  const [first] = validateSync(Object.assign(new SessionContextFields(), context), { stopAtFirstError: true });
  if (first?.constraints === undefined) return null;
  const [[constraint, expected]] = Object.entries(first.constraints) as [[string, string]];
  const code: RefusalCode = constraint === 'min' || constraint === 'max' ? 'number_out_of_range' : 'wrong_type';
  const value = typeof first.value === 'string' ? shown(first.value) : String(first.value);
  return { code, error: `context.${first.property}: ${value} is not ${expected}` };
}

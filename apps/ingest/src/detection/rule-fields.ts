import { LOG_TYPE_NAMES } from '@fleet-forensics/shared/wire/log-type';
import { MAX_NAME_BYTES } from '@fleet-forensics/shared/wire/limits';
import {
  ArrayMinSize,
  IsArray,
  IsByteLength,
  IsOptional,
  IsString,
  Matches,
  validateSync,
  type ValidationError,
} from 'class-validator';

/** Characters of a rule's regular expression: its state machine grows with it. */
const MAX_PATTERN_LENGTH = 4096;

const NAME = { message: `has to be a text of 1 to ${MAX_NAME_BYTES} bytes without control characters` };
const TYPES = { message: `has to be a list of ${LOG_TYPE_NAMES.join(', ')}` };
const PATTERN = { message: `has to be a regular expression of 1 to ${MAX_PATTERN_LENGTH} bytes` };

/** A rule as its file has it. */
export class RuleFields {
  @IsString(NAME)
  @IsByteLength(1, MAX_NAME_BYTES, NAME)
  @Matches(/^\P{Cc}*$/u, NAME)
  name!: string;

  /** Log types whose lines it looks at; all, where it names none. */
  @IsOptional()
  @IsArray(TYPES)
  @ArrayMinSize(1, TYPES)
  @Matches(new RegExp(`^(Unknown|${LOG_TYPE_NAMES.join('|')})$`, 'i'), { ...TYPES, each: true })
  types?: readonly string[];

  /** In RE2's syntax. Groups with a name are texts of the session's context. */
  @IsString(PATTERN)
  @IsByteLength(1, MAX_PATTERN_LENGTH, PATTERN)
  match!: string;

  /** Fired behind the line. */
  @IsOptional()
  @IsString(NAME)
  @IsByteLength(1, MAX_NAME_BYTES, NAME)
  criterion?: string;

  /** The line is the session's last one, and this is why. */
  @IsOptional()
  @IsString(NAME)
  @IsByteLength(1, MAX_NAME_BYTES, NAME)
  @Matches(/^\P{Cc}*$/u, NAME)
  end?: string;
}

const KEYS = 'name, types, match, criterion, end';

/** What is wrong with a rule, in words; nothing, if it is one. */
export function problemsOfFields(fields: RuleFields): string[] {
  return validateSync(fields, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true }).map(problemOf);
}

function problemOf({ property, constraints = {} }: ValidationError): string {
  if ('whitelistValidation' in constraints) return `${property}: is no key of a rule; those are ${KEYS}`;
  return `${property}: ${Object.values(constraints).join(', ')}`;
}

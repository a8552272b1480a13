import { ArrayMaxSize, IsInt, Matches, Max, MaxLength, Min } from 'class-validator';
import { MAX_PATH_BYTES } from '../wire/limits.ts';
import { Setting } from './setting.ts';

/** Where the directives of a ProFTPD server are read, in place of PolicySettings. */
export class PolicyFileSettings {
  @Setting({
    variable: 'FF_POLICY_FILE',
    default: '',
    bound: 'a path, or empty',
    doc: 'Configuration file in the syntax of proftpd.conf ([DIRECTIVES.md](DIRECTIVES.md)); empty: the settings above are the policy. Of those only FF_BUFFER_BYTES goes with a file. It is read again on SIGHUP and when it, or what it includes, changes.',
  })
  @MaxLength(MAX_PATH_BYTES)
  policyFile!: string;

  @Setting({
    variable: 'FF_POLICY_DEFINES',
    default: [],
    bound: 'up to 100 names',
    doc: 'What IfDefine finds defined in FF_POLICY_FILE, as with proftpd -D.',
  })
  @ArrayMaxSize(100)
  policyDefines!: readonly string[];

  @Setting({
    variable: 'FF_POLICY_MODULES',
    default: [],
    bound: 'up to 200 names like mod_tls.c',
    doc: 'Modules that IfModule finds in FF_POLICY_FILE beside those that a LoadModule names and those in every ProFTPD.',
  })
  @ArrayMaxSize(200)
  @Matches(/^mod_\w+\.c$/, { each: true })
  policyModules!: readonly string[];

  @Setting({
    variable: 'FF_POLICY_POLL_MS',
    default: 2000,
    unit: 'milliseconds',
    bound: '100 to 3600000',
    doc: 'How often FF_POLICY_FILE and what it includes are looked at where the file system does not tell of changes.',
  })
  @IsInt()
  @Min(100)
  @Max(3_600_000)
  policyPollMs!: number;
}

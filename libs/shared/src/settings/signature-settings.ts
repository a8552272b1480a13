import { IsInt, IsString, Max, Min } from 'class-validator';
import { Setting } from './setting.ts';

export class SignatureSettings {
  @Setting({
    variable: 'FF_SIGN_KEY_FILE',
    default: '',
    bound: 'a file with an Ed25519 private key in PEM (PKCS #8), readable for its owner only; empty: nothing is signed',
    doc: "Signs the heads of the files' chains, in NAME.GENERATION.sig beside each file: docs/INTEGRITY.md.",
  })
  @IsString()
  keyFile!: string;

  @Setting({
    variable: 'FF_SIGN_EVERY',
    default: 100,
    unit: 'blocks',
    bound: '1 to 10000',
    doc: 'How many blocks of a file may wait for a signature. A file that is rotated is signed in any case.',
  })
  @IsInt()
  @Min(1)
  @Max(10_000)
  everyBlocks!: number;
}

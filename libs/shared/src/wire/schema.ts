// Before the generated code, which looks at its settings when it is loaded.
export { protobuf } from './plain-numbers.ts';
import { fleet_forensics } from './gen/forensics.js';

/** The generated code. */
export const v1 = fleet_forensics.v1;

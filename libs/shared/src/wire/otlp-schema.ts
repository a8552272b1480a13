// Before the generated code, which looks at its settings when it is loaded.
export { protobuf } from './plain-numbers.ts';
export { otlp } from './gen/logs.js';

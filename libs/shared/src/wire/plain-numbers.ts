import protobuf from 'protobufjs/minimal.js';

// Imported before the generated code, which looks at it when it is loaded. The format's 64-bit numbers are counts, offsets and
// microseconds, all below 2^53: plain numbers, checked when decoded, instead of Long objects.
protobuf.util.Long = null as never;
protobuf.configure();

export { protobuf };

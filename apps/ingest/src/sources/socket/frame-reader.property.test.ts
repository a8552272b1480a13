import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME_HEADER_BYTES, FrameReader, MAX_PAYLOAD_BYTES } from './frame-reader.ts';
import { frame } from './frames.fixture.ts';

interface Sent {
  readonly kind: number;
  readonly dropped: number;
  readonly payload: Buffer;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  kind: fc.integer({ min: 0, max: 255 }),
  dropped: fc.nat({ max: 2 ** 32 - 1 }),
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

function bytesOf(all: readonly Sent[]): Buffer {
  return Buffer.concat(all.map(({ kind, payload, dropped }) => frame(kind, payload, dropped)));
}

function read(reader: FrameReader, chunk: Buffer): Sent[] {
  const found: Sent[] = [];
  reader.take(chunk);
  while (reader.next()) {
    const { kind, dropped, bytes, start, end } = reader;
    found.push({ kind, dropped, payload: Buffer.from(bytes.subarray(start, end)) });
  }
  return found;
}

/** The bytes cut at these places, each given as a share of them. */
function cut(bytes: Buffer, shares: readonly number[]): Buffer[] {
  const places = [...shares.map((share) => Math.floor(share * bytes.length)), bytes.length].toSorted((a, b) => a - b);
  return places.map((place, index) => bytes.subarray(places[index - 1] ?? 0, place));
}

describe('frames', () => {
  it('are the same however the stream was cut: no line is lost or torn at the end of a read', () => {
    const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 12 }), shares, (all, places) => {
        const reader = new FrameReader();
        const found = cut(bytesOf(all), places).flatMap((chunk) => read(reader, Buffer.from(chunk)));
        expect(found).toEqual(all);
        expect(reader.pendingBytes).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('come through byte by byte, the longest there may be too', () => {
    const all = [{ kind: 2, dropped: 2 ** 32 - 1, payload: Buffer.alloc(MAX_PAYLOAD_BYTES, 7) }];
    const reader = new FrameReader();
    const found: Sent[] = [];
    for (const byte of bytesOf(all)) found.push(...read(reader, Buffer.from([byte])));
    expect(found).toEqual(all);
  });

  it('that are longer than any, of another version, or no frames at all are told at once', () => {
    const header = frame(2, Buffer.alloc(0));
    const tooLong = Buffer.from(header);
    tooLong.writeUInt32LE(MAX_PAYLOAD_BYTES + 1, 0);
    const otherVersion = Buffer.from(header).fill(2, 5, 6);
    const notZero = Buffer.from(header).fill(1, 7, 8);
    for (const bytes of [tooLong, otherVersion, notZero, Buffer.from('USER anonymous\r\n')]) {
      expect(() => read(new FrameReader(), bytes)).toThrow(expect.objectContaining({ code: 'FF_BAD_FRAME' }));
    }
  });

  it('never hold more of a half frame than a whole one has, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 20 }), (chunks) => {
        const reader = new FrameReader();
        expect(outcome(() => chunks.forEach((chunk) => read(reader, Buffer.from(chunk))))).toBeOneOf([undefined, 'FF_BAD_FRAME']);
        expect(reader.pendingBytes).toBeLessThan(FRAME_HEADER_BYTES + MAX_PAYLOAD_BYTES);
      }),
    );
  });
});

function outcome(action: () => void): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

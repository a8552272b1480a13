import { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';
import { protobuf, v1 } from '@fleet-forensics/shared/wire/schema';
import type { LogType } from '@fleet-forensics/shared/wire/log-type';
import type { SessionContext } from '@fleet-forensics/shared/wire/session-event';
import { FRAME_HEADER_BYTES } from './frame-reader.ts';

export const KIND = { open: 1, message: 2, context: 3, criterion: 4, close: 5 } as const;

export function frame(kind: number, payload: Uint8Array, dropped = 0): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32LE(payload.length, 0);
  header[4] = kind;
  header[5] = 1;
  header.writeUInt32LE(dropped, 8);
  return Buffer.concat([header, payload]);
}

export interface SentMessage {
  readonly type?: LogType;
  readonly level?: number;
  readonly timeUs?: number;
  readonly pid?: number;
}

/** What mod_fleet_forensics writes. */
export const frames = {
  open(session: string, nextSeq = 1, context: SessionContext = {}, dropped = 0): Buffer {
    return frame(KIND.open, v1.SessionOpen.encode({ session, nextSeq, context }).finish(), dropped);
  },
  message(
    text: string | Uint8Array,
    dropped = 0,
    { type = 5, level = 7, timeUs = 1_795e12, pid = 77 }: SentMessage = {},
  ): Buffer {
    const writer = new MessageListWriter();
    writer.append(type, level, timeUs, pid, Buffer.from(text));
    return frame(KIND.message, writer.take(), dropped);
  },
  context(context: SessionContext, dropped = 0): Buffer {
    return frame(KIND.context, v1.SessionContext.encode(context).finish(), dropped);
  },
  criterion(name = 'FailedLogin', dropped = 0, detail = ''): Buffer {
    return frame(KIND.criterion, v1.Criterion.encode({ name, timeUs: 1_795e12, detail }).finish(), dropped);
  },
  close(reason = 'quit', dropped = 0): Buffer {
    return frame(KIND.close, v1.SessionEnd.encode({ reason }).finish(), dropped);
  },
};

/** A message list of raw fields, for what no encoder writes. */
export function rawMessage(write: (fields: protobuf.Writer) => void): Buffer {
  const fields = protobuf.Writer.create();
  write(fields);
  return Buffer.from(protobuf.Writer.create().uint32(0x0a).bytes(fields.finish()).finish());
}

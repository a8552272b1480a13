/*
 * MessageList and LogMessage of forensics.proto, by hand: this is the one part of the format that costs something per line.
 *
 *   0a LEN  08 type  10 zigzag(level)  18 time_us | 30 zigzag(time_delta_us)  20 pid  2a LEN text
 *
 * A list's first message carries its whole time and its PID, even if they are 0; the ones behind it leave out what has not
 * changed. Lists may therefore be concatenated.
 */
export const TAG_MESSAGE = 0x0a;
export const TAG_TYPE = 0x08;
export const TAG_LEVEL = 0x10;
export const TAG_TIME = 0x18;
export const TAG_PID = 0x20;
export const TAG_TEXT = 0x2a;
export const TAG_TIME_DELTA = 0x30;

import { CONTEXT_TEXTS, type SessionContext } from '@fleet-forensics/shared/wire/session-event';
import { type Refusal, shown } from './refusal.ts';

/**
 * Why `text` can't be a node, session, criterion or end reason: 1 to `maxBytes` bytes of UTF-8 without control characters (below
 * 0x20, and 0x7f). Null if it can.
 */
export function refusalOfName(key: string, text: string, maxBytes: number): Refusal | null {
  if (text === '') return { code: 'bad_name', error: `${key}: is empty: 1 to ${maxBytes} bytes are expected` };
  if (hasControlCharacter(text)) {
    return { code: 'bad_name', error: `${key}: ${shown(text)} has a control character, which no name may hold` };
  }
  return refusalOfLength(key, text, maxBytes);
}

/** Why `text` is too long for a name or a context's text of `maxBytes` bytes; null if it is not. */
export function refusalOfLength(key: string, text: string, maxBytes: number): Refusal | null {
  const byteLength = Buffer.byteLength(text);
  if (byteLength <= maxBytes) return null;
  return { code: 'name_too_long', error: `${key}: has ${byteLength} bytes: at most ${maxBytes} are expected` };
}

/** Why a text of the context is too long; null if none is. */
export function refusalOfTexts(context: SessionContext, maxBytes: number): Refusal | null {
  for (const field of CONTEXT_TEXTS) {
    const refusal = refusalOfLength(`context.${field}`, context[field] ?? '', maxBytes);
    if (refusal) return refusal;
  }
  return null;
}

function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}

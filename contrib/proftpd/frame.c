#include <string.h>

#include "frame.h"

/* Tags: a field's number and its wire type, a varint or bytes. */
#define VARINT(field)		((unsigned char) ((field) << 3))
#define BYTES(field)		((unsigned char) (((field) << 3) | 2))

/* Every field number here is below 16 but this one, whose tag takes two. */
#define TOTAL_FILES_OUT		16

static unsigned char *put_varint(unsigned char *at, uint64_t value) {
  while (value >= 0x80) {
    *at++ = (unsigned char) (value | 0x80);
    value >>= 7;
  }

  *at++ = (unsigned char) value;
  return at;
}

static unsigned char *put_number(unsigned char *at, unsigned int field,
    uint64_t value) {
  if (field < TOTAL_FILES_OUT) {
    *at++ = VARINT(field);

  } else {
    at = put_varint(at, field << 3);
  }

  return put_varint(at, value);
}

/* Length of the UTF-8 sequence at text (RFC 3629), 0 if there is none. */
static size_t utf8_length(const unsigned char *text) {
  size_t i, len;
  unsigned char first = text[0], low = 0x80, high = 0xbf;

  if (first < 0x80) {
    return 1;
  }

  if (first < 0xc2 || first > 0xf4) {
    return 0;
  }

  len = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

  /* Overlong forms, surrogates, and what lies above U+10FFFF. */
  if (first == 0xe0) {
    low = 0xa0;
  } else if (first == 0xed) {
    high = 0x9f;
  } else if (first == 0xf0) {
    low = 0x90;
  } else if (first == 0xf4) {
    high = 0x8f;
  }

  for (i = 1; i < len; i++) {
    if (text[i] < low || text[i] > high) {
      return 0;
    }

    low = 0x80;
    high = 0xbf;
  }

  return len;
}

/* Copies at most max bytes of text as UTF-8, and returns how many. */
static size_t copy_utf8(unsigned char *out, const char *text, size_t max) {
  const unsigned char *in = (const unsigned char *) text;
  size_t copied = 0;

  while (*in != '\0') {
    size_t len = utf8_length(in);
    const void *from = len > 0 ? (const void *) in : "\xef\xbf\xbd";
    size_t outlen = len > 0 ? len : 3;

    if (copied + outlen > max) {
      break;
    }

    memcpy(out + copied, from, outlen);
    copied += outlen;
    in += len > 0 ? len : 1;
  }

  return copied;
}

static unsigned char *put_text(unsigned char *at, unsigned int field,
    const char *text, size_t max) {
  unsigned char utf8[FF_DETAIL_MAX];
  size_t len;

  if (text == NULL) {
    return at;
  }

  len = copy_utf8(utf8, text, max);
  *at++ = BYTES(field);
  at = put_varint(at, len);
  memcpy(at, utf8, len);
  return at + len;
}

static unsigned char *put_context(unsigned char *at,
    const struct ff_context *context) {
  at = put_text(at, 1, context->client_address, FF_NAME_MAX);
  at = put_text(at, 2, context->server_address, FF_NAME_MAX);
  at = put_text(at, 3, context->protocol, FF_NAME_MAX);
  at = put_text(at, 4, context->user, FF_NAME_MAX);
  at = put_text(at, 5, context->attempted_user, FF_NAME_MAX);

  if (context->has_numbers) {
    at = put_number(at, 6, context->uid);
    at = put_number(at, 7, context->gid);
  }

  at = put_text(at, 8, context->unique_id, FF_NAME_MAX);
  at = put_text(at, 9, context->server_name, FF_NAME_MAX);

  if (context->has_numbers) {
    at = put_number(at, 10, context->elapsed_ms);
    at = put_number(at, 11, context->raw_bytes_in);
    at = put_number(at, 12, context->raw_bytes_out);
    at = put_number(at, 13, context->total_bytes_in);
    at = put_number(at, 14, context->total_bytes_out);
    at = put_number(at, 15, context->total_files_in);
    at = put_number(at, TOTAL_FILES_OUT, context->total_files_out);
  }

  return at;
}

static void put_header(unsigned char *frame, enum ff_frame_kind kind,
    uint32_t dropped, size_t length) {
  unsigned int i;

  for (i = 0; i < 4; i++) {
    frame[i] = (unsigned char) (length >> (8 * i));
    frame[8 + i] = (unsigned char) (dropped >> (8 * i));
  }

  frame[4] = (unsigned char) kind;
  frame[5] = FF_FRAME_VERSION;
  frame[6] = frame[7] = 0;
}

/* Puts the header before a payload that ends at end. */
static size_t finish(unsigned char *frame, const unsigned char *end,
    enum ff_frame_kind kind, uint32_t dropped) {
  put_header(frame, kind, dropped, end - frame - FF_FRAME_HEADER_SIZE);
  return end - frame;
}

size_t ff_frame_open(unsigned char *buf, uint32_t dropped, const char *session,
    uint64_t next_seq, const struct ff_context *context) {
  unsigned char encoded[FF_CONTROL_MAX];
  unsigned char *at = buf + FF_FRAME_HEADER_SIZE;
  size_t len = put_context(encoded, context) - encoded;

  at = put_text(at, 1, session, FF_NAME_MAX);
  at = put_number(at, 2, next_seq);
  *at++ = BYTES(3);
  at = put_varint(at, len);
  memcpy(at, encoded, len);
  return finish(buf, at + len, FF_FRAME_OPEN, dropped);
}

size_t ff_frame_context(unsigned char *buf, uint32_t dropped,
    const struct ff_context *context) {
  unsigned char *at = put_context(buf + FF_FRAME_HEADER_SIZE, context);

  return finish(buf, at, FF_FRAME_CONTEXT, dropped);
}

size_t ff_frame_criterion(unsigned char *buf, uint32_t dropped,
    const char *name, uint64_t time_us, const char *detail) {
  unsigned char *at = buf + FF_FRAME_HEADER_SIZE;

  at = put_text(at, 1, name, FF_NAME_MAX);
  at = put_number(at, 3, time_us);
  at = put_text(at, 4, detail, FF_DETAIL_MAX);
  return finish(buf, at, FF_FRAME_CRITERION, dropped);
}

size_t ff_frame_close(unsigned char *buf, uint32_t dropped,
    const char *reason) {
  unsigned char *at;

  at = put_text(buf + FF_FRAME_HEADER_SIZE, 1, reason, FF_NAME_MAX);
  return finish(buf, at, FF_FRAME_CLOSE, dropped);
}

size_t ff_frame_message_head(unsigned char *buf, uint32_t dropped,
    const struct ff_message *msg, size_t textlen) {
  unsigned char fields[FF_MESSAGE_HEAD_MAX];
  unsigned char *end = fields, *at = buf + FF_FRAME_HEADER_SIZE;
  uint32_t zigzag = ((uint32_t) msg->level << 1) ^
    (msg->level < 0 ? 0xffffffffU : 0);

  if (msg->type != 0) {
    end = put_number(end, 1, msg->type);
  }

  if (zigzag != 0) {
    end = put_number(end, 2, zigzag);
  }

  /* A list's first message carries both, even if they are 0. */
  end = put_number(end, 3, msg->time_us);
  end = put_number(end, 4, msg->pid);
  *end++ = BYTES(5);
  end = put_varint(end, textlen);

  *at++ = BYTES(1);
  at = put_varint(at, (end - fields) + textlen);
  memcpy(at, fields, end - fields);
  at += end - fields;

  put_header(buf, FF_FRAME_MESSAGE, dropped,
    (at - buf - FF_FRAME_HEADER_SIZE) + textlen);
  return at - buf;
}

static uint32_t get_u32(const unsigned char *from) {
  return (uint32_t) from[0] | (uint32_t) from[1] << 8 |
    (uint32_t) from[2] << 16 | (uint32_t) from[3] << 24;
}

size_t ff_frame_length(const unsigned char *frame) {
  return FF_FRAME_HEADER_SIZE + (size_t) get_u32(frame);
}

enum ff_frame_kind ff_frame_kind_of(const unsigned char *frame) {
  return (enum ff_frame_kind) frame[4];
}

uint32_t ff_frame_dropped(const unsigned char *frame) {
  return get_u32(frame + 8);
}

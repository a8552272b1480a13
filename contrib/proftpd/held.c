#include <string.h>

#include "held.h"

int ff_held_add(struct ff_held *held, const void *frame, size_t len,
    size_t sent) {
  if (len > FF_HELD_MAX - held->len) {
    return -1;
  }

  memcpy(held->bytes + held->len, frame, len);
  held->len += len;
  held->sent += sent;
  return 0;
}

int ff_held_add_first(struct ff_held *held, const void *frame, size_t len) {
  if (len > FF_HELD_MAX - held->len) {
    return -1;
  }

  memmove(held->bytes + len, held->bytes, held->len);
  memcpy(held->bytes, frame, len);
  held->len += len;
  return 0;
}

void ff_held_advance(struct ff_held *held, size_t len) {
  held->sent += len;
  if (held->sent == held->len) {
    held->len = held->sent = 0;
  }
}

void ff_held_rewind(struct ff_held *held) {
  size_t at = 0;

  while (at < held->sent &&
         at + ff_frame_length(held->bytes + at) <= held->sent) {
    at += ff_frame_length(held->bytes + at);
  }

  memmove(held->bytes, held->bytes + at, held->len - at);
  held->len -= at;
  held->sent = 0;
}

size_t ff_held_numbered(const struct ff_held *held) {
  size_t at = 0, count = 0;

  while (at < held->len) {
    enum ff_frame_kind kind = ff_frame_kind_of(held->bytes + at);

    if (kind == FF_FRAME_MESSAGE || kind == FF_FRAME_CRITERION) {
      count++;
    }

    at += ff_frame_length(held->bytes + at);
  }

  return count;
}

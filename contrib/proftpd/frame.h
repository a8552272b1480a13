/*
 * The frames of docs/NODE-SOCKET.md: twelve bytes of header, then a message of
 * forensics.proto, by hand.  Nothing here knows of ProFTPD or of sockets.
 */

#ifndef FF_FRAME_H
#define FF_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define FF_FRAME_HEADER_SIZE	12
#define FF_FRAME_VERSION	1

/* Longest text of one MESSAGE, in bytes. */
#define FF_TEXT_MAX		65536

/* A MESSAGE frame up to its text is never longer. */
#define FF_MESSAGE_HEAD_MAX	64

/* Longest context text, session name, criterion name and reason, in bytes. */
#define FF_NAME_MAX		256

/* Longest detail of a criterion, in bytes. */
#define FF_DETAIL_MAX		4096

/* No frame but a MESSAGE is longer. */
#define FF_CONTROL_MAX		5120

enum ff_frame_kind {
  FF_FRAME_OPEN = 1,
  FF_FRAME_MESSAGE = 2,
  FF_FRAME_CONTEXT = 3,
  FF_FRAME_CRITERION = 4,
  FF_FRAME_CLOSE = 5
};

/* SessionContext.  A text that is NULL is not known, and left out.  Longer
 * ones are cut; what is not UTF-8 in one is sent as U+FFFD.
 */
struct ff_context {
  const char *client_address;
  const char *server_address;
  const char *protocol;
  const char *user;
  const char *attempted_user;
  const char *unique_id;
  const char *server_name;

  /* FALSE: the numbers below are not known. */
  int has_numbers;
  uint32_t uid, gid;
  uint64_t elapsed_ms;
  uint64_t raw_bytes_in, raw_bytes_out;
  uint64_t total_bytes_in, total_bytes_out;
  uint64_t total_files_in, total_files_out;
};

/* LogMessage, but for its text. */
struct ff_message {
  unsigned int type;
  int level;
  uint64_t time_us;
  uint32_t pid;
};

/* Each writes one frame to a buffer of FF_CONTROL_MAX bytes, and returns its
 * length.  `dropped' is what the session has lost before it.
 */
size_t ff_frame_open(unsigned char *buf, uint32_t dropped, const char *session,
  uint64_t next_seq, const struct ff_context *context);
size_t ff_frame_context(unsigned char *buf, uint32_t dropped,
  const struct ff_context *context);
size_t ff_frame_criterion(unsigned char *buf, uint32_t dropped,
  const char *name, uint64_t time_us, const char *detail);
size_t ff_frame_close(unsigned char *buf, uint32_t dropped,
  const char *reason);

/* Writes a MESSAGE frame up to its text to a buffer of FF_MESSAGE_HEAD_MAX
 * bytes, and returns its length; the text, at most FF_TEXT_MAX bytes, follows.
 */
size_t ff_frame_message_head(unsigned char *buf, uint32_t dropped,
  const struct ff_message *msg, size_t textlen);

/* What the header of a whole frame says. */
size_t ff_frame_length(const unsigned char *frame);
enum ff_frame_kind ff_frame_kind_of(const unsigned char *frame);
uint32_t ff_frame_dropped(const unsigned char *frame);

#endif /* FF_FRAME_H */

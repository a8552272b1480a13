/*
 * Compares what frame.c writes with the golden files that ingest's tests read.
 *
 * usage: golden DIRECTORY
 *
 * With WRITE_GOLDEN=1 in the environment, files that are not there are
 * written; one that exists is never written again.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../frame.h"

#define TIME_US		1795422257266123ULL
#define SESSION		"1795422257266-16044"

static unsigned char connection[4 * FF_CONTROL_MAX];
static size_t connection_len = 0;

static const char *directory;
static int failed = 0;

static void check(const char *name, const unsigned char *bytes, size_t len) {
  unsigned char golden[sizeof(connection)];
  char path[4096];
  size_t golden_len;
  FILE *file;

  snprintf(path, sizeof(path), "%s/%s.bin", directory, name);
  if (getenv("WRITE_GOLDEN") != NULL && access(path, F_OK) < 0) {
    file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, len, file) != len) {
      perror(path);
      exit(1);
    }
    fclose(file);
  }

  file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    failed = 1;
    return;
  }

  golden_len = fread(golden, 1, sizeof(golden), file);
  fclose(file);

  if (golden_len != len || memcmp(golden, bytes, len) != 0) {
    fprintf(stderr, "%s: the module writes other bytes (%zu, not %zu)\n", path,
      len, golden_len);
    failed = 1;
  }
}

static size_t message(unsigned char *frame, uint32_t dropped,
    unsigned int type, int level, uint64_t time_us, const char *text,
    size_t textlen) {
  struct ff_message msg = { type, level, time_us, 16044 };
  size_t len = ff_frame_message_head(frame, dropped, &msg, textlen);

  memcpy(frame + len, text, textlen);
  return len + textlen;
}

static struct ff_context opened(const char *server_name) {
  struct ff_context context;

  memset(&context, 0, sizeof(context));
  context.client_address = "192.0.2.17";
  context.server_address = "::ffff:192.0.2.1:21";
  context.protocol = "ftp";
  context.unique_id = "awPKhX8AAAF/AAABAAAzykH/";
  context.server_name = server_name;
  return context;
}

static struct ff_context failing(const char *attempted_user) {
  struct ff_context context;

  memset(&context, 0, sizeof(context));
  context.protocol = "ftp";
  context.attempted_user = attempted_user;
  context.unique_id = "awPKhX8AAAF/AAABAAAzykH/";
  context.has_numbers = 1;
  context.uid = 0;
  context.gid = 65534;
  context.elapsed_ms = 1245;
  context.raw_bytes_in = 46;
  context.raw_bytes_out = 158;
  context.total_bytes_in = 9007199254740991ULL;
  context.total_files_out = 2;
  return context;
}

static void add(const unsigned char *frame, size_t len) {
  memcpy(connection + connection_len, frame, len);
  connection_len += len;
}

/* Numbers: 1 2, three lost, 6, FailedLogin is 7, two lost, 10. */
static void check_connection(void) {
  unsigned char frame[FF_CONTROL_MAX];
  struct ff_context open = opened("ftp.example.org");
  struct ff_context other = opened("other.example.org");
  struct ff_context context = failing("tj");

  add(frame, ff_frame_open(frame, 0, SESSION, 1, &open));
  add(frame, message(frame, 0, 5, 7, TIME_US, "one", 3));
  add(frame, message(frame, 0, 3, 5, TIME_US + 10, "two\n", 4));
  add(frame, message(frame, 3, 2, 7, TIME_US + 20, "six", 3));
  add(frame, ff_frame_context(frame, 3, &context));
  add(frame, ff_frame_criterion(frame, 3, "FailedLogin", TIME_US + 30,
    "530 Login incorrect."));
  add(frame, ff_frame_open(frame, 5, SESSION, 10, &other));
  add(frame, message(frame, 5, 0, -1, TIME_US + 40, "ten\n", 4));
  context.attempted_user = NULL;
  context.user = "tj";
  add(frame, ff_frame_context(frame, 5, &context));
  add(frame, ff_frame_close(frame, 5, "quit"));
  check("connection", connection, connection_len);
}

int main(int argc, char **argv) {
  unsigned char frame[FF_CONTROL_MAX];
  struct ff_context open = opened("ftp.example.org");
  struct ff_context context = failing("t\xc3\xab" "a");
  static const char bytes[] = { 0x00, 0x1b, '\n', '\r', '\xe9', '\xff', 0x00 };

  if (argc != 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  directory = argv[1];

  check("open", frame, ff_frame_open(frame, 0, SESSION, 1, &open));
  check("message", frame, message(frame, 0, 5, 7, TIME_US, "signals blocked",
    15));
  check("message-bytes", frame, message(frame, 3, 3, 5, TIME_US, bytes,
    sizeof(bytes)));
  check("message-no-level", frame, message(frame, 0, 0, -1, TIME_US,
    "2026-11-23 17:04:17,266 mod_x[16044]: hello\n", 44));
  check("message-empty", frame, message(frame, 0, 1, 0, 0, "", 0));
  check("context", frame, ff_frame_context(frame, 3, &context));

  /* latin-1, cut UTF-8 and a surrogate in a name are not protobuf's strings. */
  context.attempted_user = "\xe9t\xe9 \xe2\x82 \xed\xa0\x80 \xf0\x9f\x92\xbe";
  check("context-latin-1", frame, ff_frame_context(frame, 0, &context));
  check("criterion", frame, ff_frame_criterion(frame, 3, "FailedLogin",
    TIME_US, "530 Login incorrect."));
  check("close", frame, ff_frame_close(frame, 4294967295U, "quit"));
  check("close-unknown", frame, ff_frame_close(frame, 0, NULL));
  check_connection();

  if (!failed) {
    printf("golden: the bytes are those of %s\n", directory);
  }
  return failed;
}

/*
 * Reads what modules send, and prints a line for each frame: the connection,
 * the frame's kind, its number, what was dropped before it, and the fields of
 * its payload by their numbers in forensics.proto.
 *
 * usage: agent PATH|@NAME
 */

#define _GNU_SOURCE

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../agent-socket.h"
#include "../frame.h"

#define MAX_CONNECTIONS	512
#define MAX_FRAME	(FF_TEXT_MAX + FF_CONTROL_MAX)

static const char *kinds[] = {
  "?", "OPEN", "MESSAGE", "CONTEXT", "CRITERION", "CLOSE"
};

struct connection {
  unsigned int number;
  unsigned char *bytes;
  size_t len;
  uint64_t next_seq;
  uint32_t dropped;
};

static struct pollfd polled[MAX_CONNECTIONS + 1];
static struct connection connections[MAX_CONNECTIONS + 1];
static nfds_t count = 1;

static uint64_t get_varint(const unsigned char **at, const unsigned char *end) {
  uint64_t value = 0;
  unsigned int shift = 0;

  while (*at < end) {
    unsigned char byte = *(*at)++;

    value |= (uint64_t) (byte & 0x7f) << (shift & 63);
    shift += 7;
    if (byte < 0x80) {
      return value;
    }
  }

  fprintf(stderr, "agent: a varint is cut off\n");
  exit(1);
}

static void print_text(const unsigned char *text, size_t len) {
  size_t i;

  putchar('"');
  for (i = 0; i < len; i++) {
    if (text[i] < 0x20 || text[i] > 0x7e || text[i] == '"' || text[i] == '\\') {
      printf("\\x%02x", text[i]);

    } else {
      putchar(text[i]);
    }
  }
  putchar('"');
}

/* `nested' is the field that holds a message; its fields are printed alike. */
static void print_fields(const unsigned char *at, const unsigned char *end,
    unsigned int nested) {
  while (at < end) {
    uint64_t tag = get_varint(&at, end);

    if ((tag & 7) == 0) {
      printf(" %u=%llu", (unsigned int) (tag >> 3),
        (unsigned long long) get_varint(&at, end));
      continue;
    }

    if ((tag & 7) == 2) {
      uint64_t len = get_varint(&at, end);

      if (len <= (uint64_t) (end - at)) {
        if (tag >> 3 == nested) {
          printf(" {");
          print_fields(at, at + len, 0);
          printf(" }");

        } else {
          printf(" %u=", (unsigned int) (tag >> 3));
          print_text(at, len);
        }

        at += len;
        continue;
      }
    }

    fprintf(stderr, "agent: a field is not as it should be\n");
    exit(1);
  }
}

/* The numbering of docs/NODE-SOCKET.md. */
static void print_number(struct connection *conn, const unsigned char *frame) {
  const unsigned char *at = frame + FF_FRAME_HEADER_SIZE;
  const unsigned char *end = frame + ff_frame_length(frame);
  enum ff_frame_kind kind = ff_frame_kind_of(frame);

  conn->next_seq += (uint32_t) (ff_frame_dropped(frame) - conn->dropped);
  conn->dropped = ff_frame_dropped(frame);

  if (kind == FF_FRAME_OPEN) {
    uint64_t len;

    (void) get_varint(&at, end);
    len = get_varint(&at, end);
    at += len;
    (void) get_varint(&at, end);
    conn->next_seq = get_varint(&at, end);
  }

  if (kind == FF_FRAME_MESSAGE ||
      kind == FF_FRAME_CRITERION) {
    printf(" #%llu", (unsigned long long) conn->next_seq++);
  }
}

static void print_frame(struct connection *conn, const unsigned char *frame) {
  enum ff_frame_kind kind = ff_frame_kind_of(frame);
  unsigned int nested = kind == FF_FRAME_OPEN ? 3 :
    kind == FF_FRAME_MESSAGE ? 1 : 0;

  if (frame[5] != FF_FRAME_VERSION ||
      kind < FF_FRAME_OPEN ||
      kind > FF_FRAME_CLOSE) {
    fprintf(stderr, "agent: not a frame\n");
    exit(1);
  }

  printf("%u %s", conn->number, kinds[kind]);
  print_number(conn, frame);
  printf(" dropped=%u", conn->dropped);
  print_fields(frame + FF_FRAME_HEADER_SIZE, frame + ff_frame_length(frame),
    nested);
  putchar('\n');
}

static void accept_connection(void) {
  static unsigned int number = 0;
  struct connection *conn;
  struct ucred peer;
  socklen_t len = sizeof(peer);
  int fd = accept(polled[0].fd, NULL, NULL);

  if (fd < 0 ||
      count > MAX_CONNECTIONS) {
    fprintf(stderr, "agent: a connection can't be had\n");
    exit(1);
  }

  (void) getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
  conn = &connections[count];
  memset(conn, 0, sizeof(*conn));
  conn->number = ++number;
  conn->bytes = malloc(MAX_FRAME);
  polled[count].fd = fd;
  polled[count].events = POLLIN;
  count++;
  printf("%u CONNECTED pid=%ld uid=%ld\n", conn->number, (long) peer.pid,
    (long) peer.uid);
}

static void end_connection(nfds_t i) {
  printf("%u EOF%s\n", connections[i].number,
    connections[i].len > 0 ? " within a frame" : "");
  close(polled[i].fd);
  free(connections[i].bytes);
  count--;
  polled[i] = polled[count];
  connections[i] = connections[count];
}

static int read_connection(nfds_t i) {
  struct connection *conn = &connections[i];
  ssize_t res = read(polled[i].fd, conn->bytes + conn->len,
    MAX_FRAME - conn->len);
  size_t at = 0;

  if (res <= 0) {
    return -1;
  }

  conn->len += (size_t) res;
  while (conn->len - at >= FF_FRAME_HEADER_SIZE &&
         conn->len - at >= ff_frame_length(conn->bytes + at)) {
    print_frame(conn, conn->bytes + at);
    at += ff_frame_length(conn->bytes + at);
  }

  memmove(conn->bytes, conn->bytes + at, conn->len - at);
  conn->len -= at;
  return 0;
}

int main(int argc, char **argv) {
  struct ff_agent_address address;

  if (argc != 2) {
    fprintf(stderr, "usage: %s PATH|@NAME\n", argv[0]);
    return 2;
  }

  address = ff_agent_address_of(argv[1]);
  polled[0].fd = socket(AF_UNIX, SOCK_STREAM, 0);
  polled[0].events = POLLIN;
  (void) unlink(argv[1]);
  if (bind(polled[0].fd, (struct sockaddr *) &address.name, address.len) < 0 ||
      listen(polled[0].fd, MAX_CONNECTIONS) < 0) {
    perror(argv[1]);
    return 1;
  }

  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  printf("LISTENING\n");
  for (;;) {
    nfds_t i;

    fflush(stdout);
    if (poll(polled, count, -1) < 0) {
      perror("poll");
      return 1;
    }

    /* Backwards: an ended one is replaced by the last. */
    for (i = count - 1; i > 0; i--) {
      if (polled[i].revents != 0 &&
          read_connection(i) < 0) {
        end_connection(i);
      }
    }

    if (polled[0].revents != 0) {
      accept_connection();
    }
  }
}

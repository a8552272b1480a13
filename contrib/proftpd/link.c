#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent-socket.h"
#include "held.h"
#include "link.h"
#include "patience.h"

/* A process has one session, a session has one agent. */
static struct {
  struct ff_agent_address address;
  ff_link_open_cb write_open;
  int fd;

  /* The number that the next message or criterion takes. */
  uint64_t next_seq;
  uint32_t dropped;

  struct ff_patience patience;

  /* Kilobytes and messages sent since it was looked how much waits. */
  size_t unlooked;
  int is_crowded;
} agent = { .fd = -1, .next_seq = 1 };

static struct ff_held held;

void ff_link_drop(void) {
  agent.dropped++;
  agent.next_seq++;
}

uint32_t ff_link_dropped(void) {
  return agent.dropped;
}

static void lose(void) {
  (void) close(agent.fd);
  agent.fd = -1;
  ff_held_rewind(&held);
  ff_patience_lost(&agent.patience);
}

/* The OPEN of a new connection stands before what is held for it. */
static void open_first(void) {
  unsigned char frame[FF_CONTROL_MAX];
  uint64_t seq = agent.next_seq;
  uint32_t dropped = agent.dropped;
  size_t len;

  if (held.len > 0) {
    if (ff_frame_kind_of(held.bytes) == FF_FRAME_OPEN) {
      return;
    }

    dropped = ff_frame_dropped(held.bytes);
    seq -= ff_held_numbered(&held) + (uint32_t) (agent.dropped - dropped);
  }

  len = agent.write_open(frame, dropped, seq);
  if (ff_held_add_first(&held, frame, len) < 0) {
    lose();
  }
}

static int connect_link(void) {
  agent.fd = ff_agent_connect(&agent.address);
  if (agent.fd < 0) {
    int xerrno = errno;

    ff_patience_refused(&agent.patience);
    errno = xerrno;
    return -1;
  }

  ff_patience_connected(&agent.patience);
  agent.is_crowded = 0;
  open_first();
  return 0;
}

/* What became of a call that sends. */
static int goes_on_after(ssize_t res) {
  if (res >= 0 ||
      errno == EINTR) {
    return 1;
  }

  if (errno == EAGAIN ||
      errno == EWOULDBLOCK ||
      errno == ENOBUFS) {
    return ff_patience_wait(&agent.patience, agent.fd);
  }

  lose();
  return 0;
}

static int flush(void) {
  while (agent.fd >= 0 &&
         held.len > 0) {
    ssize_t res = send(agent.fd, held.bytes + held.sent, held.len - held.sent,
      MSG_NOSIGNAL);

    if (res > 0) {
      ff_held_advance(&held, (size_t) res);
    }

    if (!goes_on_after(res)) {
      return -1;
    }
  }

  return agent.fd >= 0 ? 0 : -1;
}

/* Connected, and nothing stands before what comes next. */
static int is_ready(void) {
  if (agent.fd < 0 &&
      (!ff_patience_may_connect(&agent.patience) || connect_link() < 0)) {
    return 0;
  }

  return held.len == 0 || flush() == 0;
}

/* To look costs a tenth of sending: it is done now and then, and before each
 * message while it is crowded.
 */
static int is_crowded_for(size_t textlen) {
  agent.unlooked += 1 + textlen / 1024;
  if (agent.unlooked >= FF_LINK_LOOK_EVERY ||
      agent.is_crowded) {
    agent.unlooked = 0;
    agent.is_crowded = ff_agent_is_crowded(agent.fd);
  }

  return agent.is_crowded;
}

void ff_link_message(const struct ff_message *msg, const char *text,
    size_t textlen) {
  static unsigned char frame[FF_MESSAGE_HEAD_MAX + FF_TEXT_MAX];

  while (is_ready()) {
    size_t len;
    ssize_t res;

    if (is_crowded_for(textlen)) {
      if (!ff_patience_wait(&agent.patience, agent.fd)) {
        break;
      }

      continue;
    }

    len = ff_frame_message_head(frame, agent.dropped, msg, textlen);
    memcpy(frame + len, text, textlen);
    len += textlen;
    res = send(agent.fd, frame, len, MSG_NOSIGNAL);
    if (res == (ssize_t) len) {
      agent.next_seq++;
      return;
    }

    if (res > 0) {
      /* Nothing is held, so there is room. */
      (void) ff_held_add(&held, frame, len, (size_t) res);
      agent.next_seq++;
      (void) flush();
      return;
    }

    if (!goes_on_after(res) &&
        agent.fd >= 0) {
      break;
    }
  }

  ff_link_drop();
}

/* What must not be lost is held, and sent as soon as that is possible.  Without
 * room it is lost, and what is said here is not counted: only messages and
 * criteria have numbers.
 */
static void send_control(const unsigned char *frame, size_t len) {
  (void) ff_held_add(&held, frame, len, 0);
  (void) is_ready();
}

void ff_link_reopen(void) {
  unsigned char frame[FF_CONTROL_MAX];
  size_t len;

  /* A new connection begins with an OPEN of the present server anyway. */
  if (agent.fd < 0 &&
      held.len == 0) {
    return;
  }

  len = agent.write_open(frame, agent.dropped, agent.next_seq);
  send_control(frame, len);
}

void ff_link_context(const struct ff_context *context) {
  unsigned char frame[FF_CONTROL_MAX];
  size_t len = ff_frame_context(frame, agent.dropped, context);

  send_control(frame, len);
}

void ff_link_criterion(const char *name, uint64_t time_us,
    const char *detail) {
  unsigned char frame[FF_CONTROL_MAX];
  size_t len = ff_frame_criterion(frame, agent.dropped, name, time_us, detail);

  if (ff_held_add(&held, frame, len, 0) < 0) {
    ff_link_drop();
    return;
  }

  agent.next_seq++;
  (void) is_ready();
}

void ff_link_forget(void) {
  if (agent.fd >= 0) {
    (void) close(agent.fd);
    agent.fd = -1;
  }
}

void ff_link_close(const char *reason) {
  unsigned char frame[FF_CONTROL_MAX];
  size_t len = ff_frame_close(frame, agent.dropped, reason);

  ff_patience_last_chance(&agent.patience);
  send_control(frame, len);

  ff_link_forget();
  held.len = held.sent = 0;
}

void ff_link_set_timeout(unsigned int timeout_ms) {
  agent.patience.timeout_ms = timeout_ms;
}

int ff_link_start(const char *socket_name, unsigned int timeout_ms,
    ff_link_open_cb write_open) {
  agent.address = ff_agent_address_of(socket_name);
  agent.write_open = write_open;
  ff_patience_begin(&agent.patience, timeout_ms);
  if (connect_link() < 0) {
    return -1;
  }

  (void) flush();
  return 0;
}

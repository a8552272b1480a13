#include <errno.h>
#include <poll.h>
#include <time.h>

#include "patience.h"

/* Not the wall clock: that one is set now and then. */
static int64_t now_ms(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int ff_patience_may_connect(const struct ff_patience *patience) {
  return now_ms() >= patience->retry_at_ms;
}

void ff_patience_connected(struct ff_patience *patience) {
  patience->connected_at_ms = now_ms();
}

void ff_patience_refused(struct ff_patience *patience) {
  patience->retry_at_ms = now_ms() + patience->backoff_ms;
  patience->backoff_ms = patience->backoff_ms == 0 ? FF_BACKOFF_MIN_MS :
    patience->backoff_ms * 2;

  if (patience->backoff_ms > FF_BACKOFF_MAX_MS) {
    patience->backoff_ms = FF_BACKOFF_MAX_MS;
  }
}

void ff_patience_lost(struct ff_patience *patience) {
  /* An agent that throws us out at once is not asked again at once. */
  if (now_ms() - patience->connected_at_ms >= FF_BACKOFF_MAX_MS) {
    patience->backoff_ms = 0;
  }

  ff_patience_refused(patience);
}

void ff_patience_begin(struct ff_patience *patience, unsigned int timeout_ms) {
  patience->timeout_ms = timeout_ms;
  patience->backoff_ms = 0;
  patience->retry_at_ms = 0;
}

void ff_patience_last_chance(struct ff_patience *patience) {
  patience->retry_at_ms = 0;
  patience->waited_ms = 0;
}

/* POLLOUT comes when three quarters of the buffer are free (unix_writable() in
 * Linux).
 */
int ff_patience_wait(struct ff_patience *patience, int fd) {
  struct pollfd pfd = { .fd = fd, .events = POLLOUT };
  int64_t began = now_ms();
  int res;

  if (began - patience->window_at_ms >= FF_PATIENCE_WINDOW_MS) {
    patience->window_at_ms = began;
    patience->waited_ms = 0;
  }

  if (patience->waited_ms >= patience->timeout_ms) {
    return 0;
  }

  res = poll(&pfd, 1, (int) (patience->timeout_ms - patience->waited_ms));

  /* Rounded up, so that there are only so many waits, too. */
  patience->waited_ms += (unsigned int) (now_ms() - began) + 1;
  return res > 0 || (res < 0 && errno == EINTR);
}

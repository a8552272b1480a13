/*
 * How long a session waits for an agent that does not keep up, and when it looks
 * for one that is gone.
 */

#ifndef FF_PATIENCE_H
#define FF_PATIENCE_H

#include <stdint.h>

/* Connecting is tried at once, then after the first of these times, then after
 * twice as long each time, up to the second.
 */
#define FF_BACKOFF_MIN_MS	100
#define FF_BACKOFF_MAX_MS	5000

/* Within this time no more than the time-out is waited in all. */
#define FF_PATIENCE_WINDOW_MS	1000

/* All zero but the time-out: nothing was tried yet.  Times are those of a clock
 * that never goes back.
 */
struct ff_patience {
  unsigned int timeout_ms;

  int64_t connected_at_ms, retry_at_ms;
  unsigned int backoff_ms;

  int64_t window_at_ms;
  unsigned int waited_ms;
};

/* TRUE if the agent may be looked for. */
int ff_patience_may_connect(const struct ff_patience *patience);

/* The agent was found, was not found, was there and is gone. */
void ff_patience_connected(struct ff_patience *patience);
void ff_patience_refused(struct ff_patience *patience);
void ff_patience_lost(struct ff_patience *patience);

/* Forgets earlier failures to find the agent: it is another one. */
void ff_patience_begin(struct ff_patience *patience, unsigned int timeout_ms);

/* The agent may be looked for, and waited for, once more. */
void ff_patience_last_chance(struct ff_patience *patience);

/* Waits until the socket may take more, for what is left of the time-out.
 * Returns FALSE if it takes nothing.
 */
int ff_patience_wait(struct ff_patience *patience, int fd);

#endif /* FF_PATIENCE_H */

/*
 * Frames that wait until the agent reads again, oldest first: what matters more
 * than a message, and a frame of which the kernel has taken only the beginning.
 */

#ifndef FF_HELD_H
#define FF_HELD_H

#include "frame.h"

/* Room for one longest MESSAGE, and some hundred usual CRITERION frames with
 * their CONTEXT.  A process that never holds much never touches the pages.
 */
#define FF_HELD_MAX	(FF_MESSAGE_HEAD_MAX + FF_TEXT_MAX + 16 * FF_CONTROL_MAX)

struct ff_held {
  unsigned char bytes[FF_HELD_MAX];
  size_t len;

  /* How many of them the present connection has taken. */
  size_t sent;
};

/* Adds a frame of which the kernel has taken `sent' bytes.  Returns -1 if there
 * is no room for it.
 */
int ff_held_add(struct ff_held *held, const void *frame, size_t len,
  size_t sent);

/* Puts a frame before all others; there must not be a sent one.  Returns -1 if
 * there is no room for it.
 */
int ff_held_add_first(struct ff_held *held, const void *frame, size_t len);

/* The kernel has taken so many more bytes. */
void ff_held_advance(struct ff_held *held, size_t len);

/* The connection is lost: a frame that was cut in two is whole again, those
 * before it are gone.
 */
void ff_held_rewind(struct ff_held *held);

/* MESSAGE and CRITERION frames that are held: each takes a number. */
size_t ff_held_numbered(const struct ff_held *held);

#endif /* FF_HELD_H */

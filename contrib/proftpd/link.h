/*
 * A session's connection to the agent: what is sent is in the kernel at once,
 * or held, or dropped and counted.  Nothing here blocks for longer than it was
 * told, and nothing here knows of ProFTPD.
 */

#ifndef FF_LINK_H
#define FF_LINK_H

#include "frame.h"

/* After so many messages, or kilobytes, it is looked how much waits. */
#define FF_LINK_LOOK_EVERY	16

/* Writes an OPEN frame to a buffer of FF_CONTROL_MAX bytes; see frame.h. */
typedef size_t (*ff_link_open_cb)(unsigned char *buf, uint32_t dropped,
  uint64_t next_seq);

/* Names the agent's socket, as agent-socket.h has it, and connects.  Returns -1
 * with errno if the agent is not there: it will be looked for again.
 */
int ff_link_start(const char *socket_name, unsigned int timeout_ms,
  ff_link_open_cb write_open);

void ff_link_set_timeout(unsigned int timeout_ms);

/* Says OPEN again: the session is now another server's. */
void ff_link_reopen(void);

void ff_link_message(const struct ff_message *msg, const char *text,
  size_t textlen);
void ff_link_context(const struct ff_context *context);
void ff_link_criterion(const char *name, uint64_t time_us, const char *detail);

/* Says CLOSE, waits for at most the time-out if that has to be, and closes the
 * connection.
 */
void ff_link_close(const char *reason);

/* Closes this process' end of the connection, without a word. */
void ff_link_forget(void);

/* Counts a message that could not even be tried. */
void ff_link_drop(void);

/* Messages and criteria lost so far. */
uint32_t ff_link_dropped(void);

#endif /* FF_LINK_H */

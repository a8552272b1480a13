/*
 * The signal that ends a session, and whether the whole server is being stopped.
 */

#ifndef FF_END_SIGNAL_H
#define FF_END_SIGNAL_H

#include <sys/types.h>

/* Puts a handler before each of ProFTPD's own for signals that end a session; to
 * be called once.  The daemon is the process that the session comes from, -1 if
 * there is none.
 */
void ff_end_signal_watch(pid_t daemon);

/* 0 if there was none. */
int ff_end_signal_number(void);

/* TRUE if it was SIGTERM, and came from a daemon that is itself being stopped,
 * or from a process 1 that is not the daemon.
 */
int ff_end_signal_is_shutdown(void);

#endif /* FF_END_SIGNAL_H */

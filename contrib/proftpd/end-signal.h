/*
 * The signal that ends a session, and whether the whole server is being stopped.
 */

#ifndef FF_END_SIGNAL_H
#define FF_END_SIGNAL_H

/* Puts a handler before each of ProFTPD's own for signals that end a session. */
void ff_end_signal_watch(void);

/* 0 if there was none. */
int ff_end_signal_number(void);

/* TRUE if it was SIGTERM, and came from the service manager or from a daemon
 * that is itself being stopped.
 */
int ff_end_signal_is_shutdown(void);

#endif /* FF_END_SIGNAL_H */

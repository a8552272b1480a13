/*
 * What ProFTPD knows of its session, in the terms of the frames.
 */

#ifndef FF_SESSION_FACTS_H
#define FF_SESSION_FACTS_H

#include "frame.h"

/* Unique on this host for ever: "<connect time in ms>-<pid>". */
const char *ff_session_name(void);

/* For OPEN: addresses, server, protocol, UNIQUE_ID if it is known yet.  The
 * texts are good until the next call.
 */
void ff_session_opened(struct ff_context *context);

/* For CONTEXT once all modules have begun: what OPEN could not know yet. */
void ff_session_connected(struct ff_context *context);

/* For CONTEXT at a criterion or at the end, as mod_log_forensic reads it in
 * forensic_write_metadata().
 */
void ff_session_measured(struct ff_context *context);

/* The name of the session's end, by session.disconnect_reason. */
const char *ff_session_end_reason(void);

#endif /* FF_SESSION_FACTS_H */

/*
 * What is sent of a session, from its OPEN to its CLOSE.
 */

#ifndef FF_RECORDING_H
#define FF_RECORDING_H

#include "conf.h"

#define MOD_FLEET_FORENSICS_VERSION	"mod_fleet_forensics/0.1"

extern module fleet_forensics_module;

/* The agent's socket; NULL while nothing is sent. */
const char *ff_recording_socket(void);

/* Begins, or begins again after a stop.  The name must last. */
void ff_recording_start(const char *socket_name, unsigned int timeout_ms);

/* The session is now another server's, with the same agent. */
void ff_recording_moved(unsigned int timeout_ms);

/* Says why, and sends nothing more. */
void ff_recording_stop(const char *reason);

/* Says who has logged in: a session that is killed can't say it any more. */
void ff_recording_login(void);

/* The detail may be NULL. */
void ff_recording_criterion(const char *name, const char *detail);

#endif /* FF_RECORDING_H */

/*
 * The module's directives, as ProFTPD's parser hands them over.
 */

#ifndef FF_DIRECTIVES_H
#define FF_DIRECTIVES_H

#include "conf.h"

#define FLEET_DEFAULT_TIMEOUT_MS	5
#define FLEET_MAX_TIMEOUT_MS		1000

/* Boolean; stored as int. */
modret_t *ff_set_engine(cmd_rec *cmd);

/* An absolute path, or @ and an abstract name; stored as string. */
modret_t *ff_set_socket(cmd_rec *cmd);

/* 0 to FLEET_MAX_TIMEOUT_MS; stored as unsigned int. */
modret_t *ff_set_timeout(cmd_rec *cmd);

#endif /* FF_DIRECTIVES_H */

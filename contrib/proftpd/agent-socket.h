/*
 * The Unix stream socket on which the agent listens, and how it is reached.
 */

#ifndef FF_AGENT_SOCKET_H
#define FF_AGENT_SOCKET_H

#include <sys/socket.h>
#include <sys/un.h>

/* The kernel doubles it.  Some 2,500 messages wait in it for a busy agent. */
#define FF_AGENT_SNDBUF_BYTES	(1024 * 1024)

/* Of it messages leave so much free: what a session says last of all must get
 * through to an agent that reads it later.  A frame takes some 768 bytes more
 * than it has.
 */
#define FF_AGENT_RESERVE_BYTES	(256 * 1024)

/* Longest name of a socket, in bytes. */
#define FF_AGENT_NAME_MAX	(sizeof(((struct sockaddr_un *) 0)->sun_path) - 1)

struct ff_agent_address {
  struct sockaddr_un name;
  socklen_t len;
};

/* Of a path, or of @ and an abstract name; FF_AGENT_NAME_MAX bytes count. */
struct ff_agent_address ff_agent_address_of(const char *socket_name);

/* Returns a socket that never blocks and ends with an exec, connected as root
 * if this process may be root; or -1 with errno.
 */
int ff_agent_connect(const struct ff_agent_address *address);

/* TRUE if so much waits for the agent that only FF_AGENT_RESERVE_BYTES of the
 * buffer are left.
 */
int ff_agent_is_crowded(int fd);

#endif /* FF_AGENT_SOCKET_H */

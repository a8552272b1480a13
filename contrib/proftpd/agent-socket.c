#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/sockios.h>

#include "agent-socket.h"

struct ff_agent_address ff_agent_address_of(const char *socket_name) {
  struct ff_agent_address address;
  size_t len = strlen(socket_name);

  if (len > FF_AGENT_NAME_MAX) {
    len = FF_AGENT_NAME_MAX;
  }

  memset(&address, 0, sizeof(address));
  address.name.sun_family = AF_UNIX;
  memcpy(address.name.sun_path, socket_name, len);
  address.len = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + len);

  if (socket_name[0] == '@') {
    /* An abstract name is as long as the address says, without a NUL. */
    address.name.sun_path[0] = '\0';

  } else {
    address.len++;
  }

  return address;
}

static int usable_socket(void) {
  int fd = socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0);

  if (fd >= 0 &&
      fd <= STDERR_FILENO) {
    int usable = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

    (void) close(fd);
    return usable;
  }

  return fd;
}

/* Beyond net.core.wmem_max if root may, up to it otherwise. */
static void enlarge_buffer(int fd) {
  int size = FF_AGENT_SNDBUF_BYTES;

#ifdef SO_SNDBUFFORCE
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) == 0) {
    return;
  }
#endif /* SO_SNDBUFFORCE */

  (void) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static int connect_socket(const struct ff_agent_address *address) {
  int fd = usable_socket();

  if (fd < 0) {
    return -1;
  }

  if (connect(fd, (const struct sockaddr *) &address->name,
      address->len) < 0) {
    int xerrno = errno;

    (void) close(fd);
    errno = xerrno;
    return -1;
  }

  enlarge_buffer(fd);
  return fd;
}

/* A session must not go on as root.  What has been interrupted may hold any
 * lock, so that only system calls may tell (signal-safety(7)): on stderr, which
 * a daemon has no more, and to syslog's socket, as <authpriv.crit>.
 */
static void die(const char *words) {
  static const char priority[] = "<82>";
  struct sockaddr_un log = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
  struct iovec line[] = {
    { .iov_base = (void *) priority, .iov_len = sizeof(priority) - 1 },
    { .iov_base = (void *) words, .iov_len = strlen(words) },
    { .iov_base = (void *) "\n", .iov_len = 1 }
  };
  struct msghdr datagram = {
    .msg_name = &log, .msg_namelen = sizeof(log), .msg_iov = line,
    .msg_iovlen = 2
  };
  int fd = socket(AF_UNIX, SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0);
  ssize_t told = writev(STDERR_FILENO, line + 1, 2);

  if (fd >= 0) {
    told = sendmsg(fd, &datagram, MSG_NOSIGNAL);
  }

  /* Whether anybody heard it or not. */
  (void) told;
  _exit(1);
}

int ff_agent_connect(const struct ff_agent_address *address) {
  uid_t euid = geteuid();
  int fd, switched, xerrno;

  /* Root may use the socket, and is who the agent is told of (SO_PEERCRED).
   * Not PRIVS_ROOT: it logs, and the message that is about to be sent may have
   * come from within PRIVS_USER, which PRIVS_RELINQUISH would end.
   */
  switched = euid != 0 && seteuid(0) == 0;
  fd = connect_socket(address);
  xerrno = errno;

  if (switched &&
      seteuid(euid) < 0) {
    die("mod_fleet_forensics: the session is ended: it is root, to connect to "
      "FleetForensicsSocket, and seteuid(2) does not let it be its user again; "
      "look for what denies CAP_SETUID");
  }

  errno = xerrno;
  return fd;
}

int ff_agent_is_crowded(int fd) {
  int size = 0, waiting = 0;
  socklen_t sizelen = sizeof(size);

  if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &sizelen) < 0 ||
      ioctl(fd, SIOCOUTQ, &waiting) < 0) {
    return 0;
  }

  /* Who may not have the large buffer still has a reserve. */
  return waiting > size - (size < 2 * FF_AGENT_RESERVE_BYTES ? size / 2 :
    FF_AGENT_RESERVE_BYTES);
}

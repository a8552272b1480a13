/*
 * What becomes of a session that can't give root's rights back: this program's
 * seteuid(2) gives them, and does not take them.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../agent-socket.h"

uid_t geteuid(void) {
  return 1000;
}

int seteuid(uid_t euid) {
  errno = EPERM;
  return euid == 0 ? 0 : -1;
}

int main(void) {
  char words[512];
  ssize_t len;
  int told[2], status;
  pid_t session;

  if (pipe(told) < 0 ||
      (session = fork()) < 0) {
    perror("still-root");
    return 1;
  }

  if (session == 0) {
    struct ff_agent_address nobody = ff_agent_address_of("@nobody-is-there");

    (void) dup2(told[1], STDERR_FILENO);
    (void) ff_agent_connect(&nobody);

    /* As root. */
    _exit(0);
  }

  (void) close(told[1]);
  len = read(told[0], words, sizeof(words) - 1);
  words[len > 0 ? len : 0] = '\0';
  if (waitpid(session, &status, 0) < 0 ||
      !WIFEXITED(status) ||
      WEXITSTATUS(status) != 1) {
    fprintf(stderr, "still-root: a session goes on as root\n");
    return 1;
  }

  if (strstr(words, "CAP_SETUID") == NULL) {
    fprintf(stderr, "still-root: a session ends, and nobody is told why\n");
    return 1;
  }

  printf("still-root: the session is ended, and says why\n");
  return 0;
}

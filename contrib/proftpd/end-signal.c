#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "end-signal.h"

#define SERVICE_MANAGER_PID	1

static const int end_signals[] = {
  SIGTERM, SIGINT, SIGABRT, SIGBUS, SIGILL, SIGXCPU, SIGXFSZ
};

#define END_SIGNAL_COUNT	(sizeof(end_signals) / sizeof(end_signals[0]))

/* What ProFTPD has installed for each. */
static struct sigaction proftpds[END_SIGNAL_COUNT];

static volatile sig_atomic_t end_signo = 0;
static volatile sig_atomic_t sender_pid = 0;

static pid_t daemon_pid = -1;

/* Open from the start: a chroot hides /proc. */
static int daemon_status_fd = -1;

static void on_end_signal(int signo, siginfo_t *info, void *ucontext) {
  size_t i;

  if (end_signo == 0) {
    end_signo = signo;
    sender_pid = info->si_code <= 0 ? info->si_pid : 0;
  }

  for (i = 0; i < END_SIGNAL_COUNT; i++) {
    const struct sigaction *next = &proftpds[i];

    if (end_signals[i] != signo) {
      continue;
    }

    if (next->sa_flags & SA_SIGINFO) {
      next->sa_sigaction(signo, info, ucontext);

    } else {
      next->sa_handler(signo);
    }
  }
}

static int has_handler(const struct sigaction *action) {
  return (action->sa_flags & SA_SIGINFO) ||
    (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

void ff_end_signal_watch(pid_t daemon) {
  char path[64];
  size_t i;

  daemon_pid = daemon;
  if (daemon_pid > 0) {
    (void) snprintf(path, sizeof(path), "/proc/%ld/status", (long) daemon_pid);
    daemon_status_fd = open(path, O_RDONLY|O_CLOEXEC);
  }

  for (i = 0; i < END_SIGNAL_COUNT; i++) {
    struct sigaction action;

    if (sigaction(end_signals[i], NULL, &proftpds[i]) < 0 ||
        !has_handler(&proftpds[i])) {
      continue;
    }

    action = proftpds[i];
    action.sa_flags |= SA_SIGINFO;
    action.sa_sigaction = on_end_signal;
    (void) sigaction(end_signals[i], &action, NULL);
  }
}

int ff_end_signal_number(void) {
  return end_signo;
}

/* The daemon sends SIGTERM to its sessions when it is stopped, and to one of
 * them for `ftpdctl kick'.  When it is stopped it ignores SIGTERM by then, or
 * is gone (sig_terminate() in src/signals.c).
 */
static int daemon_is_stopping(void) {
  char status[4096];
  const char *ignored;
  ssize_t len;

  if (daemon_status_fd < 0) {
    return 1;
  }

  len = pread(daemon_status_fd, status, sizeof(status) - 1, 0);
  if (len < 0) {
    return errno == ESRCH;
  }

  status[len] = '\0';
  ignored = strstr(status, "SigIgn:");
  return ignored == NULL ||
    (strtoull(ignored + strlen("SigIgn:"), NULL, 16) >> (SIGTERM - 1)) & 1;
}

int ff_end_signal_is_shutdown(void) {
  if (end_signo != SIGTERM) {
    return 0;
  }

  /* Before process 1: in a container the daemon may be that. */
  if (sender_pid == daemon_pid) {
    return daemon_is_stopping();
  }

  return sender_pid == SERVICE_MANAGER_PID;
}

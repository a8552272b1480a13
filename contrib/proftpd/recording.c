#include <pthread.h>

#include "end-signal.h"
#include "link.h"
#include "recording.h"
#include "session-facts.h"

/* NULL: nothing is sent. */
static const char *recording_socket = NULL;

static pid_t recording_pid = 0;

/* TRUE while something is sent: a signal handler of ProFTPD's may log then. */
static volatile sig_atomic_t sending = FALSE;

static size_t write_open(unsigned char *buf, uint32_t dropped,
    uint64_t next_seq) {
  struct ff_context context;

  ff_session_opened(&context);
  return ff_frame_open(buf, dropped, ff_session_name(), next_seq, &context);
}

static uint64_t time_us_now(void) {
  struct timeval now;

  gettimeofday(&now, NULL);
  return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_usec;
}

static void say(const struct ff_context *context) {
  sending = TRUE;
  ff_link_context(context);
  sending = FALSE;
}

static void say_measured(void) {
  struct ff_context context;

  ff_session_measured(&context);
  say(&context);
}

void ff_recording_login(void) {
  struct ff_context context = { .user = session.user };

  say(&context);
}

void ff_recording_criterion(const char *name, const char *detail) {
  say_measured();
  sending = TRUE;
  ff_link_criterion(name, time_us_now(), detail);
  sending = FALSE;
}

void ff_recording_stop(const char *reason) {
  const char *socket_name = recording_socket;

  say_measured();
  sending = TRUE;
  ff_link_close(reason);
  sending = FALSE;
  recording_socket = NULL;

  /* Now that it can't land in what is sent. */
  if (ff_link_dropped() > 0) {
    pr_log_debug(DEBUG1, MOD_FLEET_FORENSICS_VERSION
      ": %lu messages were lost: nobody read FleetForensicsSocket '%s' in time",
      (unsigned long) ff_link_dropped(), socket_name);
  }
}

static void log_ev(const void *event_data, void *user_data) {
  const pr_log_event_t *le = event_data;
  const char *text = le->log_msg;
  size_t textlen = le->log_msglen;
  struct ff_message msg;
  int xerrno = errno;

  (void) user_data;

  if (recording_socket == NULL) {
    return;
  }

  if (sending) {
    ff_link_drop();
    return;
  }

  msg.pid = (uint32_t) recording_pid;
  msg.type = le->log_type;
  msg.level = le->log_level;
  msg.time_us = time_us_now();

  sending = TRUE;
  while (textlen > FF_TEXT_MAX) {
    ff_link_message(&msg, text, FF_TEXT_MAX);
    text += FF_TEXT_MAX;
    textlen -= FF_TEXT_MAX;
  }
  ff_link_message(&msg, text, textlen);
  sending = FALSE;

  /* Who logs an error may still want its number. */
  errno = xerrno;
}

static void connected_ev(const void *event_data, void *user_data) {
  struct ff_context context;

  (void) event_data;
  (void) user_data;

  /* Modules that were loaded before this one have begun after it. */
  ff_session_connected(&context);
  if (recording_socket != NULL &&
      (context.unique_id != NULL || strcmp(context.protocol, "ftp") != 0)) {
    say(&context);
  }
}

/* Sends nothing more, and does not say so.  Also in a process that the session
 * forks: that is not the session, and must not keep the connection open when
 * that one dies.
 */
static void forget(void) {
  recording_socket = NULL;
  ff_link_forget();
}

static void exit_ev(const void *event_data, void *user_data) {
  const char *reason = ff_session_end_reason();
  char detail[32];

  (void) event_data;
  (void) user_data;

  if (recording_socket == NULL) {
    return;
  }

  /* A crash has interrupted what is sent: neither a frame that is half written
   * nor what is held can be trusted.  The agent sees an end without a CLOSE.
   */
  if (sending) {
    forget();
    return;
  }

  switch (session.disconnect_reason) {
    case PR_SESS_DISCONNECT_SIGNAL:
      if (ff_end_signal_is_shutdown()) {
        reason = "shutdown";
        break;
      }

      (void) pr_snprintf(detail, sizeof(detail), "signal %d",
        ff_end_signal_number());
      ff_recording_criterion("UntimelyDeath",
        ff_end_signal_number() > 0 ? detail : NULL);
      break;

    /* ProFTPD ends a session in its handler of SIGSEGV, as any other; what can
     * crash there ends the connection without a CLOSE.
     */
    case PR_SESS_DISCONNECT_SEGFAULT:
      ff_recording_criterion("UntimelyDeath", "segmentation fault");
      break;

    case PR_SESS_DISCONNECT_MODULE_ACL: {
      const char *details = NULL;

      (void) pr_session_get_disconnect_reason(&details);
      ff_recording_criterion("ModuleConfig", details);
      break;
    }
  }

  ff_recording_stop(reason);
}

static void listen_to_session(void) {
  static const char *log_events[] = {
    "core.log.unspec", "core.log.xferlog", "core.log.syslog",
    "core.log.systemlog", "core.log.tracelog",

    /* mod_log_forensic listens to the first, ProFTPD generates the second. */
    "core.log.extlog", "core.log.extendedlog"
  };
  size_t i;

  for (i = 0; i < sizeof(log_events) / sizeof(log_events[0]); i++) {
    pr_event_register(&fleet_forensics_module, log_events[i], log_ev, NULL);
  }

  pr_event_register(&fleet_forensics_module, "core.connected", connected_ev,
    NULL);
  pr_event_register(&fleet_forensics_module, "core.exit", exit_ev, NULL);
}

const char *ff_recording_socket(void) {
  return recording_socket;
}

void ff_recording_start(const char *socket_name, unsigned int timeout_ms) {
  if (ff_link_start(socket_name, timeout_ms, write_open) < 0) {
    pr_log_debug(DEBUG1, MOD_FLEET_FORENSICS_VERSION
      ": unable to connect to FleetForensicsSocket '%s' (%s), trying again "
      "while the session lasts", socket_name, strerror(errno));
  }

  if (recording_pid == 0) {
    recording_pid = getpid();
    (void) pthread_atfork(NULL, NULL, forget);

    /* inetd's sessions have no daemon; their parent may be process 1. */
    ff_end_signal_watch(ServerType == SERVER_STANDALONE ? getppid() : -1);
    listen_to_session();
  }

  /* Last: what is logged above is this module's, not the session's. */
  recording_socket = socket_name;
}

void ff_recording_moved(unsigned int timeout_ms) {
  sending = TRUE;
  ff_link_set_timeout(timeout_ms);
  ff_link_reopen();
  sending = FALSE;
}

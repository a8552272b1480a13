#include "conf.h"

#include "session-facts.h"

const char *ff_session_name(void) {
  static char name[64];

  if (name[0] == '\0') {
    (void) pr_snprintf(name, sizeof(name), "%llu-%lu",
      (unsigned long long) session.connect_time_ms,
      (unsigned long) getpid());
  }

  return name;
}

static const char *note(const char *key) {
  return pr_table_get(session.notes, key, NULL);
}

void ff_session_opened(struct ff_context *context) {
  static char server_address[FF_NAME_MAX];
  const pr_netaddr_t *server = pr_netaddr_get_sess_local_addr();

  (void) pr_snprintf(server_address, sizeof(server_address), "%s:%d",
    pr_netaddr_get_ipstr(server), ntohs(pr_netaddr_get_port(server)));

  ff_session_connected(context);
  context->client_address =
    pr_netaddr_get_ipstr(pr_netaddr_get_sess_remote_addr());
  context->server_address = server_address;
  context->server_name = main_server->ServerName;
}

void ff_session_connected(struct ff_context *context) {
  memset(context, 0, sizeof(*context));
  context->protocol = pr_session_get_protocol(0);
  context->unique_id = note("UNIQUE_ID");
}

void ff_session_measured(struct ff_context *context) {
  uint64_t now = 0;

  ff_session_connected(context);
  context->user = session.user;

  /* mod_auth forgets it after a failed login, in a later LOG_CMD_ERR handler. */
  context->attempted_user = note("mod_auth.orig-user");

  context->has_numbers = TRUE;
  context->uid = geteuid();
  context->gid = getegid();
  pr_gettimeofday_millis(&now);
  context->elapsed_ms = now > session.connect_time_ms ?
    now - session.connect_time_ms : 0;
  context->raw_bytes_in = session.total_raw_in;
  context->raw_bytes_out = session.total_raw_out;
  context->total_bytes_in = session.total_bytes_in;
  context->total_bytes_out = session.total_bytes_out;
  context->total_files_in = session.total_files_in;
  context->total_files_out = session.total_files_out;
}

const char *ff_session_end_reason(void) {
  switch (session.disconnect_reason) {
    case PR_SESS_DISCONNECT_CLIENT_QUIT:
      return "quit";

    case PR_SESS_DISCONNECT_CLIENT_EOF:
      return "eof";

    case PR_SESS_DISCONNECT_SESSION_INIT_FAILED:
      return "init";

    case PR_SESS_DISCONNECT_SIGNAL:
      return "signal";

    case PR_SESS_DISCONNECT_NOMEM:
      return "memory";

    case PR_SESS_DISCONNECT_SERVER_SHUTDOWN:
      return "shutdown";

    case PR_SESS_DISCONNECT_TIMEOUT:
      return "timeout";

    case PR_SESS_DISCONNECT_BANNED:
      return "banned";

    case PR_SESS_DISCONNECT_CONFIG_ACL:
      return "policy";

    case PR_SESS_DISCONNECT_MODULE_ACL:
      return "module";

    case PR_SESS_DISCONNECT_BAD_CONFIG:
      return "config";

    case PR_SESS_DISCONNECT_BY_APPLICATION:
      return "application";

#ifdef PR_SESS_DISCONNECT_BAD_PROTOCOL
    case PR_SESS_DISCONNECT_BAD_PROTOCOL:
      return "protocol";
#endif /* PR_SESS_DISCONNECT_BAD_PROTOCOL */

#ifdef PR_SESS_DISCONNECT_SEGFAULT
    case PR_SESS_DISCONNECT_SEGFAULT:
      return "segfault";
#endif /* PR_SESS_DISCONNECT_SEGFAULT */

    default:
      return "unknown";
  }
}
